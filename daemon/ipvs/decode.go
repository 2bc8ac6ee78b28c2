package ipvs

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/viplab/viplab/daemon/conf"
)

// parseService reads an answer to GET_SERVICE, without its generic header.
func parseService(b []byte) (e Entry, err error) {
	svc, err := attribute(b, attrService)
	if err != nil {
		return e, err
	}
	var address, mask value
	var port uint16
	for kind, v := range attributes(svc) {
		switch kind {
		case svcFamily:
			e.Family = v.family()
		case svcProtocol:
			e.Protocol = uint8(v.u16())
		case svcAddress:
			address = v
		case svcPort:
			port = v.port()
		case svcMark:
			e.Mark = v.u32()
		case svcScheduler:
			e.Scheduler = v.text()
		case svcFlags:
			e.Flags = Flags(v.u32()) & settable
		case svcTimeout:
			e.Timeout = v.seconds()
		case svcNetmask:
			mask = v
		case svcEngine:
			e.Engine = v.text()
		case svcStats64:
			e.Counters = parseCounters(v)
		}
	}
	if e.Family == 0 {
		return e, fmt.Errorf("%w: service of no known family", errAnswer)
	}
	if e.Mark == 0 {
		e.Address = netip.AddrPortFrom(address.address(e.Family), port)
		if !e.Address.IsValid() {
			return e, fmt.Errorf("%w: service without address", errAnswer)
		}
	}
	e.setPersistence(mask)
	return e, nil
}

// setPersistence is about what counts only for a persistent service.
func (s *Service) setPersistence(mask value) {
	s.Prefix = s.bits()
	switch {
	case s.Flags&Persistent == 0:
		s.Timeout = 0
	case s.Family == conf.IPv6:
		s.Prefix = uint8(min(mask.u32(), 128))
	case len(mask) >= 4:
		s.setMask(binary.BigEndian.Uint32(mask))
	}
}

// parseServer reads an answer to GET_DEST, without its generic header, for a
// service of a family: kernels before 3.18 have no other servers and do not say.
func parseServer(b []byte, family conf.Family) (e ServerEntry, err error) {
	dest, err := attribute(b, attrDest)
	if err != nil {
		return e, err
	}
	var address value
	var port uint16
	method := ^uint32(0)
	for kind, v := range attributes(dest) {
		switch kind {
		case destFamily:
			family = v.family()
		case destAddress:
			address = v
		case destPort:
			port = v.port()
		case destForward:
			method = v.u32() & forwardMask
		case destWeight:
			e.Weight = int(int32(v.u32()))
		case destUpper:
			e.Upper = v.u32()
		case destLower:
			e.Lower = v.u32()
		case destActive:
			e.Active = int(v.u32())
		case destInactive:
			e.Inactive = int(v.u32())
		case destPersistent:
			e.Persistent = int(v.u32())
		case destStats64:
			e.Counters = parseCounters(v)
		case destTunnel:
			e.Forward.Tunnel = conf.Tunnel(v.u8())
		case destTunnelPort:
			e.Forward.Port = v.port()
		case destTunnelFlags:
			e.Forward.Checksum = conf.Checksum(v.u16())
		}
	}
	e.Address = netip.AddrPortFrom(address.address(family), port)
	if !e.Address.IsValid() {
		return e, fmt.Errorf("%w: server without address", errAnswer)
	}
	e.setMethod(method)
	return e, nil
}

// setMethod leaves zero what a configuration has no word for: such a server
// differs from every one that is wanted.
func (s *Server) setMethod(kernel uint32) {
	switch kernel {
	case forwardNAT:
		s.Forward = conf.Forwarding{Method: conf.NAT}
	case forwardRoute:
		s.Forward = conf.Forwarding{Method: conf.DR}
	case forwardTunnel:
		s.Forward.Method = conf.TUN
		s.Forward = s.Normal().Forward
	}
}

// parseCounters reads the statistics with 64 bits.
func parseCounters(b value) (c Counters) {
	fields := [...]*uint64{
		statConnections: &c.Connections, statPacketsIn: &c.PacketsIn, statPacketsOut: &c.PacketsOut, statBytesIn: &c.BytesIn, statBytesOut: &c.BytesOut,
		statConnectionRate: &c.ConnectionRate, statPacketRateIn: &c.PacketRateIn, statPacketRateOut: &c.PacketRateOut,
		statByteRateIn: &c.ByteRateIn, statByteRateOut: &c.ByteRateOut,
	}
	for kind, v := range attributes(b) {
		if int(kind) < len(fields) && fields[kind] != nil {
			*fields[kind] = v.u64()
		}
	}
	return c
}
