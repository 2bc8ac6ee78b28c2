package netif

import (
	"math"
	"net/netip"

	"golang.org/x/sys/unix"
)

// parseRule reads the payload of RTM_NEWRULE or RTM_DELRULE (linux/fib_rules.h).
func parseRule(m []byte) (r Rule, ok bool) {
	if len(m) < unix.SizeofRtMsg {
		return r, false
	}
	r.Family = Family(m[0])
	to, from := int(m[1]), int(m[2])
	if r.Family != IPv4 && r.Family != IPv6 || to > r.Family.bits() || from > r.Family.bits() {
		return r, false
	}
	r.TOS, r.Table, r.Action = m[3], uint32(m[4]), m[7]
	r.Not = number32(m[8:])&unix.FIB_RULE_INVERT != 0
	mark := Mark{}
	for kind, value := range attributes(m[unix.SizeofRtMsg:]) {
		switch kind {
		case unix.FRA_SRC:
			r.From = r.prefix(value, from)
		case unix.FRA_DST:
			r.To = r.prefix(value, to)
		case unix.FRA_FWMARK:
			mark.Value = number32(value)
		case unix.FRA_FWMASK:
			mark.Mask = number32(value)
		default:
			r.parse(kind, value)
		}
	}
	if mark != (Mark{}) {
		r.Mark = &mark
	}
	return r, true
}

func (r *Rule) prefix(b []byte, bits int) netip.Prefix {
	if ip := address(b); FamilyOf(ip) == r.Family {
		return netip.PrefixFrom(ip, bits)
	}
	return netip.Prefix{}
}

// parse reads an attribute of a rule.
func (r *Rule) parse(kind uint16, value []byte) {
	switch kind {
	case unix.FRA_PRIORITY:
		r.Priority = number32(value)
	case unix.FRA_TABLE:
		r.Table = number32(value)
	case unix.FRA_GOTO:
		r.Target = number32(value)
	case unix.FRA_FLOW:
		r.Realms = realms(number32(value))
	case unix.FRA_IIFNAME:
		r.Input = unix.ByteSliceToString(value)
	case unix.FRA_OIFNAME:
		r.Output = unix.ByteSliceToString(value)
	case unix.FRA_TUN_ID:
		r.TunnelID = bigEndian64(value)
	case unix.FRA_UID_RANGE:
		if len(value) >= 8 {
			r.UIDs = &UIDRange{number32(value), number32(value[4:])}
		}
	case unix.FRA_IP_PROTO:
		r.Transport = number8(value)
	case unix.FRA_SPORT_RANGE:
		r.SourcePorts = ports(value)
	case unix.FRA_DPORT_RANGE:
		r.DestPorts = ports(value)
	case unix.FRA_L3MDEV:
		r.L3MDev = number8(value) != 0
	case unix.FRA_SUPPRESS_PREFIXLEN:
		r.SuppressPrefix = unlessNone(number32(value))
	case unix.FRA_SUPPRESS_IFGROUP:
		r.SuppressGroup = unlessNone(number32(value))
	case unix.FRA_PROTOCOL:
		r.Protocol = number8(value)
	}
}

// unlessNone is v, or nil where the kernel's -1 stands for none.
func unlessNone(v uint32) *uint32 {
	if v == math.MaxUint32 {
		return nil
	}
	return &v
}

func ports(b []byte) PortRange {
	if len(b) < 4 {
		return PortRange{}
	}
	return PortRange{number16(b), number16(b[2:])}
}
