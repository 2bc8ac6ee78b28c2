package conf

import (
	"slices"
	"testing"

	"github.com/viplab/viplab/daemon/conf/schema"
)

// TestPending holds the list of what is not acted on yet to rows that exist, and
// a few rows to the side that they are on.
func TestPending(t *testing.T) {
	root := language()
	status := map[string]map[string]schema.Status{}
	for _, r := range schema.Rows(root) {
		if status[r.Path] == nil {
			status[r.Path] = map[string]schema.Status{}
		}
		status[r.Path][r.Keyword.Name] = r.Keyword.Status
	}
	for path, names := range pendingWords() {
		for _, name := range names {
			if _, ok := status[path][name]; !ok {
				t.Errorf("pending %s in %s is no row", name, path)
			}
		}
	}
	for _, row := range []struct {
		path, name string
		want       schema.Status
	}{
		{"vrrp_instance", "priority", schema.Implemented}, {"vrrp_instance/virtual_routes", "via", schema.Implemented},
		{"virtual_server", "lb_algo", schema.Implemented}, {"virtual_server/real_server/HTTP_GET/url", "digest", schema.Implemented},
		{"global_defs", "snmp_socket", schema.Accepted}, {"global_defs", "router_id", schema.Implemented},
	} {
		if got := status[row.path][row.name]; got != row.want {
			t.Errorf("%s in %s: %v, want %v", row.name, row.path, got, row.want)
		}
	}
	if slices.ContainsFunc(schema.Rows(root), func(r schema.Row) bool { return r.Keyword.Status == schema.Refused }) {
		t.Error("a row is refused; say so in docs/configuration.md, and here")
	}
}
