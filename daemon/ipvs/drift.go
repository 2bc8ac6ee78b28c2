package ipvs

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// Drift says in words, one line each, in what the kernel's table differs from
// the one that is wanted and that was programmed before: what somebody else has
// changed. Diff has the changes that repair it.
func Drift(have, want []Entry) []string {
	present := byKey(have)
	var lines []string
	for _, c := range Diff(have, want) {
		old := present[c.Service.Key]
		if c.Op == AddServer && old == nil {
			continue // goes with its service
		}
		lines = append(lines, c.drift(old))
	}
	return lines
}

// drift says what of a service, as the kernel has it, c would change.
func (c *Change) drift(old *Entry) string {
	service := c.Service.Key.String()
	server := fmt.Sprintf("server %s of %s", c.Service.Name(c.Server.Address), service)
	switch c.Op {
	case AddService:
		return service + " is missing"
	case EditService:
		return service + " has " + old.Service.differs(&c.Service)
	case AddServer:
		return server + " is missing"
	case EditServer:
		was := old.server(c.Server.Address)
		return server + " has " + was.differs(&c.Server)
	case RemoveServer:
		return server + " is not ours"
	default:
		return service + " is not ours"
	}
}

func (e *Entry) server(a netip.AddrPort) *Server {
	for i := range e.Servers {
		if e.Servers[i].Address == a {
			return &e.Servers[i].Server
		}
	}
	return &Server{}
}

// differs lists what s has that is not as in want.
func (s *Service) differs(want *Service) string {
	var d differences
	d.add("scheduler", s.Scheduler, want.Scheduler)
	d.add("flags", fmt.Sprintf("%#x", uint32(s.Flags&^Persistent)), fmt.Sprintf("%#x", uint32(want.Flags&^Persistent)))
	d.add("persistence", s.persistence(), want.persistence())
	d.add("persistence engine", orNone(s.Engine), orNone(want.Engine))
	return d.String()
}

func (s *Service) persistence() string {
	switch {
	case s.Flags&Persistent == 0:
		return "none"
	case s.IPv4Mask.IsValid():
		return fmt.Sprintf("%d s per %v", s.Timeout/time.Second, s.IPv4Mask)
	default:
		return fmt.Sprintf("%d s per /%d", s.Timeout/time.Second, s.Prefix)
	}
}

// differs lists what s has that is not as in want.
func (s *Server) differs(want *Server) string {
	var d differences
	d.add("weight", fmt.Sprint(s.Weight), fmt.Sprint(want.Weight))
	d.add("forwarding", forwarding(s.Forward), forwarding(want.Forward))
	d.add("upper limit", fmt.Sprint(s.Upper), fmt.Sprint(want.Upper))
	d.add("lower limit", fmt.Sprint(s.Lower), fmt.Sprint(want.Lower))
	return d.String()
}

func forwarding(f conf.Forwarding) string {
	switch {
	case f.Method == 0:
		return "none that can be configured"
	case f.Method != conf.TUN:
		return f.Method.String()
	case f.Tunnel == conf.GUE:
		return fmt.Sprintf("%v %v port %d %v", f.Method, f.Tunnel, f.Port, f.Checksum)
	}
	return fmt.Sprintf("%v %v %v", f.Method, f.Tunnel, f.Checksum)
}

func orNone(name string) string {
	if name == "" {
		return "none"
	}
	return name
}

// differences are what two things differ in.
type differences []string

func (d *differences) add(what, got, want string) {
	if got != want {
		*d = append(*d, fmt.Sprintf("%s %s, not %s", what, got, want))
	}
}

func (d *differences) String() string { return strings.Join(*d, "; ") }
