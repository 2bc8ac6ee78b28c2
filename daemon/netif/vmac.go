package netif

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// ErrTaken says that an interface of that name is there for something else.
var ErrTaken = errors.New("the name belongs to another interface")

// The kinds of interfaces that virtual routers have (linux/if_link.h).
const (
	kindMACVLAN    = "macvlan"
	kindIPVLAN     = "ipvlan"
	macvlanPrivate = 1 // MACVLAN_MODE_PRIVATE
	ipvlanL2       = 0 // IPVLAN_MODE_L2
)

// Spread is how ipvlans on the same interface hear each other (linux/if_link.h).
type Spread uint16

// The spreads.
const (
	Bridge  Spread = 0
	Private Spread = 1 // IPVLAN_F_PRIVATE
	VEPA    Spread = 2 // IPVLAN_F_VEPA
)

// vmacPrefix begins the names of devices by default.
const vmacPrefix = "vrrp"

// mark is the alias (ip-link(8)) of the devices that this package makes.
const mark = "vipd"

// VMAC describes the device of a virtual router: a private macvlan with the MAC
// address of the virtual router, or an ipvlan, which has that of its parent.
type VMAC struct {
	Parent string           // the interface below
	VRID   int              // 1..255
	Family Family           // of the adverts; zero: IPv4
	Name   string           // empty: made of Prefix and VRID
	Prefix string           // empty: "vrrp"
	MAC    net.HardwareAddr // of a macvlan; empty: VirtualMAC
	Group  uint32           // of interfaces (ip-link(8))
	// BothFamilies keeps IPv6 on the device of an IPv4 virtual router.
	BothFamilies bool

	IPVLAN bool
	Spread Spread // of an ipvlan
}

// VirtualMAC is the MAC address of a virtual router (RFC 9568 7.3).
func VirtualMAC(f Family, vrid int) net.HardwareAddr {
	kind := byte(1)
	if f == IPv6 {
		kind = 2
	}
	return net.HardwareAddr{0, 0, 0x5e, 0, kind, byte(vrid)}
}

// isVirtual reports whether mac is a VirtualMAC, and whose.
func isVirtual(mac net.HardwareAddr) (vrid int, ok bool) {
	if len(mac) != 6 || !bytes.HasPrefix(mac, []byte{0, 0, 0x5e, 0}) || mac[4] != 1 && mac[4] != 2 {
		return 0, false
	}
	return int(mac[5]), true
}

func (v *VMAC) kind() string {
	if v.IPVLAN {
		return kindIPVLAN
	}
	return kindMACVLAN
}

func (v *VMAC) mac() net.HardwareAddr {
	if len(v.MAC) > 0 {
		return v.MAC
	}
	return VirtualMAC(v.Family, v.VRID)
}

func (v *VMAC) prefix() string {
	if v.Prefix != "" {
		return v.Prefix
	}
	return vmacPrefix
}

// is reports whether l is the device on the interface of index lower.
func (v *VMAC) is(l *Link, lower int) bool {
	if l.Kind != v.kind() || l.Parent != lower {
		return false
	}
	if v.IPVLAN {
		return l.Mode == ipvlanL2 && l.Spread == uint32(v.Spread)
	}
	return l.Mode == macvlanPrivate && bytes.Equal(l.MAC, v.mac())
}

// choose finds the device among links, or a name for it: "vrrp.VRID", for IPv6
// "vrrp6.VRID" if that is taken, then "vrrp1.VRID" and so on. Stale is a device
// of that name that must make way.
func (v *VMAC) choose(links []Link, lower int) (found *Link, name string, stale *Link, err error) {
	byName := map[string]*Link{}
	for n := range links {
		byName[links[n].Name] = &links[n]
	}
	if v.Name != "" {
		have := byName[v.Name]
		switch {
		case have == nil || v.is(have, lower):
			return have, v.Name, nil, nil
		case v.leftover(have):
			return nil, v.Name, have, nil
		}
		return nil, "", nil, fmt.Errorf("%w: %s", ErrTaken, v.Name)
	}
	for n := range links {
		l := &links[n]
		switch vrid, ok := madeName(v.prefix(), l.Name); {
		case !ok || vrid != v.VRID || l.Parent != lower:
		case v.is(l, lower):
			return l, l.Name, nil, nil
		case l.Kind == kindMACVLAN && !v.IPVLAN && bytes.Equal(l.MAC, v.mac()): // there cannot be two
			return nil, l.Name, l, nil
		}
	}
	middles := []string{""}
	if v.Family == IPv6 {
		middles = append(middles, "6")
	}
	for n := range len(links) + 1 {
		middles = append(middles, strconv.Itoa(n+1))
	}
	for _, middle := range middles {
		if name = fmt.Sprintf("%s%s.%d", v.prefix(), middle, v.VRID); byName[name] == nil {
			break
		}
	}
	return nil, name, nil, nil
}

// leftover reports whether l, which has v's name, can only have been made for a
// virtual router.
func (v *VMAC) leftover(l *Link) bool {
	if l.Kind == kindIPVLAN {
		return v.IPVLAN
	}
	_, virtual := isVirtual(l.MAC)
	return l.Kind == kindMACVLAN && (virtual || l.Alias == mark || !v.IPVLAN && bytes.Equal(l.MAC, v.mac()))
}

// madeName takes a name apart that choose may have made of prefix.
func madeName(prefix, name string) (vrid int, ok bool) {
	rest, ok := strings.CutPrefix(name, prefix)
	middle, number, dot := strings.Cut(rest, ".")
	if !ok || !dot || strings.Trim(middle, "0123456789") != "" {
		return 0, false
	}
	vrid, err := strconv.Atoi(number)
	return vrid, err == nil && vrid >= 1 && vrid <= 255
}

// Leftovers returns those of links that a crash has left of virtual routers:
// macvlans and ipvlans that this package has marked, and those with names as VMAC
// makes them of prefix (empty: "vrrp"), macvlans with the MAC address that goes
// with the name.
func Leftovers(links []Link, prefix string) []Link {
	v := VMAC{Prefix: prefix}
	var list []Link
	for _, l := range links {
		vrid, ok := madeName(v.prefix(), l.Name)
		of, virtual := isVirtual(l.MAC)
		marked := l.Alias == mark && (l.Kind == kindIPVLAN || l.Kind == kindMACVLAN)
		if marked || ok && (l.Kind == kindIPVLAN || l.Kind == kindMACVLAN && virtual && of == vrid) {
			list = append(list, l)
		}
	}
	return list
}
