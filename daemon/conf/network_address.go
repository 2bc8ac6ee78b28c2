package conf

import (
	"encoding/binary"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// maxIfName is IFNAMSIZ less its NUL (linux/if.h); labels have the same limit.
const maxIfName = 15

func readAddress(c *schema.Context, obj any, words []syntax.Word) {
	a := obj.(*Address)
	a.Prefix, _ = readPrefix(c, words[1])
	a.Preferred = Forever
	if a.Prefix.Addr().Is6() && a.Prefix.IsSingleIP() {
		a.Preferred = 0
	}
}

// readPrefix reads "IP[/LEN]". A length that is none counts as the whole
// address, as keepalived says that it does; corrected reports that. The prefix
// is not valid where the address is not.
func readPrefix(c *schema.Context, w syntax.Word) (p netip.Prefix, corrected bool) {
	text, length, slash := strings.Cut(w.Text, "/")
	ip, err := netip.ParseAddr(text)
	if err != nil || ip.Zone() != "" {
		c.Errorf(diag.BadAddress, w, "%q is not an IP address; the line is passed over", text)
		return p, false
	}
	bits := ip.BitLen()
	switch {
	case slash && length == "": // keepalived takes that for /0
		c.Warnf(diag.OutOfRange, w, "%s has no prefix length behind its slash; /%d is used", ip, bits)
	case slash:
		n, err := strconv.ParseUint(length, 10, 8)
		if corrected = err != nil || int(n) > bits; corrected {
			c.Errorf(diag.OutOfRange, w, "prefix length %q of %s is not a number from 0 to %d; /%d is used", length, ip, bits, bits)
		} else {
			bits = int(n)
		}
	}
	return netip.PrefixFrom(ip, bits), corrected
}

func readDevice(c *schema.Context, a *Address, key, w syntax.Word) {
	if a.Interface != "" {
		c.Errorf(diag.Repeated, key, "dev stands twice; the address is passed over")
		a.drop = true
		return
	}
	a.Interface = readInterface(c, w)
}

// readInterface reads the name of a network interface; empty where it is none.
func readInterface(c *schema.Context, w syntax.Word) string {
	return interfaceName(c, w, (*schema.Context).Errorf)
}

// interfaceName reads the name of a network interface, of which the kernel takes
// 15 bytes at most; empty where it is none, which fail is told.
func interfaceName(c *schema.Context, w syntax.Word, fail failure) string {
	if w.Text == "" || len(w.Text) > maxIfName || strings.ContainsAny(w.Text, "/ ") {
		fail(c, diag.BadText, w, "%q cannot be the name of an interface: that has 1 to %d letters", w.Text, maxIfName)
		return ""
	}
	return w.Text
}

func readAddressScope(c *schema.Context, a *Address, _, w syntax.Word) {
	if n, ok := readScope(c, w); ok {
		a.Scope = n
	}
}

func readLabel(c *schema.Context, a *Address, _, w syntax.Word) {
	switch {
	case a.Prefix.Addr().Is6():
		c.Errorf(diag.BadFamily, w, "IPv6 addresses have no label; the label is passed over")
	case len(w.Text) > maxIfName:
		c.Errorf(diag.TooLong, w, "label %q has %d bytes, and at most %d are possible; the address is passed over", w.Text, len(w.Text), maxIfName)
		a.drop = true
	default:
		a.Label = w.Text
	}
}

// readBroadcast reads an address, "+" (host bits set) or "-" (host bits clear).
func readBroadcast(c *schema.Context, a *Address, key, w syntax.Word) {
	brd, err := netip.ParseAddr(w.Text)
	sign := w.Text == "+" || w.Text == "-"
	switch {
	case !a.Prefix.IsValid():
		return // reported
	case a.Prefix.Addr().Is6():
		c.Errorf(diag.BadFamily, w, "IPv6 has no broadcast addresses; the address is passed over")
		a.drop = true
	case sign && a.Prefix.Bits() > 30:
		c.Errorf(diag.BadChoice, w, "a prefix of length %d has no broadcast address; %s is passed over", a.Prefix.Bits(), key.Text)
	case sign:
		a.Broadcast = edge(a.Prefix, w.Text == "+")
	case err != nil || !brd.Is4():
		c.Errorf(diag.BadAddress, w, "%q is not an IPv4 address, + or -; the address is passed over", w.Text)
		a.drop = true
	default:
		a.Broadcast = brd
	}
}

// edge is the last address of an IPv4 prefix, or the first.
func edge(p netip.Prefix, last bool) netip.Addr {
	raw := p.Masked().Addr().As4()
	n := binary.BigEndian.Uint32(raw[:])
	if last {
		n |= math.MaxUint32 >> p.Bits()
	}
	binary.BigEndian.PutUint32(raw[:], n)
	return netip.AddrFrom4(raw)
}

func readPeer(c *schema.Context, a *Address, key, w syntax.Word) {
	ip, err := netip.ParseAddr(w.Text)
	switch {
	case a.Peer.IsValid():
		c.Errorf(diag.Repeated, key, "peer stands twice; %s is passed over", w.Text)
	case err != nil || ip.Zone() != "":
		c.Errorf(diag.BadAddress, w, "peer %q is not an IP address; peer is passed over", w.Text)
	case a.Prefix.IsValid() && ip.Is4() != a.Prefix.Addr().Is4():
		c.Errorf(diag.BadFamily, w, "peer %s is not of the family of %s; peer is passed over", ip, a.Prefix.Addr())
	default:
		a.Peer = ip
	}
}

func readPreferred(c *schema.Context, a *Address, key, w syntax.Word) {
	if w.Text == "forever" {
		a.Preferred = Forever
		return
	}
	n, ok := c.Int(key, w, 0, math.MaxUint32)
	if ok {
		a.Preferred = time.Duration(n) * time.Second
	}
	if n == math.MaxUint32 { // the kernel's own word for it
		a.Preferred = Forever
	}
}

func readAddressGroup(c *schema.Context, a *Address, key, w syntax.Word) {
	a.TrackGroup = readTrackGroup(c, a.TrackGroup, key, w)
}

// readTrackGroup reads the name of a track_group that is defined above. The
// first one of a line counts.
func readTrackGroup(c *schema.Context, old string, key, w syntax.Word) string {
	cfg := schema.Up[Config](c)
	switch {
	case old != "":
		c.Errorf(diag.Repeated, key, "track_group stands twice; %s is passed over", w.Text)
	case cfg != nil && !cfg.trackers.known[tracker{"track_group", w.Text}].at.Known():
		cfg.trackers.missing = append(cfg.trackers.missing, missing{tracker{"track_group", w.Text}, w})
	default:
		return w.Text
	}
	return old
}

// preferredText writes the lifetime, unless it is the default of the address.
func (a *Address) preferredText() string {
	six := a.Prefix.Addr().Is6() && a.Prefix.IsSingleIP()
	switch {
	case a.Preferred == Forever && six:
		return "forever"
	case a.Preferred == Forever, a.Preferred == 0 && six:
		return ""
	}
	return strconv.FormatInt(int64(a.Preferred/time.Second), 10)
}
