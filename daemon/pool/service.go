package pool

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/ipvs"
)

// service is a virtual server: one set of servers, and one service of the kernel
// or, with a group, several.
type service struct {
	conf     *conf.VirtualServer
	name     string
	services []ipvs.Service
	servers  []*server
	up       bool // there is a quorum
	told     bool // others know whether there is
	excused  bool // the sorry server stands in
	changed  bool // the kernel has not been told

	suspended bool // ha_suspend: its checkers are off
}

// identity is what makes a virtual server the same one in two configurations.
type identity struct {
	address  netip.AddrPort
	mark     uint32
	group    string
	family   conf.Family
	protocol string
}

func (v *service) identity() identity {
	return identity{v.conf.Address, v.conf.FWMark, v.conf.Group, v.conf.Family, v.conf.Protocol}
}

func newService(c *conf.VirtualServer, g *conf.ServerGroup) *service {
	v := &service{conf: c, name: Name(c), changed: true}
	v.services = kernelServices(c, g)
	for _, r := range c.RealServers {
		v.servers = append(v.servers, &server{conf: r, service: v, name: label(r.Address, c.Protocol), weight: r.Weight})
	}
	return v
}

// claim leaves out what an earlier virtual server has already.
func (v *service) claim(s *Services, owners map[ipvs.Key]*service) {
	kept := v.services[:0]
	for _, f := range v.services {
		if first := owners[f.Key]; first != nil {
			s.say("%s: %s: %s is passed over here: it belongs to the virtual_server at %s", v.conf.Pos, v.name, f.Key.String(), first.conf.Pos)
			continue
		}
		owners[f.Key] = v
		kept = append(kept, f)
	}
	v.services = kept
}

// inherit sets up the servers and their checkers, with what was known of them
// where old is the same virtual server before; nil: there was none.
func (v *service) inherit(s *Services, old *service) {
	var before map[netip.AddrPort]*server
	if old != nil {
		v.up, v.told, v.suspended = old.up, old.told, old.suspended
		v.excused = old.excused && v.conf.SorryServer.IsValid()
		before = make(map[netip.AddrPort]*server, len(old.servers))
		for _, r := range old.servers {
			before[r.conf.Address] = r
		}
	}
	for _, r := range v.servers {
		was := before[r.conf.Address]
		delete(before, r.conf.Address)
		r.inherit(s, was)
	}
	if old == nil {
		return
	}
	for _, r := range old.servers {
		if before[r.conf.Address] == nil {
			continue
		}
		s.say("service %s no longer exist", r.name)
		if r.alive {
			s.say("Removing service %s from VS %s", r.name, v.name)
			r.alive = false
			r.tell(s, "it is not in the configuration any more")
		}
	}
}

// weight is that of all servers that are alive.
func (v *service) weight() int {
	sum := 0
	for _, r := range v.servers {
		if r.alive {
			sum += r.weight
		}
	}
	return sum
}

// Name is a virtual server's name in the log: "[10.0.0.100]:tcp:80", "FWM 5",
// "[GROUP]:0".
func Name(c *conf.VirtualServer) string {
	switch {
	case c.Group != "":
		return "[" + c.Group + "]:0"
	case c.FWMark != 0:
		return fmt.Sprintf("FWM %d", c.FWMark)
	}
	return label(c.Address, c.Protocol)
}

func label(a netip.AddrPort, protocol string) string {
	if protocol == "" {
		protocol = "none"
	}
	return fmt.Sprintf("[%s]:%s:%d", a.Addr(), strings.ToLower(protocol), a.Port())
}
