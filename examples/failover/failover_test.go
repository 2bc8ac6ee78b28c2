// Package failover is a failover test as a user of viplab writes one: the
// keepalived.conf files in lab/lb1 and lab/lb2 are what is tested.
package failover

import (
	"net/netip"
	"testing"

	"github.com/viplab/viplab/lab"
	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/fault"
	"github.com/viplab/viplab/lab/topology"
)

func TestMain(m *testing.M) { lab.Main(m) }

func TestCrashOfTheMaster(t *testing.T) {
	top, err := topology.LoadDir("lab")
	if err != nil {
		t.Fatal(err)
	}
	vip := netip.MustParseAddr("192.0.2.10")
	l := lab.Start(t, top, lab.Options{})
	l.Expect(&expect.Master{VRID: 7, Node: "lb1"}, &expect.VIP{Address: vip, Node: "lb1"})

	l.Do(fault.LinkDown{Interface: fault.Interface{Node: "lb1", Name: "eth0"}})
	l.Expect(&expect.Takeover{VRID: 7, From: "lb1", To: "lb2"}, &expect.GARP{Address: vip, Node: "lb2"},
		&expect.VIP{Address: vip, Node: "lb2"}, &expect.SingleMaster{VRID: 7})
}
