package checkd_test

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

// TestBFD: a real server follows a BFD session, whichever process runs that: the
// one of checkers, or that of virtual routers, whose word goes through the parent.
func TestBFD(t *testing.T) {
	const neighbour = "bfd_instance b {\nneighbor_ip 10.9.0.1\nsource_ip 10.9.0.2\nmin_rx 100\nmin_tx 100\nmultiplier 3\n}\n"
	const routed = "vrrp_instance V {\ninterface eth0\nvirtual_router_id 5\nvirtual_ipaddress {\n10.9.0.9\n}\n}\n"
	const service = "virtual_server 10.0.0.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 10.0.1.1 80 {\nBFD_CHECK {\nname b\n}\n}\n}\n"
	for name, text := range map[string]string{"checkers alone": neighbour + service, "beside virtual routers": neighbour + routed + service} {
		t.Run(name, func(t *testing.T) {
			d := newDirector(t)
			other := &director{Host: testnet.New(t), t: t, dir: t.TempDir()}
			sw := testnet.New(t)
			sw.Switch()
			d.Plug(sw, "p1", "10.9.0.2/24")
			other.Plug(sw, "p2", "10.9.0.1/24")
			other.write("k.conf", "bfd_instance b {\nneighbor_ip 10.9.0.2\nsource_ip 10.9.0.1\nmin_rx 100\nmin_tx 100\nmultiplier 3\n}\n")
			d.write("k.conf", text)
			p := d.start()
			p.until("Removing service [10.0.1.1]:tcp:80 from VS [10.0.0.1]:tcp:80")
			d.want("[10.0.0.1]:tcp:80 rr")
			peer := other.start() // which runs nothing but the session
			p.until("Adding service [10.0.1.1]:tcp:80 to VS [10.0.0.1]:tcp:80")
			d.want("[10.0.0.1]:tcp:80 rr 10.0.1.1:80=1")
			peer.kill()
			p.until("Removing service [10.0.1.1]:tcp:80 from VS [10.0.0.1]:tcp:80")
			p.signal(unix.SIGHUP)
			p.until("Reload complete")
			d.want("[10.0.0.1]:tcp:80 rr")
			p.stop()
		})
	}
}
