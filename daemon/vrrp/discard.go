package vrrp

import (
	"fmt"
	"net/netip"

	"github.com/viplab/viplab/daemon/conf"
)

// Discard is why a received packet did not reach the state machine: the checks
// of RFC 3768 7.1 in their order, and what comes before them.
type Discard int

// The reasons.
const (
	BadHeader      Discard = iota + 1 // not a whole IPv4 packet of protocol 112
	BadDestination                    // not sent to the virtual router's group
	BadTTL
	BadVersion
	BadType
	Truncated
	BadChecksum
	UnknownVRID
	OwnerHears // the local router owns the addresses: it listens to nobody
	BadAuthType
	BadPassword
	BadAddresses
	BadInterval
)

var discardText = map[Discard]string{
	BadHeader:      "not a VRRP packet",
	BadDestination: "sent to another address",
	BadTTL:         "invalid TTL",
	BadVersion:     "wrong version",
	BadType:        "invalid type",
	Truncated:      "packet too short",
	BadChecksum:    "invalid checksum",
	UnknownVRID:    "unknown VRID",
	OwnerHears:     "address owner ignores advertisements",
	BadAuthType:    "expected another authentication type",
	BadPassword:    "received an invalid passwd!",
	BadAddresses:   "address list differs from virtual_ipaddress",
	BadInterval:    "advertisement interval mismatch",
}

// Error says the reason.
func (d Discard) Error() string { return discardText[d] }

// Verify makes the checks of RFC 3768 7.1 that compare d with the virtual
// router i, in their order. The error is a Discard.
//
// A wrong address list of an owner (priority 255) is let through, as 7.1 has
// it. The order of the list does not matter.
func Verify(d *Datagram, i *conf.Instance) error {
	a := &d.Advert
	switch {
	case d.Destination != i.MulticastGroup:
		return fmt.Errorf("%w: %s", BadDestination, d.Destination)
	case int(a.VRID) != i.VRID:
		return fmt.Errorf("%w: %d", UnknownVRID, a.VRID)
	case i.Priority == owner:
		return OwnerHears
	case int(a.AuthType) != i.AuthType:
		return fmt.Errorf("%w: got %d, want %d", BadAuthType, a.AuthType, i.AuthType)
	case i.AuthType == 1 && a.Auth != password(i):
		return BadPassword
	case a.Priority != owner && !sameAddresses(a.Addresses, i.Addresses):
		return fmt.Errorf("%w: got %v", BadAddresses, a.Addresses)
	case int(a.Interval) != seconds(i):
		return fmt.Errorf("%w: got %d s, want %d s", BadInterval, a.Interval, seconds(i))
	}
	return nil
}

// owner is the priority of the router that owns the addresses (5.3.4).
const owner = 255

// password is the authentication data of PASS: the text and zeros
// (RFC 2338 5.3.6.2).
func password(i *conf.Instance) (data [authLen]byte) {
	copy(data[:], i.AuthPass)
	return data
}

// seconds is the Adver Int field of i.
func seconds(i *conf.Instance) int { return int(i.AdvertInt.Seconds()) }

func sameAddresses(got []netip.Addr, want []conf.Address) bool {
	if len(got) != len(want) {
		return false
	}
	seen := make(map[netip.Addr]bool, len(got))
	for _, ip := range got {
		seen[ip] = true
	}
	for _, a := range want {
		if !seen[a.Prefix.Addr()] {
			return false
		}
	}
	return true
}

// advert is what i sends with priority prio.
func advert(i *conf.Instance, prio int) Advert {
	a := Advert{VRID: uint8(i.VRID), Priority: uint8(prio), AuthType: uint8(i.AuthType), Interval: uint8(seconds(i))}
	for _, vip := range i.Addresses {
		a.Addresses = append(a.Addresses, vip.Prefix.Addr())
	}
	if i.AuthType == 1 {
		a.Auth = password(i)
	}
	return a
}
