package conf

import (
	"fmt"
	"net/netip"
)

// Family is an IP version.
type Family uint8

// The families; zero is none in particular.
const (
	IPv4 Family = 4
	IPv6 Family = 6
)

// String names f as ip_family does.
func (f Family) String() string {
	switch f {
	case 0:
		return ""
	case IPv4:
		return "inet"
	case IPv6:
		return "inet6"
	}
	return fmt.Sprintf("Family(%d)", uint8(f))
}

// MarshalText is String.
func (f Family) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// familyOf is a's IP version.
func familyOf(a netip.Addr) Family {
	if a.Is4() {
		return IPv4
	}
	return IPv6
}
