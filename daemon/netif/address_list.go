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

// Held is an address with its interface.
type Held struct {
	Index int
	Address
}

// List returns the IPv4 addresses of the interface of index, in the kernel's
// order: the first is the primary one.
func (c *Conn) List(index int) ([]Address, error) { return c.ListFamily(index, IPv4) }

// ListFamily returns the addresses of family f of the interface of index, in
// the kernel's order, IPv4 first.
func (c *Conn) ListFamily(index int, f Family) ([]Address, error) {
	held, err := c.addresses(index, f)
	if err != nil {
		return nil, err
	}
	var list []Address
	for _, h := range held {
		if h.Index == index {
			list = append(list, h.Address)
		}
	}
	return list, nil
}

// Own returns the addresses of all interfaces that are known as this package's
// by their Origin: what a crash has left. Kernels before 5.18 know of none.
func (c *Conn) Own() ([]Held, error) {
	held, err := c.addresses(0, 0)
	if err != nil {
		return nil, err
	}
	var own []Held
	for _, h := range held {
		if h.Origin == Origin {
			own = append(own, h)
		}
	}
	return own, nil
}

// addresses asks for those of an interface, or of all for index 0. The kernel
// may answer with more than was asked for.
func (c *Conn) addresses(index int, f Family) ([]Held, error) {
	req := nl.NewNetlinkRequest(unix.RTM_GETADDR, unix.NLM_F_DUMP)
	msg := nl.NewIfAddrmsg(int(f))
	msg.Index = uint32(index)
	req.AddData(msg)
	replies, err := c.do(req)
	if err != nil && !errors.Is(err, unix.ENODEV) {
		return nil, fmt.Errorf("list addresses: %w", err)
	}
	var list []Held
	for _, m := range replies {
		if i, a, ok := parseAddress(m); ok && (f == 0 || f == FamilyOf(a.Prefix.Addr())) {
			list = append(list, Held{i, a})
		}
	}
	return list, nil
}

// parseAddress reads the payload of RTM_NEWADDR or RTM_DELADDR (rtnetlink(7)).
func parseAddress(m []byte) (index int, a Address, ok bool) {
	if len(m) < unix.SizeofIfAddrmsg {
		return 0, a, false
	}
	family, bits, flags := Family(m[0]), int(m[1]), uint32(m[2])
	a.Scope = int(m[3])
	index = int(number32(m[4:]))
	var local, far netip.Addr
	var left uint32 = math.MaxUint32
	for kind, value := range attributes(m[unix.SizeofIfAddrmsg:]) {
		switch kind {
		case unix.IFA_LOCAL:
			local = address(value)
		case unix.IFA_ADDRESS:
			far = address(value)
		case unix.IFA_BROADCAST:
			a.Broadcast = address(value)
		case unix.IFA_LABEL:
			a.Label = unix.ByteSliceToString(value)
		case unix.IFA_FLAGS:
			flags = number32(value)
		case unix.IFA_CACHEINFO:
			left = number32(value)
		case ifaProto:
			a.Origin = int(number8(value))
		}
	}
	if !local.IsValid() { // IPv6 without a far end
		local = far
	}
	if FamilyOf(local) != family || bits > family.bits() {
		return 0, Address{}, false
	}
	if far != local {
		a.Peer = far
	}
	a.Prefix = netip.PrefixFrom(local, bits)
	a.observe(flags, left)
	return index, a, true
}

// observe sets what the kernel's flags and the preferred lifetime, in seconds,
// tell.
func (a *Address) observe(flags, left uint32) {
	a.NoPrefixRoute = flags&unix.IFA_F_NOPREFIXROUTE != 0
	a.AutoJoin = flags&unix.IFA_F_MCAUTOJOIN != 0
	if a.Prefix.Addr().Is6() {
		a.DAD = flags&unix.IFA_F_NODAD == 0
		a.Home = flags&unix.IFA_F_HOMEADDRESS != 0
		a.ManageTemp = flags&unix.IFA_F_MANAGETEMPADDR != 0
		a.Tentative = flags&unix.IFA_F_TENTATIVE != 0
		a.Duplicate = flags&unix.IFA_F_DADFAILED != 0
	}
	switch {
	case flags&unix.IFA_F_DEPRECATED != 0 || left == 0:
		a.Preferred = Never
	case left == math.MaxUint32:
		a.Preferred = Forever
	default:
		a.Preferred = time.Duration(left) * time.Second
	}
}
