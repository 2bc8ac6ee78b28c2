package checkd_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/ipvs"
	"github.com/viplab/viplab/daemon/status"
)

// service is a virtual server with lines of its own. Its servers are
// 10.0.1.PORT, which is alive while something listens on PORT of this host.
func service(address, lines string, ports ...int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "virtual_server %s 80 {\ndelay_loop 1\nwarmup 0\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n%s\n", address, lines)
	for _, port := range ports {
		fmt.Fprintf(&b, "real_server 10.0.1.%d 80 {\nTCP_CHECK {\nconnect_ip 127.0.0.1\nconnect_port %d\nconnect_timeout 1\nretry 0\n}\n}\n", port, port)
	}
	return b.String() + "}\n"
}

func alien() ipvs.Change {
	return ipvs.Change{Op: ipvs.AddService, Service: ipvs.Service{Key: ipvs.Key{Family: conf.IPv4, Mark: 99}, Scheduler: "rr"}}
}

const (
	alienLine = "FWM 99 rr"
	both      = "[10.0.0.1]:tcp:80 rr 10.0.1.1:80=1 10.0.1.2:80=1"
	second    = "[10.0.0.1]:tcp:80 rr 10.0.1.2:80=1"
	sorry     = "[10.0.0.1]:tcp:80 rr 10.0.9.9:80=1"
)

func TestLife(t *testing.T) {
	d := newDirector(t)
	d.others(alien())
	first, other := d.listen(1), d.listen(2)
	d.write("k.conf", service("10.0.0.1", "sorry_server 10.0.9.9 80", 1, 2))
	p := d.start()
	text := p.until("Startup complete")
	if !strings.Contains(text, "Gained quorum 1+0=1 <= 2 for VS [10.0.0.1]:tcp:80") {
		t.Errorf("logged\n%s", text)
	}
	d.want(both, alienLine)
	p.until("TCP connection to [10.0.1.1]:tcp:80 success.")
	_ = first.Close()
	p.until("Removing service [10.0.1.1]:tcp:80 from VS [10.0.0.1]:tcp:80")
	d.want(second, alienLine)
	_ = other.Close()
	p.until("Adding sorry server [10.0.9.9]:tcp:80 to VS [10.0.0.1]:tcp:80")
	d.want(sorry, alienLine)
	d.listen(1)
	d.listen(2)
	p.until("Removing sorry server")
	d.want(both, alienLine)

	st := d.status()
	if len(st.VirtualServers) != 1 || !st.VirtualServers[0].Up || !st.VirtualServers[0].Services[0].Present || len(st.Processes) != 1 {
		t.Errorf("status %+v", st)
	} else if r := st.VirtualServers[0].Servers[0]; !r.Alive || r.Kernel == nil || r.Kernel.Weight != 1 || !r.Checkers[0].Known || r.Checkers[0].Last.IsZero() {
		t.Errorf("server %+v", r)
	}
	last := p.stop()
	if !strings.Contains(last, "Shutting down service [10.0.1.1]:tcp:80 from VS [10.0.0.1]:tcp:80") {
		t.Errorf("logged\n%s", last)
	}
	d.want(alienLine)
	if _, err := os.Stat(d.file("checkers.ipvs")); err == nil {
		t.Error("the ledger is left")
	}
}

func (d *director) status() *status.Status {
	d.t.Helper()
	cmd := d.command("status", "--json", "--control", d.file("vipd.sock"))
	out, err := cmd.Output()
	st := new(status.Status)
	if err == nil {
		err = json.Unmarshal(out, st)
	}
	if err != nil {
		d.t.Fatalf("%v: %s", err, out)
	}
	return st
}

// TestReload: what does not change stays as it is, with its connections counted.
func TestReload(t *testing.T) {
	d := newDirector(t)
	d.listen(1)
	d.listen(2)
	d.write("k.conf", service("10.0.0.1", "", 1, 2)+service("10.0.0.2", "", 1, 3))
	p := d.start()
	p.until("Removing service [10.0.1.3]:tcp:80 from VS [10.0.0.2]:tcp:80")
	d.want(both, "[10.0.0.2]:tcp:80 rr 10.0.1.1:80=1")
	d.write("k.conf", service("10.0.0.1", "quorum 2", 1, 2)+service("10.0.0.2", "", 1, 3)+service("10.0.0.3", "", 2))
	p.signal(unix.SIGHUP)
	text := p.until("Reload complete")
	if strings.Contains(text, "10.0.0.2") {
		t.Errorf("a service that is the same is mentioned:\n%s", text)
	}
	d.want(both, "[10.0.0.2]:tcp:80 rr 10.0.1.1:80=1", "[10.0.0.3]:tcp:80 rr 10.0.1.2:80=1")
	d.write("k.conf", service("10.0.0.3", "", 2))
	p.signal(unix.SIGHUP)
	p.until("Reload complete")
	d.want("[10.0.0.3]:tcp:80 rr 10.0.1.2:80=1")
	p.stop()
	d.want()
}

// TestMeddling: what somebody else does is undone, and said.
func TestMeddling(t *testing.T) {
	d := newDirector(t)
	d.others(alien())
	d.listen(1)
	d.listen(2)
	d.write("k.conf", service("10.0.0.1", "", 1, 2))
	p := d.start()
	p.until("Startup complete")
	d.want(both, alienLine)
	key := ipvs.Key{Family: conf.IPv4, Protocol: unix.IPPROTO_TCP, Address: netip.MustParseAddrPort("10.0.0.1:80")}
	d.others(ipvs.Change{Op: ipvs.RemoveServer, Service: ipvs.Service{Key: key}, Server: ipvs.Server{Address: netip.MustParseAddrPort("10.0.1.1:80")}})
	p.until("IPVS was changed by somebody else: server [10.0.1.1]:tcp:80 of [10.0.0.1]:tcp:80 is missing; it is set right")
	d.want(both, alienLine)
	d.others(ipvs.Change{Op: ipvs.RemoveService, Service: ipvs.Service{Key: key}})
	p.until("IPVS was changed by somebody else: [10.0.0.1]:tcp:80 is missing; it is set right")
	d.want(both, alienLine)
	p.stop()
	d.want(alienLine)
}

// TestHASuspend: nothing is checked while this host does not have the address.
func TestHASuspend(t *testing.T) {
	d := newDirector(t)
	d.write("k.conf", service("127.5.5.5", "ha_suspend", 1))
	p := d.start()
	p.until("Suspending healthchecker for service [10.0.1.1]:tcp:80 for VS [127.5.5.5]:tcp:80")
	time.Sleep(5 * time.Second)
	d.want("[127.5.5.5]:tcp:80 rr 10.0.1.1:80=1")
	d.address(true)
	p.until("Activating healthchecker for service [10.0.1.1]:tcp:80 for VS [127.5.5.5]:tcp:80")
	p.until("Removing service [10.0.1.1]:tcp:80 from VS [127.5.5.5]:tcp:80")
	d.address(false)
	p.until("Suspending healthchecker for service [10.0.1.1]:tcp:80 for VS [127.5.5.5]:tcp:80")
	d.listen(1)
	time.Sleep(5 * time.Second)
	d.want("[127.5.5.5]:tcp:80 rr")
	d.address(true)
	p.until("Adding service [10.0.1.1]:tcp:80 to VS [127.5.5.5]:tcp:80")
	p.stop()
}
