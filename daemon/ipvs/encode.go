package ipvs

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// familyOf is the kernel's number of a family.
func familyOf(f conf.Family) uint16 {
	if f == conf.IPv6 {
		return unix.AF_INET6
	}
	return unix.AF_INET
}

// key adds a service as far as it identifies it; k is in normal form. One
// without address or mark is for the kernel to refuse.
func (e *encoder) key(k Key) {
	e.u16(svcFamily, familyOf(k.Family))
	if k.Mark != 0 {
		e.u32(svcMark, k.Mark)
		return
	}
	if !k.Address.IsValid() {
		return
	}
	e.u16(svcProtocol, uint16(k.Protocol))
	e.address(svcAddress, k.Address.Addr())
	e.port(svcPort, k.Address.Port())
}

// service adds all of a service in normal form. All flags are set, whatever the
// kernel has.
func (e *encoder) service(s *Service) {
	e.key(s.Key)
	e.text(svcScheduler, s.Scheduler)
	if s.Engine != "" {
		e.text(svcEngine, s.Engine)
	}
	e.header(svcFlags, 8)
	e.buf = binary.NativeEndian.AppendUint32(e.buf, uint32(s.Flags))
	e.buf = binary.NativeEndian.AppendUint32(e.buf, uint32(settable))
	e.seconds(svcTimeout, s.Timeout)
	if s.Family == conf.IPv6 {
		e.u32(svcNetmask, uint32(s.Prefix))
		return
	}
	mask := s.mask()
	e.bytes(svcNetmask, mask[:]...)
}

// identity adds a destination as far as that identifies it. One without address
// is for the kernel to refuse.
func (e *encoder) identity(a netip.AddrPort) {
	if !a.IsValid() {
		return
	}
	family := uint16(unix.AF_INET6)
	if a.Addr().Is4() {
		family = unix.AF_INET
	}
	e.u16(destFamily, family)
	e.address(destAddress, a.Addr())
	e.port(destPort, a.Port())
}

// forwardOf is the kernel's number of a method.
func forwardOf(m conf.Method) uint32 {
	switch m {
	case conf.TUN:
		return forwardTunnel
	case conf.DR:
		return forwardRoute
	}
	return forwardNAT
}

// server adds all of a destination in normal form.
func (e *encoder) server(s *Server) {
	e.identity(s.Address)
	e.u32(destForward, forwardOf(s.Forward.Method))
	e.u32(destWeight, uint32(s.Weight))
	e.u32(destUpper, s.Upper)
	e.u32(destLower, s.Lower)
	if s.Forward.Method == conf.TUN {
		e.bytes(destTunnel, byte(s.Forward.Tunnel))
		e.port(destTunnelPort, s.Forward.Port)
		e.u16(destTunnelFlags, uint16(s.Forward.Checksum))
	}
}

// change adds the attributes of a change, and returns its command.
func (e *encoder) change(c *Change) {
	at := e.nest(attrService)
	if c.Op == AddService || c.Op == EditService {
		s := c.Service.Normal()
		e.service(&s)
	} else {
		e.key(c.Service.Key.normal())
	}
	e.endNest(at)
	if !c.Op.ofServer() {
		return
	}
	at = e.nest(attrDest)
	if c.Op == RemoveServer {
		e.identity(c.Server.Address)
	} else {
		s := c.Server.Normal()
		e.server(&s)
	}
	e.endNest(at)
}

// command is the kernel's command for o.
func (o Op) command() uint8 {
	switch o {
	case AddService:
		return cmdNewService
	case EditService:
		return cmdSetService
	case RemoveService:
		return cmdDelService
	case AddServer:
		return cmdNewDest
	case EditServer:
		return cmdSetDest
	case RemoveServer:
		return cmdDelDest
	}
	return 0
}
