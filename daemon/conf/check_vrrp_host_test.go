package conf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestInstancesOnHost(t *testing.T) {
	text := `vrrp_instance V {
interface eth0
virtual_router_id 1
use_vmac group lan
virtual_ipaddress {
10.0.0.1
10.0.0.2 dev eth7
}
track_interface {
eth1
eth8 weight 5
}
virtual_routes {
10.1.0.0/16 dev eth6
}
}
vrrp_instance W {
interface eth9
virtual_router_id 2
virtual_ipaddress {
10.0.0.3 dev eth9
}
}
vrrp_sync_group G {
group {
V W
}
track_interface {
eth5
}
sync_group_tracking_weight
}
`
	missing := func(at, name string) string {
		return at + ": fatal: there is no interface " + name + " on this host; ip link shows those that there are [unknown-interface]"
	}
	all := []string{`4:1: error: this host knows no interface group "lan"; the line is passed over [unknown-name]`, missing("7:10", "eth7"), missing("11:1", "eth8"),
		missing("14:13", "eth6"), missing("18:1", "eth9"), missing("21:10", "eth9"), missing("29:1", "eth5")}
	rows := []struct {
		name string
		host *Host
		want []string
	}{
		{"not told", nil, nil},
		{"some interfaces", &Host{Interfaces: []string{"lo", "eth0", "eth1"}, Names: Names{}}, all},
		{"all interfaces", &Host{Interfaces: []string{"eth0", "eth1", "eth5", "eth6", "eth7", "eth8", "eth9"}}, nil},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			cfg, err := Loader{Host: row.host}.Read(strings.NewReader(text), "")
			if cfg == nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Join(row.want, "\n"), diagnosed(cfg)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if group, told := cfg.Instances[0].VMACDevice.Group, row.host != nil && row.host.Names != nil; group.Given() == told {
				t.Errorf("group of interfaces is %v", group)
			}
		})
	}
}
