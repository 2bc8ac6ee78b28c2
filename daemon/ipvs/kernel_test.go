package ipvs

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// services is one of everything that a service and a server can be, in the order
// in which Table has them.
func services() (list []Entry) {
	add := func(s Service, servers ...Server) {
		e := entry(s.Key, s.Scheduler, servers...)
		e.Service = s.Normal()
		list = append(list, e)
	}
	one := nat("192.168.0.1:80", 1)
	for i, name := range SchedulerNames() {
		add(Service{Key: tcp(fmt.Sprintf("10.0.1.%d:80", i)), Scheduler: name}, one)
	}
	forms := []conf.Forwarding{{Method: conf.NAT}, {Method: conf.DR}, {Method: conf.TUN}}
	for _, sum := range []conf.Checksum{conf.NoChecksum, conf.WithChecksum, conf.RemoteChecksum} {
		forms = append(forms, conf.Forwarding{Method: conf.TUN, Tunnel: conf.GUE, Port: 6080, Checksum: sum})
		if sum != conf.RemoteChecksum {
			forms = append(forms, conf.Forwarding{Method: conf.TUN, Tunnel: conf.GRE, Checksum: sum})
		}
	}
	var servers []Server
	for i, f := range forms {
		s := nat(fmt.Sprintf("192.168.1.%d:80", i), i)
		s.Forward = f
		servers = append(servers, s)
	}
	far := nat("[2001:db8::9]:80", 2147483647)
	far.Forward.Method = conf.TUN
	add(Service{Key: tcp("10.0.2.0:80"), Scheduler: "wrr"}, append(servers, far)...)
	limited := nat("192.168.0.1:80", 0)
	limited.Upper, limited.Lower = 2147483647, 100
	add(Service{Key: tcp("10.0.2.1:80"), Scheduler: "wlc", Flags: Sched1 | Sched2 | Sched3}, limited)
	add(Service{Key: on(unix.IPPROTO_UDP, "10.0.2.2:53"), Scheduler: "rr", Flags: OnePacket}, nat("192.168.0.1:53", 1))
	add(Service{Key: on(unix.IPPROTO_UDP, "10.0.2.3:5060"), Scheduler: "sh", Timeout: time.Minute, Engine: "sip"}, nat("192.168.0.1:5060", 1))
	add(Service{Key: on(unix.IPPROTO_SCTP, "10.0.2.4:9"), Scheduler: "mh", Flags: Sched1 | Sched2}, nat("192.168.0.1:9", 1))
	for i, mask := range []string{"255.255.255.0", "255.0.255.0", "0.0.0.0", "255.255.255.255", "128.0.0.0"} {
		add(Service{Key: tcp(fmt.Sprintf("10.0.3.%d:0", i)), Scheduler: "rr", Timeout: 31 * 24 * time.Hour, IPv4Mask: netip.MustParseAddr(mask)})
	}
	for i, prefix := range []uint8{0, 1, 64, 128} {
		add(Service{Key: tcp(fmt.Sprintf("[2001:db8::%d]:443", i+1)), Scheduler: "rr", Timeout: time.Second, Prefix: prefix}, nat("[2001:db8::9]:443", 1))
	}
	add(Service{Key: Key{Mark: 5, Family: conf.IPv4}, Scheduler: "rr"}, nat("192.168.0.1:0", 1))
	add(Service{Key: Key{Mark: 5, Family: conf.IPv6}, Scheduler: "rr", Timeout: time.Minute, Prefix: 64}, nat("[2001:db8::9]:0", 1))
	add(Service{Key: Key{Mark: 4294967295}, Scheduler: "rr"})
	for i := range list {
		slices.SortFunc(list[i].Servers, func(a, b ServerEntry) int { return a.Address.Compare(b.Address) })
	}
	slices.SortFunc(list, func(a, b Entry) int { return a.compare(b.Key) })
	return list
}

// TestReadBack programs everything and reads it back as it was, twice: a second
// time there is nothing to do. Then it all becomes something else, and goes.
func TestReadBack(t *testing.T) {
	_, c := dialed(t)
	want := services()
	apply(t, c, Diff(nil, want)...)
	same(t, table(t, c), want)
	if left := Diff(table(t, c), want); len(left) > 0 {
		t.Errorf("still to do: %v", left)
	}
	for _, e := range want {
		got, err := c.Servers(e.Key)
		if err != nil {
			t.Fatal(err)
		}
		same(t, still([]Entry{{Service: e.Service, Servers: got}}), []Entry{e})
	}
	other := services()
	for i := range other {
		other[i].Scheduler, other[i].Flags, other[i].Timeout, other[i].Engine = "wlc", Sched2, 5*time.Second, ""
		other[i].Service = other[i].Normal()
		for n := range other[i].Servers {
			other[i].Servers[n].Weight, other[i].Servers[n].Upper = 9, 200
		}
	}
	apply(t, c, Diff(table(t, c), other)...)
	same(t, table(t, c), other)
	apply(t, c, Diff(table(t, c), nil)...)
	same(t, table(t, c), nil)
}

