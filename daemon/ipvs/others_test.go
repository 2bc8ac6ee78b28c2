package ipvs

import (
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/ipvs"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// TestIpvsadm has ipvsadm show what was programmed.
func TestIpvsadm(t *testing.T) {
	h, c := dialed(t)
	direct, tunnel := nat("192.168.0.2:80", 2), nat("192.168.0.3:80", 0)
	direct.Forward.Method, tunnel.Forward = conf.DR, conf.Forwarding{Method: conf.TUN, Tunnel: conf.GUE, Port: 6080, Checksum: conf.WithChecksum}
	tunnel.Upper, tunnel.Lower = 100, 50
	apply(t, c, Diff(nil, []Entry{
		{Service: Service{Key: tcp("10.0.0.1:80"), Scheduler: "sh", Flags: Sched1 | Sched2, Timeout: time.Minute, Prefix: 24},
			Servers: []ServerEntry{{Server: nat("192.168.0.1:8080", 1)}, {Server: direct}, {Server: tunnel}}},
		{Service: Service{Key: on(unix.IPPROTO_UDP, "10.0.0.2:5060"), Scheduler: "rr", Flags: OnePacket, Timeout: time.Hour, Engine: "sip"}},
		{Service: Service{Key: on(unix.IPPROTO_SCTP, "[2001:db8::1]:9"), Scheduler: "mh", Flags: Sched1, Timeout: time.Minute, Prefix: 64},
			Servers: []ServerEntry{{Server: nat("[2001:db8::2]:9", 7)}}},
		{Service: Service{Key: Key{Mark: 5, Family: conf.IPv6}, Scheduler: "wlc"}},
	})...)
	want := `-A --sctp-service [2001:db8::1]:9 -s mh -p 60 -M 64 -b mh-fallback
-A -f 5 -6 -s wlc
-A -t 10.0.0.1:80 -s sh -p 60 -M 255.255.255.0 -b sh-fallback,sh-port
-A -u 10.0.0.2:5060 -s rr -p 3600 --pe sip -o
-a --sctp-service [2001:db8::1]:9 -r [2001:db8::2]:9 -m -w 7
-a -t 10.0.0.1:80 -r 192.168.0.1:8080 -m -w 1
-a -t 10.0.0.1:80 -r 192.168.0.2:80 -g -w 2
-a -t 10.0.0.1:80 -r 192.168.0.3:80 -i -w 0 --tun-type gue --tun-port 6080 --tun-csum`
	if d := cmp.Diff(strings.Split(want, "\n"), ipvsadm(t, h.Do, "-Sn")); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	got := strings.Join(append(ipvsadm(t, h.Do, "-Ln"), ipvsadm(t, h.Do, "-Ln", "--thresholds")...), "\n")
	for _, line := range []string{"TCP  10.0.0.1:80 sh (sh-fallback,sh-port) persistent 60 mask 255.255.255.0", "-> 192.168.0.2:80               Route   2", "FWM  5 IPv6 wlc", "-> 192.168.0.3:80               100        50"} {
		if !strings.Contains(got, line) {
			t.Errorf("no line with %q in\n%s", line, got)
		}
	}
}

// ipvsadm returns the sorted lines that ipvsadm prints.
func ipvsadm(t *testing.T, do func(func() error), args ...string) []string {
	t.Helper()
	path, err := exec.LookPath("ipvsadm")
	if err != nil {
		t.Fatalf("the test needs ipvsadm: %v", err)
	}
	var out []byte
	do(func() (err error) {
		out, err = exec.Command(path, args...).CombinedOutput()
		return err
	})
	var lines []string
	for line := range strings.Lines(string(out)) {
		lines = append(lines, strings.TrimSpace(line))
	}
	slices.Sort(lines)
	return lines
}

// TestSomebodyElse has another program, with another library, change the table.
// Drift says what, and the changes of Diff mend it; services that are not ours stay.
func TestSomebodyElse(t *testing.T) {
	h, c := dialed(t)
	web := tcp("10.0.0.1:80")
	want := []Entry{entry(web, "rr", nat("192.168.0.1:80", 1), nat("192.168.0.2:80", 1), nat("192.168.0.3:80", 1))}
	apply(t, c, Diff(nil, want)...)
	var other *ipvs.Handle
	h.Do(func() (err error) { other, err = ipvs.New(""); return err })
	t.Cleanup(other.Close)
	service := &ipvs.Service{AddressFamily: unix.AF_INET, Protocol: unix.IPPROTO_TCP, Netmask: 0xffffff,
		Address: net.IPv4(10, 0, 0, 1).To4(), Port: 80, SchedName: "wlc", Flags: uint32(Persistent), Timeout: 60}
	foreign := *service
	foreign.Port, foreign.SchedName = 81, "sh"
	server := func(last byte, weight int, method uint32) *ipvs.Destination {
		return &ipvs.Destination{AddressFamily: unix.AF_INET, Address: net.IPv4(192, 168, 0, last).To4(), Port: 80, Weight: weight, ConnectionFlags: method}
	}
	for i, err := range []error{
		other.UpdateService(service), other.NewService(&foreign), other.NewDestination(&foreign, server(1, 1, ipvs.ConnFwdMasq)),
		other.UpdateDestination(service, server(1, 9, ipvs.ConnFwdTunnel)), other.DelDestination(service, server(2, 0, 0)),
		other.UpdateDestination(service, server(3, 1, ipvs.ConnFwdBypass)), other.NewDestination(service, server(4, 1, ipvs.ConnFwdDirectRoute)),
	} {
		if err != nil {
			t.Fatalf("change %d: %v", i, err)
		}
	}
	ours := func() []Entry { return Owned(table(t, c), func(k Key) bool { return k == web }) }
	lines := []string{
		"[10.0.0.1]:tcp:80 has scheduler wlc, not rr; persistence 60 s per /24, not none",
		"server [192.168.0.2]:tcp:80 of [10.0.0.1]:tcp:80 is missing",
		"server [192.168.0.1]:tcp:80 of [10.0.0.1]:tcp:80 has weight 9, not 1; forwarding TUN ipip nocsum, not NAT",
		"server [192.168.0.3]:tcp:80 of [10.0.0.1]:tcp:80 has forwarding none that can be configured, not NAT",
		"server [192.168.0.4]:tcp:80 of [10.0.0.1]:tcp:80 is not ours",
	}
	if d := cmp.Diff(lines, Drift(ours(), want)); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	apply(t, c, Diff(ours(), want)...)
	same(t, ours(), want)
	if all := table(t, c); len(all) != 2 || all[1].Scheduler != "sh" || len(all[1].Servers) != 1 {
		t.Errorf("the other's service: %+v", all)
	}
}

// TestCounters sends traffic through a service.
func TestCounters(t *testing.T) {
	h, c := dialed(t)
	web := tcp("10.0.0.1:80")
	sticky := entry(web, "rr", nat("10.0.0.2:8080", 1))
	sticky.Timeout = time.Minute
	apply(t, c, Diff(nil, []Entry{sticky})...)
	h.Do(func() error {
		lo, err := netlink.LinkByName("lo")
		if err != nil {
			return err
		}
		for _, text := range []string{"10.0.0.1/32", "10.0.0.2/32"} {
			if err := netlink.AddrAdd(lo, &netlink.Addr{IPNet: ipnet(text)}); err != nil {
				return err
			}
		}
		l, err := net.Listen("tcp", "10.0.0.2:8080")
		if err != nil {
			return err
		}
		defer l.Close()
		for i := range 3 {
			conn, err := net.Dial("tcp", "10.0.0.1:80")
			if err != nil {
				return fmt.Errorf("connection %d: %w", i, err)
			}
			defer conn.Close()
		}
		time.Sleep(3 * time.Second) // the kernel adds up every two
		list, err := c.Table()
		if err != nil {
			return err
		}
		s := list[0].Servers[0]
		if s.Connections != 3 || s.PacketsIn < 6 || s.BytesIn < 6*40 || list[0].Connections != 3 {
			t.Errorf("counted %+v and %+v", list[0].Counters, s.Counters)
		}
		if s.Active != 3 || s.Persistent != 1 {
			t.Errorf("%d active, %d persistent connections, want 3, 1", s.Active, s.Persistent)
		}
		return nil
	})
	for _, k := range []Key{web, {}} {
		if err := c.Zero(k); err != nil {
			t.Fatal(err)
		}
		list, err := c.Table()
		if err != nil || list[0].Connections != 0 || list[0].Servers[0].PacketsIn != 0 {
			t.Errorf("after zero: %+v, %v", list, err)
		}
	}
}

func ipnet(text string) *net.IPNet {
	p := netip.MustParsePrefix(text)
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}
