package pool

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/ipvs"
)

func TestGroup(t *testing.T) {
	w := newWorld(t, `virtual_server_group G {
  10.0.0.101-102 80
  10.0.0.103 81
  fwmark 7
}
virtual_server group G {
  lb_algo rr
  lb_kind DR
  protocol TCP
  real_server 10.0.0.1 {
    PING_CHECK {
    }
  }
}
`)
	w.want("Gained quorum 1+0=1 <= 1 for VS [G]:0", "quorum_up: [G]:0 UP (Gained quorum 1+0=1 <= 1)")
	w.pool("[10.0.0.101]:tcp:80 10.0.0.1:80=1", "[10.0.0.102]:tcp:80 10.0.0.1:80=1", "[10.0.0.103]:tcp:81 10.0.0.1:81=1", "FWM 7 10.0.0.1:0=1")
	w.down("10.0.0.1")
	w.want("Removing service [10.0.0.1]:tcp:0 from VS [G]:0", "notify_down: [10.0.0.1]:tcp:0 [G]:0 DOWN (CHECK failed on service : refused)",
		"Lost quorum 1-0=1 > 0 for VS [G]:0", "quorum_down: [G]:0 DOWN (Lost quorum 1-0=1 > 0)")
	w.pool("[10.0.0.101]:tcp:80", "[10.0.0.102]:tcp:80", "[10.0.0.103]:tcp:81", "FWM 7")
}

// TestSettings: all that a file says of a service and its servers comes through.
func TestSettings(t *testing.T) {
	rows := []struct {
		text string
		want ipvs.Entry
	}{
		{"virtual_server 10.0.0.100 80 {\nlb_algo sh\nsh-port\nsh-fallback\nlb_kind TUN type gue port 6080 csum\nprotocol TCP\npersistence_timeout 300\npersistence_granularity 255.255.255.0\nreal_server 10.0.0.1 80 {\nweight 3\nuthreshold 20\nlthreshold 10\n}\n}\n",
			ipvs.Entry{
				Service: ipvs.Service{Key: ipvs.Key{Family: conf.IPv4, Protocol: 6, Address: netip.MustParseAddrPort("10.0.0.100:80")}, Scheduler: "sh",
					Flags: ipvs.Persistent | ipvs.Sched1 | ipvs.Sched2, Timeout: 5 * time.Minute, Prefix: 24},
				Servers: []ipvs.ServerEntry{{Server: ipvs.Server{Address: netip.MustParseAddrPort("10.0.0.1:80"), Weight: 3, Upper: 20, Lower: 10,
					Forward: conf.Forwarding{Method: conf.TUN, Tunnel: conf.GUE, Checksum: conf.WithChecksum, Port: 6080}}}}}},
		{"virtual_server 2001:db8::100 53 {\nlb_algo rr\nlb_kind NAT\nprotocol UDP\nops\nreal_server 2001:db8::1 5353 {\n}\n}\n",
			ipvs.Entry{
				Service: ipvs.Service{Key: ipvs.Key{Family: conf.IPv6, Protocol: 17, Address: netip.MustParseAddrPort("[2001:db8::100]:53")}, Scheduler: "rr", Flags: ipvs.OnePacket, Prefix: 128},
				Servers: []ipvs.ServerEntry{{Server: ipvs.Server{Address: netip.MustParseAddrPort("[2001:db8::1]:5353"), Weight: 1, Forward: conf.Forwarding{Method: conf.NAT}}}}}},
		{"virtual_server fwmark 9 {\nip_family inet6\nlb_algo mh\nmh-port\nlb_kind NAT\npersistence_timeout 60\npersistence_granularity 64\npersistence_engine sip\nreal_server 2001:db8::1 5060 {\n}\n}\n",
			ipvs.Entry{
				Service: ipvs.Service{Key: ipvs.Key{Family: conf.IPv6, Mark: 9}, Scheduler: "mh", Flags: ipvs.Persistent | ipvs.Sched2, Timeout: time.Minute, Prefix: 64, Engine: "sip"},
				Servers: []ipvs.ServerEntry{{Server: ipvs.Server{Address: netip.MustParseAddrPort("[2001:db8::1]:5060"), Weight: 1, Forward: conf.Forwarding{Method: conf.NAT}}}}}},
		{"virtual_server 10.0.0.100 80 {\nlb_algo rr\nlb_kind NAT\nprotocol SCTP\nsorry_server 10.0.0.9 81\nsorry_server_lvs_method DR\nalpha\nreal_server 10.0.0.1 8080 {\nTCP_CHECK {\n}\n}\n}\n",
			ipvs.Entry{
				Service: ipvs.Service{Key: ipvs.Key{Family: conf.IPv4, Protocol: 132, Address: netip.MustParseAddrPort("10.0.0.100:80")}, Scheduler: "rr", Prefix: 32},
				Servers: []ipvs.ServerEntry{{Server: ipvs.Server{Address: netip.MustParseAddrPort("10.0.0.9:80"), Weight: 1, Forward: conf.Forwarding{Method: conf.DR}}}}}},
	}
	for _, row := range rows {
		w := newWorld(t, row.text)
		list := w.Wanted()
		if len(list) != 1 {
			t.Errorf("%s: %d services", row.text, len(list))
			continue
		}
		got := list[0].Entry
		got.Service = got.Service.Normal()
		if diff := cmp.Diff(row.want, got, cmpopts.EquateComparable(netip.AddrPort{}, netip.Addr{})); diff != "" {
			t.Errorf("%s(-want +got):\n%s", row.text, diff)
		}
	}
}

// A service that stands there twice belongs to the first, also where only a part
// of a group is meant.
func TestTwice(t *testing.T) {
	second := "virtual_server_group G {\n10.0.0.100-101 80\n}\nvirtual_server group G {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 10.0.0.3 80 {\nTCP_CHECK {\n}\n}\n}\n"
	w := newWorld(t, virtual("", "10.0.0.1 1")+virtual("", "10.0.0.2 1")+second)
	w.want(lines("k.conf:13:1: [10.0.0.100]:tcp:80: [10.0.0.100]:tcp:80 is passed over here: it belongs to the virtual_server at k.conf:1:1",
		"k.conf:28:1: [G]:0: [10.0.0.100]:tcp:80 is passed over here: it belongs to the virtual_server at k.conf:1:1",
		gained("1+0=1 <= 1"), "Gained quorum 1+0=1 <= 1 for VS [G]:0", "quorum_up: [G]:0 UP (Gained quorum 1+0=1 <= 1)")...)
	w.pool(vip+" 10.0.0.1:80=1", "[10.0.0.101]:tcp:80 10.0.0.3:80=1")
}

func TestChanged(t *testing.T) {
	w := newWorld(t, virtual("", "10.0.0.1 1", "10.0.0.2 1")+"virtual_server fwmark 5 {\nlb_algo rr\nlb_kind DR\nreal_server 10.0.0.7 {\nPING_CHECK {\n}\n}\n}\n")
	w.Wanted()
	if list := w.Changed(); len(list) != 0 {
		t.Errorf("nothing has happened: %+v", list)
	}
	w.down("10.0.0.7")
	if list := w.Changed(); len(list) != 1 || list[0].Name != "FWM 5" {
		t.Errorf("%+v", list)
	}
	w.up("10.0.0.1")
	if list := w.Changed(); len(list) != 0 {
		t.Errorf("what was believed is true: %+v", list)
	}
}
