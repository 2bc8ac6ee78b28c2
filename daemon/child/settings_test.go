package child

import (
	"testing"

	"github.com/viplab/viplab/daemon/conf"
)

// TestProcesses: which processes there are with a configuration.
func TestProcesses(t *testing.T) {
	instance, server, session := []*conf.Instance{{}}, []*conf.VirtualServer{{}}, []*conf.BFD{{}}
	both := Settings{VRRP: true, Checkers: true}
	for n, row := range []struct {
		o              Settings
		cfg            conf.Config
		vrrp, checkers bool
	}{
		{both, conf.Config{}, false, false},
		{both, conf.Config{Instances: instance}, true, false},
		{both, conf.Config{VirtualServers: server}, false, true},
		{both, conf.Config{Instances: instance, BFDs: session}, true, false},
		{both, conf.Config{VirtualServers: server, BFDs: session}, false, true},
		{both, conf.Config{BFDs: session}, false, true},
		{Settings{VRRP: true, Checkers: true, NoBFD: true}, conf.Config{BFDs: session}, false, false},
		{Settings{VRRP: true, Checkers: true, All: true}, conf.Config{}, true, true},
		{Settings{VRRP: true}, conf.Config{VirtualServers: server, BFDs: session}, true, false},
		{Settings{VRRP: true}, conf.Config{VirtualServers: server}, false, false},
		{Settings{Checkers: true}, conf.Config{Instances: instance, VirtualServers: server}, false, true},
	} {
		if v, c := row.o.HasVRRP(&row.cfg), row.o.HasCheckers(&row.cfg); v != row.vrrp || c != row.checkers {
			t.Errorf("row %d: VRRP %v, checkers %v", n, v, c)
		}
	}
}
