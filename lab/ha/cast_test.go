package ha

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/lab/topology"
)

func TestFindCast(t *testing.T) {
	t.Setenv("VIPLAB_KEEPALIVED", program(t, "echo 'Keepalived v2.2.7' >&2"))
	t.Setenv("VIPLAB_VIPD", program(t, "echo 'vipd v0.1.0'"))
	for _, tc := range []struct{ asked, name, version string }{
		{"vipd", "vipd", "0.1.0"},
		{"vipd+keepalived", "vipd+keepalived", "0.1.0+2.2.7"},
		{"keepalived+vipd", "keepalived+vipd", "2.2.7+0.1.0"},
		{"vipd+vipd", "vipd", "0.1.0"},
		{"vipd+vipd+keepalived", "vipd+vipd+keepalived", "0.1.0+0.1.0+2.2.7"},
	} {
		c, err := FindCast(t.Context(), tc.asked)
		if err != nil {
			t.Fatal(err)
		}
		if c.Name() != tc.name || c.Version() != tc.version {
			t.Errorf("%s: got %q, %q", tc.asked, c.Name(), c.Version())
		}
	}
	if _, err := FindCast(t.Context(), "vipd+keepalvied"); !errors.Is(err, ErrUnknown) {
		t.Errorf("got %v, want ErrUnknown", err)
	}
	if _, err := FindCast(t.Context(), "vipd+"); !errors.Is(err, ErrUnknown) {
		t.Errorf("nothing behind the sign: got %v, want ErrUnknown", err)
	}
}

func TestCastNames(t *testing.T) {
	want := []string{"keepalived", "vipd", "keepalived+vipd", "vipd+keepalived"}
	if diff := cmp.Diff(want, CastNames()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAssign(t *testing.T) {
	vipd, keepalived := Daemon{Name: "vipd"}, Daemon{Name: "keepalived"}
	nodes := []topology.HANode{{Node: "r1"}, {Node: "r2"}}
	for _, tc := range []struct {
		cast Cast
		want map[string]Daemon
	}{
		{Cast{vipd}, map[string]Daemon{"r1": vipd, "r2": vipd}},
		{Cast{keepalived, vipd}, map[string]Daemon{"r1": keepalived, "r2": vipd}},
	} {
		got, err := tc.cast.Assign(nodes)
		if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", tc.cast.Name(), err, diff)
		}
	}
	for _, tc := range []struct {
		cast  Cast
		nodes []topology.HANode
	}{{Cast{keepalived, vipd}, nodes[:1]}, {Cast{keepalived, vipd, vipd}, nodes}, {nil, nodes}} {
		if got, err := tc.cast.Assign(tc.nodes); !errors.Is(err, ErrCast) {
			t.Errorf("%q on %d nodes: got %v, %v", tc.cast.Name(), len(tc.nodes), got, err)
		}
	}
}

func TestCastLacks(t *testing.T) {
	vipd, keepalived := Daemon{Name: "vipd"}, Daemon{Name: "keepalived"}
	for _, tc := range []struct {
		cast Cast
		want []string
	}{
		{Cast{keepalived}, []string{"keepalived has no snmp"}},
		{Cast{keepalived, vipd}, []string{"keepalived has no snmp", "vipd has no snmp"}},
		{Cast{vipd, keepalived, vipd}, []string{"keepalived has no snmp", "vipd has no snmp"}},
	} {
		if diff := cmp.Diff(tc.want, tc.cast.Lacks([]string{"vrrp", "snmp"})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.cast.Name(), diff)
		}
	}
}
