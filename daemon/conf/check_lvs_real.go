package conf

import (
	"net/netip"
	"strconv"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// checkServersOnce leaves out servers that v has already.
func checkServersOnce(c *schema.Context, v *VirtualServer) {
	if len(v.RealServers) < 2 {
		return
	}
	first := make(map[netip.AddrPort]*RealServer, len(v.RealServers))
	kept := v.RealServers[:0]
	for _, r := range v.RealServers {
		if old := first[r.Address]; old != nil {
			c.Report(Diagnostic{Span: where(&r.Origin, "real_server").Span, Severity: Error, Code: diag.DuplicateServer,
				Text:  "real_server " + r.Address.String() + " stands there twice: this one is passed over",
				Notes: []diag.Note{{Pos: old.Pos, Text: "first given here"}}})
			continue
		}
		first[r.Address] = r
		kept = append(kept, r)
	}
	clear(v.RealServers[len(kept):])
	v.RealServers = kept
}

// keepsPorts reports whether packets arrive at a server with the port that the
// client sent them to.
func (f Forwarding) keepsPorts() bool { return f.Method == DR || f.Method == TUN }

// checkPorts holds the ports of servers against the service's.
func checkPorts(c *schema.Context, v *VirtualServer, f *groupFacts) {
	for _, r := range v.RealServers {
		written := r.Address.Port()
		port := checkPort(c, v, f, r)
		if port != written {
			r.Address = netip.AddrPortFrom(r.Address.Addr(), port)
		}
		if written == 0 {
			settlePorts(c, r)
		}
		checkSelf(c, v, r)
	}
}

// checkSelf reports a server that is the service itself. Another port of the
// same host is a server like any other.
func checkSelf(c *schema.Context, v *VirtualServer, r *RealServer) {
	if v.Address.IsValid() && r.Address == v.Address {
		c.Warnf(diag.ServerIsService, where(&r.Origin, "real_server"), "real_server %s is the virtual_server itself: packets for it stay on the host that has the address, or go round between the others", r.Address)
	}
}

// checkPort returns the port of r that its service leaves it.
func checkPort(c *schema.Context, v *VirtualServer, f *groupFacts, r *RealServer) uint16 {
	port, at := r.Address.Port(), where(&r.Origin, "real_server")
	keeps := r.Forward.keepsPorts()
	switch {
	case port != 0 && !keeps:
	case f != nil && f.addresses():
		if port != 0 {
			checkGroupPort(c, at, f, port)
		}
	case f != nil || v.FWMark != 0:
		if port != 0 {
			c.Errorf(diag.PortDiffers, at, "real_server port %d: with lb_kind %s the servers of a firewall mark have no port: it is passed over", port, r.Forward.Method)
		}
		return 0
	case port == 0:
		return v.Address.Port()
	case port != v.Address.Port():
		c.Errorf(diag.PortDiffers, at, "real_server port %d: with lb_kind %s it is the service's, %d", port, r.Forward.Method, v.Address.Port())
		return v.Address.Port()
	}
	return port
}

func checkGroupPort(c *schema.Context, at word, f *groupFacts, port uint16) {
	for _, p := range f.ports {
		if p != port {
			c.Errorf(diag.PortDiffers, at, "real_server port %d is not the port of all entries of virtual_server_group %s: one has %d", port, f.group.Name, p)
			return
		}
	}
}

// settlePorts gives checkers without a port the one that their server has in the
// end. keepalived 2.2.7 leaves them at port 0, where nothing answers.
func settlePorts(c *schema.Context, r *RealServer) {
	warned := false
	for _, ch := range r.Checkers {
		if ch.ConnectPort != 0 || !ch.connects() {
			continue
		}
		ch.ConnectPort = r.Address.Port()
		if warned || !ch.needsPort() {
			continue
		}
		warned = true
		d := Diagnostic{Span: where(&ch.Origin, ch.Kind).Span, Severity: Warning, Code: diag.CheckWithoutPort,
			Text: ch.Kind + " has no port, since real_server has none: it always fails", Help: "write connect_port"}
		if ch.ConnectPort != 0 {
			d.Text = ch.Kind + " goes to port 0 in keepalived, since real_server has no port; vipd takes the service's, " + strconv.Itoa(int(ch.ConnectPort))
			d.Help = "write the port behind the address of real_server"
		}
		c.Report(d)
	}
}

// needsPort reports whether ch connects to a port.
func (ch *Checker) needsPort() bool {
	switch ch.Kind {
	case "MISC_CHECK", "PING_CHECK", "FILE_CHECK", "BFD_CHECK":
		return false
	}
	return true
}

// checkSorry holds the sorry server against the service.
func checkSorry(c *schema.Context, v *VirtualServer, f *groupFacts) {
	if !v.SorryServer.IsValid() {
		return
	}
	fillSorry(v)
	at, port, fixed := given(&v.Origin, "sorry_server"), v.SorryServer.Port(), v.SorryServer.Port()
	switch keeps := v.SorryForward.keepsPorts(); {
	case port != 0 && !keeps:
	case v.Group != "" || v.FWMark != 0:
		if fixed = 0; port != 0 {
			c.Errorf(diag.PortDiffers, at, "sorry_server port %d is passed over: with lb_kind %s it is the port that the client asks for", port, v.SorryForward.Method)
		}
	default:
		if fixed = v.Address.Port(); port != 0 && port != fixed {
			c.Errorf(diag.PortDiffers, at, "sorry_server port %d: with lb_kind %s it is the service's, %d", port, v.SorryForward.Method, fixed)
		}
	}
	v.SorryServer = netip.AddrPortFrom(v.SorryServer.Addr(), fixed)
	for _, r := range v.RealServers {
		if r.Address == v.SorryServer {
			c.Report(Diagnostic{Span: at.Span, Severity: Warning, Code: diag.SorryIsReal,
				Text:  "sorry_server " + v.SorryServer.String() + " is a real_server too: removing the one removes the other",
				Notes: []diag.Note{{Pos: r.Pos, Text: "the real_server"}}})
			return
		}
	}
}
