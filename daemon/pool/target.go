package pool

import (
	"net/netip"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/ipvs"
)

// Target is a service as the kernel is to have it.
type Target struct {
	Name  string   // of the virtual server
	Pos   conf.Pos // of the virtual server
	Entry ipvs.Entry
}

// targets appends the services of v with their servers.
func (v *service) targets(list []Target) []Target {
	for _, f := range v.services {
		list = append(list, Target{v.name, v.conf.Pos, ipvs.Entry{Service: f, Servers: v.pool(f)}})
	}
	return list
}

// pool is the pool in one service of the kernel. Where the sorry server is one of
// the real servers, what serves more of the two counts.
func (v *service) pool(f ipvs.Service) []ipvs.ServerEntry {
	list := make([]ipvs.ServerEntry, 0, len(v.servers)+1)
	for _, r := range v.servers {
		switch weight := r.weight; {
		case r.alive && !v.excused:
			list = append(list, r.entry(f, weight))
		case r.conf.Inhibit:
			list = append(list, r.entry(f, 0))
		}
	}
	if c := v.conf; c.SorryServer.IsValid() && (v.excused || c.SorryInhibit) {
		weight := 0
		if v.excused {
			weight = 1
		}
		sorry := ipvs.Server{Address: reached(c.SorryServer, c.SorryForward, f), Weight: weight, Forward: c.SorryForward}
		for n := range list {
			if list[n].Address == sorry.Address {
				list[n].Weight = max(list[n].Weight, sorry.Weight)
				return list
			}
		}
		list = append(list, ipvs.ServerEntry{Server: sorry})
	}
	return list
}

func (r *server) entry(f ipvs.Service, weight int) ipvs.ServerEntry {
	return ipvs.ServerEntry{Server: ipvs.Server{Address: reached(r.conf.Address, r.conf.Forward, f), Weight: weight, Forward: r.conf.Forward,
		Upper: r.conf.UpperLimit, Lower: r.conf.LowerLimit}}
}

// reached is where a server of a service is reached: the port is the service's if
// it has none of its own, or if packets are passed on unchanged.
func reached(a netip.AddrPort, w conf.Forwarding, f ipvs.Service) netip.AddrPort {
	if f.Mark != 0 {
		if w.Method == conf.NAT {
			return a
		}
		return netip.AddrPortFrom(a.Addr(), 0)
	}
	if a.Port() == 0 || w.Method != conf.NAT {
		return netip.AddrPortFrom(a.Addr(), f.Address.Port())
	}
	return a
}

// groupsOf are the groups by name; of several the first counts.
func groupsOf(cfg *conf.Config) map[string]*conf.ServerGroup {
	groups := make(map[string]*conf.ServerGroup, len(cfg.ServerGroups))
	for _, g := range cfg.ServerGroups {
		if groups[g.Name] == nil {
			groups[g.Name] = g
		}
	}
	return groups
}

// kernelServices are the services of the kernel that make up a virtual server; g is
// its group, nil for none.
func kernelServices(c *conf.VirtualServer, g *conf.ServerGroup) []ipvs.Service {
	if c.Group == "" {
		if c.FWMark != 0 {
			return []ipvs.Service{marked(c, c.FWMark, c.Family)}
		}
		return []ipvs.Service{addressed(c, c.Address)}
	}
	if g == nil {
		return nil
	}
	var list []ipvs.Service
	for _, e := range g.Entries {
		if e.FWMark != 0 {
			list = append(list, marked(c, e.FWMark, e.Family))
			continue
		}
		for a := e.First; a.IsValid() && !e.Last.Less(a); a = a.Next() {
			list = append(list, addressed(c, netip.AddrPortFrom(a, e.Port)))
		}
	}
	return list
}

func marked(c *conf.VirtualServer, mark uint32, family conf.Family) ipvs.Service {
	if family == 0 {
		family = c.Family
	}
	if family == 0 {
		family = conf.IPv4
	}
	return settings(c, ipvs.Key{Family: family, Mark: mark})
}

func addressed(c *conf.VirtualServer, a netip.AddrPort) ipvs.Service {
	k := ipvs.Key{Family: conf.IPv6, Protocol: protocol(c.Protocol), Address: a}
	if a.Addr().Is4() {
		k.Family = conf.IPv4
	}
	return settings(c, k)
}

func protocol(name string) uint8 {
	switch strings.ToUpper(name) {
	case "TCP":
		return unix.IPPROTO_TCP
	case "SCTP":
		return unix.IPPROTO_SCTP
	}
	return unix.IPPROTO_UDP
}

// settings is all that a configuration says of a service.
func settings(c *conf.VirtualServer, k ipvs.Key) ipvs.Service {
	s := ipvs.Service{Key: k, Scheduler: c.Scheduler, Timeout: c.Persistence, Engine: c.Engine, Prefix: 32}
	if k.Family == conf.IPv6 {
		s.Prefix = 128
	}
	if c.Granularity.Prefix != 0 && k.Family == conf.IPv6 {
		s.Prefix = c.Granularity.Prefix
	}
	if c.Granularity.Mask.IsValid() && k.Family == conf.IPv4 {
		s.IPv4Mask = c.Granularity.Mask
	}
	for flag, on := range map[ipvs.Flags]bool{ipvs.Persistent: c.Persistence != 0, ipvs.OnePacket: c.OnePacket,
		ipvs.Sched1: c.Flag1, ipvs.Sched2: c.Flag2, ipvs.Sched3: c.Flag3} {
		if on {
			s.Flags |= flag
		}
	}
	return s
}
