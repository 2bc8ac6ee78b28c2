package netif

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"time"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// Origin is the number by which addresses, routes and rules that this package
// adds are known as its own: keepalived's, RTPROT_KEEPALIVED
// (linux/rtnetlink.h). For addresses (IFA_PROTO) kernels before 5.18 ignore it.
const Origin = 18

// ifaProto is IFA_PROTO (linux/if_addr.h).
const ifaProto = 11

// Lifetimes of Address.Preferred that are no time.
const (
	Forever time.Duration = math.MaxInt64
	Never   time.Duration = -1
)

// Address is an address of an interface. The zero values of all but Prefix are
// what a virtual address usually has.
type Address struct {
	Prefix netip.Prefix
	Label  string // IPv4 only, at most 15 bytes; empty: the interface's name
	// Scope is the rtnetlink scope; for IPv6 the kernel knows by itself.
	Scope     int
	Broadcast netip.Addr // IPv4 only; zero: none
	Peer      netip.Addr // the far end, Prefix has its length; zero: none
	// Origin is IFA_PROTO, 0 where unknown; Add sets the constant.
	Origin int

	// Preferred is how long the kernel takes the address for a source by itself,
	// in whole seconds, or Forever, or Never. IPv6 only. Zero is Never for a
	// /128 and Forever for others.
	Preferred time.Duration
	// DAD makes the kernel ask whether an IPv6 address is another's before it
	// uses it (RFC 4862 5.4). A virtual address is to work at once.
	DAD           bool
	Home          bool // IPv6 home address (RFC 6275)
	ManageTemp    bool // template of temporary IPv6 addresses (RFC 8981)
	NoPrefixRoute bool // the kernel adds no route to the prefix
	AutoJoin      bool // the address is a multicast group to join

	// What the kernel tells, of no meaning to Add.
	Tentative bool // not in use yet: duplicate address detection is under way
	Duplicate bool // not in use: another host has it
}

// Add puts a on the interface of index. One that is there already is no error,
// and gets a's lifetime.
func (c *Conn) Add(index int, a Address) error {
	req := nl.NewNetlinkRequest(unix.RTM_NEWADDR, unix.NLM_F_CREATE|unix.NLM_F_REPLACE|unix.NLM_F_ACK)
	addressRequest(req, index, a)
	put32(req, unix.IFA_FLAGS, a.flags())
	if a.Prefix.Addr().Is4() {
		putAddress(req, unix.IFA_BROADCAST, a.Broadcast)
		if a.Label != "" {
			putText(req, unix.IFA_LABEL, a.Label)
		}
	} else if left := a.preferred(); left != math.MaxUint32 {
		// struct ifa_cacheinfo (linux/if_addr.h); the times at the end are the kernel's.
		info := append(nl.Uint32Attr(left), nl.Uint32Attr(math.MaxUint32)...)
		put(req, unix.IFA_CACHEINFO, append(info, make([]byte, 8)...))
	}
	put8(req, ifaProto, Origin)
	if _, err := c.do(req); err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("add address %s: %w", a.Prefix, err)
	}
	return nil
}

// Remove takes a off the interface of index. One that is gone is no error.
func (c *Conn) Remove(index int, a Address) error {
	req := nl.NewNetlinkRequest(unix.RTM_DELADDR, unix.NLM_F_ACK)
	addressRequest(req, index, a)
	_, err := c.do(req)
	if err != nil && !errors.Is(err, unix.EADDRNOTAVAIL) && !errors.Is(err, unix.ENODEV) {
		return fmt.Errorf("remove address %s: %w", a.Prefix, err)
	}
	return nil
}

func addressRequest(req *nl.NetlinkRequest, index int, a Address) {
	ip := a.Prefix.Addr()
	msg := nl.NewIfAddrmsg(int(FamilyOf(ip)))
	msg.Prefixlen = uint8(a.Prefix.Bits())
	msg.Scope = uint8(a.Scope)
	msg.Index = uint32(index)
	req.AddData(msg)
	far := ip
	if a.Peer.IsValid() {
		far = a.Peer
	}
	putAddress(req, unix.IFA_LOCAL, ip)
	putAddress(req, unix.IFA_ADDRESS, far)
}

// flags are the IFA_F_ flags of a (linux/if_addr.h).
func (a *Address) flags() uint32 {
	var flags uint32
	set := func(on bool, flag uint32) {
		if on {
			flags |= flag
		}
	}
	set(a.NoPrefixRoute, unix.IFA_F_NOPREFIXROUTE)
	set(a.AutoJoin, unix.IFA_F_MCAUTOJOIN)
	if a.Prefix.Addr().Is6() {
		set(!a.DAD, unix.IFA_F_NODAD)
		set(a.Home, unix.IFA_F_HOMEADDRESS)
		set(a.ManageTemp, unix.IFA_F_MANAGETEMPADDR)
	}
	return flags
}

// preferred is Preferred as the kernel takes it, in seconds, all ones for ever.
func (a *Address) preferred() uint32 {
	left := a.Preferred
	if left == 0 && a.Prefix.Bits() < 128 {
		left = Forever
	}
	if left <= 0 {
		return 0
	}
	return uint32(min(max(left/time.Second, 1), math.MaxUint32))
}
