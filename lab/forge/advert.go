// Package forge makes and sends VRRP advertisements that no router should: every
// field can be wrong on purpose. It writes packets with gopacket and code of its
// own, never with a daemon's codec.
package forge

import (
	"net/netip"
	"time"
)

// Checksum says what an advertisement's checksum is to be.
type Checksum string

// The checksums.
const (
	Right Checksum = "right"
	// Wrong is one that holds in no way of reading it.
	Wrong Checksum = "wrong"
	// Plain leaves the pseudo header out, as RFC 9568 5.2.8 has it for version 3
	// over IPv4.
	Plain Checksum = "plain"
	// Group has a pseudo header with the group in it although the packet goes to
	// another address, as keepalived before 1.3.7 had it for unicast.
	Group Checksum = "group"
)

// Checksums lists them.
func Checksums() []string {
	return []string{string(Right), string(Wrong), string(Plain), string(Group)}
}

// Advert is an advertisement. What is left out is right.
type Advert struct {
	// Source is the IP source address; default the sender's own. Its family is
	// the advertisement's.
	Source netip.Addr `yaml:"source,omitempty" json:"source,omitzero"`
	// Destination defaults to the group, 224.0.0.18 or ff02::12.
	Destination netip.Addr `yaml:"destination,omitempty" json:"destination,omitzero"`
	// TTL, or hop limit, 0..255; default 255.
	TTL *int `yaml:"ttl,omitempty" json:"ttl,omitempty"`
	// IPLength is what the IP header says of the packet's length (IPv6: of what
	// follows the header), in bytes.
	IPLength *int `yaml:"ip-length,omitempty" json:"ip-length,omitempty"`

	// Version is 0..15, default 2, and 3 over IPv6. 2 is written as RFC 3768 5.1
	// has it, any other as RFC 9568 5.1.
	Version int `yaml:"version,omitempty" json:"version,omitempty"`
	// Type is 0..15, default 1.
	Type *int `yaml:"type,omitempty" json:"type,omitempty"`
	VRID int  `yaml:"vrid" json:"vrid"`
	// Priority is 0..255.
	Priority int `yaml:"priority" json:"priority"`
	// Interval is written in whole seconds in version 2, 0..255, and in
	// centiseconds in version 3, 0..40.95 s; default 1 s.
	Interval *time.Duration `yaml:"interval,omitempty" json:"interval,omitempty"`
	// Addresses are the virtual ones. Count is how many it says there are.
	Addresses []netip.Addr `yaml:"addresses,omitempty" json:"addresses,omitempty"`
	Count     *int         `yaml:"count,omitempty" json:"count,omitempty"`
	// Auth is version 2's authentication type, 0..255; default 2 with AH, 1 with a
	// Password, else 0. Password is at most 8 bytes.
	Auth     *int     `yaml:"auth,omitempty" json:"auth,omitempty"`
	Password string   `yaml:"password,omitempty" json:"password,omitempty"`
	AH       *AH      `yaml:"ah,omitempty" json:"ah,omitempty"`
	Checksum Checksum `yaml:"checksum,omitempty" json:"checksum,omitempty"`
	// Cut is how many bytes are missing from the end, after the checksum was made.
	Cut int `yaml:"cut,omitempty" json:"cut,omitempty"`
	// Pad is how many zero bytes follow that belong to no field, under the checksum.
	Pad int `yaml:"pad,omitempty" json:"pad,omitempty"`
}

// The bounds of what a field holds.
const (
	maxByte     = 1<<8 - 1
	maxHalfByte = 1<<4 - 1
	maxPadding  = 1000 // stays below the MTU with 255 addresses of IPv4 cut out
)

const (
	centisecond    = 10 * time.Millisecond
	maxCentisecond = 1<<12 - 1
)

// ipv6 reports whether the advertisement goes over IPv6.
func (a Advert) ipv6() bool {
	return a.Source.Is6() || a.Destination.Is6() || len(a.Addresses) > 0 && a.Addresses[0].Is6()
}

func (a Advert) version() int {
	switch {
	case a.Version != 0:
		return a.Version
	case a.ipv6():
		return 3
	}
	return 2
}

func (a Advert) destination() netip.Addr {
	if a.Destination.IsValid() {
		return a.Destination
	}
	return a.group()
}

func (a Advert) group() netip.Addr {
	if a.ipv6() {
		return netip.AddrFrom16([16]byte{0: 0xff, 1: 0x02, 15: 0x12})
	}
	return netip.AddrFrom4([4]byte{224, 0, 0, 18})
}

func (a Advert) interval() time.Duration { return or(a.Interval, time.Second) }

// or is what p points at, or else.
func or[T any](p *T, other T) T {
	if p == nil {
		return other
	}
	return *p
}