func TestSchedulers(t *testing.T) {
	_, c := dialed(t)
	all, err := c.Schedulers()
	if err != nil || !slices.Equal(all, SchedulerNames()) {
		t.Errorf("got %v, %v", all, err)
	}
	for _, try := range []func(*Service) (bool, error){c.s.tryService, c.s.tryServiceIPv4} {
		for _, s := range []Service{{Scheduler: "nosuch"}, {Scheduler: "none", Engine: "nosuch"}, {Scheduler: "rr"}, {Scheduler: "none", Engine: "sip"}} {
			want := s.Scheduler == "rr" || s.Engine == "sip"
			if got, err := try(&s); got != want || err != nil {
				t.Errorf("%+v: got %v, %v", s, got, err)
			}
		}
	}
	for name, want := range map[string]bool{"sip": true, "nosuch": false} {
		if got, err := c.HasEngine(name); got != want || err != nil {
			t.Errorf("engine %s: got %v, %v", name, got, err)
		}
	}
	same(t, table(t, c), nil)
}

func TestTimeouts(t *testing.T) {
	_, c := dialed(t)
	if err := c.SetTimeouts(Timeouts{TCP: 7200 * time.Second, UDP: 1500 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	if err := c.SetTimeouts(Timeouts{TCPFin: 30 * time.Second}); err != nil {
		t.Fatal(err)
	}
	want := Timeouts{TCP: 7200 * time.Second, TCPFin: 30 * time.Second, UDP: 2 * time.Second}
	if got, err := c.Timeouts(); got != want || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestFlush(t *testing.T) {
	_, c := dialed(t)
	apply(t, c, Diff(nil, services())...)
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	same(t, table(t, c), nil)
}

func TestDaemons(t *testing.T) {
	h, c := dialedOnSwitch(t)
	h.Address("2001:db8::1/64", true)
	for _, tc := range []struct{ start, want Daemon }{
		{Daemon{Master: true, Interface: "eth0", SyncID: 255},
			Daemon{Master: true, Interface: "eth0", SyncID: 255, MaxLen: 1472, Group: netip.MustParseAddr("224.0.0.81"), Port: 8848, TTL: 1}},
		{Daemon{Interface: "eth0", SyncID: 7, MaxLen: 2000, Group: netip.MustParseAddr("239.1.2.3"), Port: 9000, TTL: 4},
			Daemon{Interface: "eth0", SyncID: 7, MaxLen: 2000, Group: netip.MustParseAddr("239.1.2.3"), Port: 9000, TTL: 4}},
		{Daemon{Master: true, Interface: "eth0", Group: netip.MustParseAddr("ff02::81")},
			Daemon{Master: true, Interface: "eth0", MaxLen: 1452, Group: netip.MustParseAddr("ff02::81"), Port: 8848, TTL: 1}},
	} {
		if err := c.StartDaemon(tc.start); err != nil {
			t.Fatal(err)
		}
		got, err := c.Daemons()
		if err != nil || !slices.Equal(got, []Daemon{tc.want}) {
			t.Errorf("%v: got %+v, %v", tc.start, got, err)
		}
		fails(t, c.StartDaemon(tc.start), ErrExists)
		if err := c.StopDaemon(tc.start.Master); err != nil {
			t.Error(err)
		}
		fails(t, c.StopDaemon(tc.start.Master), ErrNotFound)
	}
	for _, master := range []bool{false, true} {
		if err := c.StartDaemon(Daemon{Master: master, Interface: "eth0", SyncID: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := c.Daemons(); err != nil || len(got) != 2 || !got[0].Master || got[1].Master {
		t.Errorf("got %+v, %v", got, err)
	}
	fails(t, c.StartDaemon(Daemon{Master: true, Interface: "nosuch"}), ErrNotFound)
	for _, master := range []bool{false, true} {
		if err := c.StopDaemon(master); err != nil {
			t.Error(err)
		}
	}
	fails(t, c.StartDaemon(Daemon{Master: true, Interface: "eth0", Group: netip.MustParseAddr("10.0.0.1")}), ErrInvalid)
}
