package capture

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"math/bits"
	"net/netip"
	"slices"
	"strings"

	"github.com/moby/ipvs"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/timeline"
)

// rowKey names a row of an IPVS table: a service, or a destination of it.
type rowKey struct{ service, destination string }

// ipvsTable is a director's table. Change of its rows is empty.
type ipvsTable map[rowKey]timeline.IPVS

func (t ipvsTable) add(row timeline.IPVS) { t[rowKey{row.Service, row.Destination}] = row }

// diff returns what makes next out of t, in a fixed order: rows that go first,
// a service after its destinations; then the others, a service before them.
func (t ipvsTable) diff(next ipvsTable) []timeline.IPVS {
	var changes []timeline.IPVS
	for _, k := range slices.Backward(t.keys()) {
		if _, stays := next[k]; !stays {
			changes = append(changes, changed(t[k], timeline.Deleted))
		}
	}
	for _, k := range next.keys() {
		was, known := t[k]
		switch {
		case !known:
			changes = append(changes, changed(next[k], timeline.Added))
		case was != next[k]:
			changes = append(changes, changed(next[k], timeline.Changed))
		}
	}
	return changes
}

func (t ipvsTable) keys() []rowKey {
	return slices.SortedFunc(maps.Keys(t), func(a, b rowKey) int {
		return cmp.Or(strings.Compare(a.service, b.service), strings.Compare(a.destination, b.destination))
	})
}

func changed(row timeline.IPVS, c timeline.Change) timeline.IPVS {
	row.Change = c
	return row
}

// persistent is IP_VS_SVC_F_PERSISTENT (include/uapi/linux/ip_vs.h).
const persistent = 0x1

// serviceFlags are the other flags of a service (IP_VS_SVC_F_ONEPACKET, SCHED1
// to SCHED3), as ipvsadm names them.
func serviceFlags() []struct {
	bit  uint32
	name string
} {
	return []struct {
		bit  uint32
		name string
	}{{0x4, "ops"}, {0x8, "flag-1"}, {0x10, "flag-2"}, {0x20, "flag-3"}}
}

func serviceRow(s *ipvs.Service) timeline.IPVS {
	row := timeline.IPVS{Service: serviceName(s), Scheduler: s.SchedName}
	if s.Flags&persistent != 0 {
		row.Persistence, row.Mask = int(s.Timeout), maskOf(s)
	}
	var flags []string
	for _, f := range serviceFlags() {
		if s.Flags&f.bit != 0 {
			flags = append(flags, f.name)
		}
	}
	row.Flags = strings.Join(flags, ",")
	return row
}

// maskOf is the prefix length of a service's netmask, 0 where that is a whole
// address: a mask in IPv4, the length itself in IPv6.
func maskOf(s *ipvs.Service) int {
	length, whole := bits.OnesCount32(s.Netmask), 32
	if s.AddressFamily == unix.AF_INET6 {
		length, whole = int(s.Netmask), 128
	}
	if length == whole {
		return 0
	}
	return length
}

// serviceName names a service as ipvsadm -Ln does, but for its blanks.
func serviceName(s *ipvs.Service) string {
	if s.FWMark != 0 {
		name := fmt.Sprintf("FWM %d", s.FWMark)
		if s.AddressFamily == unix.AF_INET6 {
			name += " IPv6"
		}
		return name
	}
	return protocolName(s.Protocol) + " " + endpoint(s.Address, s.Port)
}

func protocolName(p uint16) string {
	switch p {
	case unix.IPPROTO_TCP:
		return "TCP"
	case unix.IPPROTO_UDP:
		return "UDP"
	case unix.IPPROTO_SCTP:
		return "SCTP"
	default:
		return fmt.Sprintf("IP%d", p)
	}
}

func destinationRow(service string, d *ipvs.Destination) timeline.IPVS {
	return timeline.IPVS{
		Service:     service,
		Destination: endpoint(d.Address, d.Port),
		Forward:     forwardName(d.ConnectionFlags),
		Weight:      d.Weight,
		Upper:       d.UpperThreshold,
		Lower:       d.LowerThreshold,
	}
}

func forwardName(flags uint32) string {
	switch flags & ipvs.ConnectionFlagFwdMask {
	case ipvs.ConnectionFlagMasq:
		return "Masq"
	case ipvs.ConnectionFlagLocalNode:
		return "Local"
	case ipvs.ConnectionFlagTunnel:
		return "Tunnel"
	case ipvs.ConnectionFlagDirectRoute:
		return "Route"
	default:
		return "Bypass"
	}
}

func endpoint(ip []byte, port uint16) string {
	return netip.AddrPortFrom(address(ip).Unmap(), port).String()
}

// withoutCounters returns /proc/net/ip_vs less the connection counters that end
// each destination's line, which change with traffic: what is left changes with
// the table alone. It works in place.
func withoutCounters(b []byte) []byte {
	out := b[:0]
	for line := range bytes.Lines(b) {
		if bytes.HasPrefix(line, []byte("  -> ")) {
			line = cutFields(line, 2)
		}
		out = append(out, line...)
	}
	return out
}

// cutFields cuts the last n fields off a line, and the line's end.
func cutFields(line []byte, n int) []byte {
	for range n {
		line = bytes.TrimRight(line, " \n")
		line = line[:bytes.LastIndexByte(line, ' ')+1]
	}
	return line
}
