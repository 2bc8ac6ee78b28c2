package netif

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// EncapKind is what a next hop wraps packets in (linux/lwtunnel.h).
type EncapKind uint16

// The kinds.
const (
	EncapMPLS EncapKind = 1
	EncapIP   EncapKind = 2
	EncapILA  EncapKind = 3
	EncapIP6  EncapKind = 4
)

// Attributes of RTA_ENCAP (linux/lwtunnel.h, linux/mpls_iptunnel.h, linux/ila.h).
const (
	tunnelID    = 1
	tunnelDst   = 2
	tunnelSrc   = 3
	tunnelTTL   = 4
	tunnelTOS   = 5
	tunnelFlags = 6
	mplsDst     = 1
	ilaLocator  = 1
)

// maxLabel is the highest label of MPLS (RFC 3032 2.1).
const maxLabel = 1<<20 - 1

// Encap is a lightweight tunnel of a next hop (ip-route(8)). Zero values are
// left to the kernel.
type Encap struct {
	Kind        EncapKind
	ID          uint64     // of the tunnel: EncapIP, EncapIP6
	Destination netip.Addr // so are those up to Flags
	Source      netip.Addr
	TTL         uint8 // or hop limit
	TOS         uint8 // or traffic class
	Flags       uint16
	Labels      []uint32 // EncapMPLS, the outermost first, 0..1048575
	Locator     uint64   // EncapILA
}

// put writes e as RTA_ENCAP and RTA_ENCAP_TYPE.
func (e *Encap) put(at attrs) error {
	encap := nested(at, unix.RTA_ENCAP)
	switch e.Kind {
	case EncapIP, EncapIP6:
		e.putTunnel(encap)
	case EncapMPLS:
		stack, err := appendLabels(nil, e.Labels)
		if err != nil {
			return err
		}
		put(encap, mplsDst, stack)
	case EncapILA:
		put(encap, ilaLocator, nl.BEUint64Attr(e.Locator))
	default:
		return fmt.Errorf("%w: encapsulation %d", ErrNotEncodable, e.Kind)
	}
	put16(at, unix.RTA_ENCAP_TYPE, uint16(e.Kind))
	return nil
}

func (e *Encap) putTunnel(at attrs) {
	if e.ID != 0 {
		put(at, tunnelID, nl.BEUint64Attr(e.ID))
	}
	putAddress(at, tunnelDst, e.Destination)
	putAddress(at, tunnelSrc, e.Source)
	if e.TTL != 0 {
		put8(at, tunnelTTL, e.TTL)
	}
	if e.TOS != 0 {
		put8(at, tunnelTOS, e.TOS)
	}
	if e.Flags != 0 {
		put(at, tunnelFlags, nl.BEUint16Attr(e.Flags))
	}
}

// appendLabels appends a label stack to b: 20 bits of label, the last with the
// bottom of stack bit (RFC 3032 2.1).
func appendLabels(b []byte, labels []uint32) ([]byte, error) {
	if len(labels) == 0 {
		return nil, fmt.Errorf("%w: MPLS without a label", ErrNotEncodable)
	}
	for n, label := range labels {
		if label > maxLabel {
			return nil, fmt.Errorf("%w: MPLS label %d", ErrNotEncodable, label)
		}
		entry := label << 12
		if n == len(labels)-1 {
			entry |= 1 << 8
		}
		b = binary.BigEndian.AppendUint32(b, entry)
	}
	return b, nil
}

// parseEncap reads RTA_ENCAP of a kind; nil where it knows none.
func parseEncap(kind EncapKind, b []byte) *Encap {
	e := &Encap{Kind: kind}
	for attr, value := range attributes(b) {
		switch kind {
		case EncapIP, EncapIP6:
			e.parseTunnel(attr, value)
		case EncapMPLS:
			for ; attr == mplsDst && len(value) >= 4; value = value[4:] {
				e.Labels = append(e.Labels, binary.BigEndian.Uint32(value)>>12)
			}
		case EncapILA:
			if attr == ilaLocator {
				e.Locator = bigEndian64(value)
			}
		default:
			return nil
		}
	}
	return e
}

func (e *Encap) parseTunnel(attr uint16, value []byte) {
	switch attr {
	case tunnelID:
		e.ID = bigEndian64(value)
	case tunnelDst:
		e.Destination = given(value)
	case tunnelSrc:
		e.Source = given(value)
	case tunnelTTL:
		e.TTL = number8(value)
	case tunnelTOS:
		e.TOS = number8(value)
	case tunnelFlags:
		if len(value) >= 2 {
			e.Flags = binary.BigEndian.Uint16(value)
		}
	}
}

// given is an address, or none where it is all zeros.
func given(b []byte) netip.Addr {
	if ip := address(b); !ip.IsUnspecified() {
		return ip
	}
	return netip.Addr{}
}

func bigEndian64(b []byte) uint64 {
	if len(b) < 8 {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}
