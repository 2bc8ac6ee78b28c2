package expect

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

// field is one thing that each advertisement is held to.
type field struct {
	id, title, want string
	ok              func(*timeline.Event) bool
	show            func(*timeline.Event) string // called rarely: windows may hold thousands
}

// judge passes while every advertisement is right, and fails at the first that
// is not.
func (f field) judge(node string, seen timeline.Track, w Window) Check {
	c := Check{ID: f.id, Title: f.title, Node: node, Want: f.want, Verdict: w.unmet(), At: w.To}
	if len(seen) == 0 {
		c.Got = "no advertisement"
		return c
	}
	for _, e := range seen {
		if !f.ok(e) {
			c.Verdict, c.At = Fail, e.At
			c.Got = fmt.Sprintf("%s at %s s", f.show(e), e.At)
			return c
		}
	}
	c.Verdict, c.Got = Pass, f.show(seen[len(seen)-1])
	return c
}

// number is a field that is a number.
func number(id, title string, want int, get func(*timeline.Event) int) field {
	return field{id, title, strconv.Itoa(want),
		func(e *timeline.Event) bool { return get(e) == want },
		func(e *timeline.Event) string { return strconv.Itoa(get(e)) }}
}

// fields are what the node's configuration says of its advertisements.
func (a *Adverts) fields(ro router, want int) []field {
	inst := ro.inst
	ids := func(v2, v3 string) string { return requirement(inst, v2, v3) }
	ttl := ids("R3768-5.2.3-01", "R5798-5.1.1.3-01")
	group := ids("R3768-5.2.2-01", "R5798-5.1.1.2-01")
	if ro.ipv6() {
		ttl, group = "R5798-5.1.2.3-01", "R5798-5.1.2.2-01"
	}
	all := []field{
		number(ids("R3768-5.3.1-01", "R5798-5.2.1-01"), "version", inst.Version,
			func(e *timeline.Event) int { return e.Frame.VRRP.Version }),
		number("R3768-5.3.2-01", "type", 1, func(e *timeline.Event) int { return e.Frame.VRRP.Type }),
		number(ttl, "TTL", ro.ttl(), func(e *timeline.Event) int { return e.Frame.TTL }),
		ro.hardware(),
		a.source(ro),
		prio(ro, want),
		{ids("R3768-5.3.7-01", "R5798-5.2.7-01"), "advertised interval", short(inst.AdvertInt),
			func(e *timeline.Event) bool { return e.Frame.VRRP.Interval == inst.AdvertInt },
			func(e *timeline.Event) string { return short(e.Frame.VRRP.Interval) }},
		checksum(ids("R3768-5.3.8-01", "R5798-7.2-03")),
		addressList(inst),
	}
	if g := inst.MulticastGroup; g.IsValid() {
		mac := groupMAC(g)
		all = append(all, field{group, "destination", g.String() + " at " + mac,
			func(e *timeline.Event) bool { return e.Frame.IPDst == g && strings.EqualFold(e.Frame.Dst, mac) },
			func(e *timeline.Event) string { return e.Frame.IPDst.String() + " at " + e.Frame.Dst }})
	}
	if len(inst.UnicastPeers) > 0 {
		all = append(all, ro.peer(group))
	}
	if inst.Version == 2 {
		all = append(all, authentication(inst)...)
	}
	return all
}

// groupMAC maps a multicast group to its Ethernet address (RFC 1112 6.4, RFC 2464 7).
func groupMAC(g netip.Addr) string {
	b := g.AsSlice()
	if g.Is4() {
		return fmt.Sprintf("01:00:5e:%02x:%02x:%02x", b[1]&0x7f, b[2], b[3])
	}
	return fmt.Sprintf("33:33:%02x:%02x:%02x:%02x", b[12], b[13], b[14], b[15])
}

// prio leaves resignations out: any Master may resign.
func prio(ro router, want int) field {
	id := requirement(ro.inst, "R3768-5.3.4-02", "R5798-5.2.4-02")
	if want == ownerPriority {
		id = requirement(ro.inst, "R3768-5.3.4-01", "R5798-5.2.4-01")
	}
	return field{id, "priority", strconv.Itoa(want),
		func(e *timeline.Event) bool { return e.Frame.VRRP.Priority == want || e.Frame.VRRP.Priority == 0 },
		func(e *timeline.Event) string { return strconv.Itoa(e.Frame.VRRP.Priority) }}
}

// source is the configured address or the interface's own: not a virtual one
// unless the router owns it, and one that the node's kernel is known to have,
// where that is known.
func (a *Adverts) source(ro router) field {
	id := requirement(ro.inst, "R3768-5.2.1-01", "R5798-5.1.1.1-01")
	if ro.ipv6() {
		id = "R5798-5.1.2.1-01"
	}
	if source := ro.inst.Source; source.IsValid() {
		return field{id, "source address", source.String(),
			func(e *timeline.Event) bool { return e.Frame.IPSrc == source },
			func(e *timeline.Event) string { return e.Frame.IPSrc.String() }}
	}
	x := ro.run.index()
	return field{id, "source address", "an address of " + a.Node + " that is not virtual",
		func(e *timeline.Event) bool {
			src := e.Frame.IPSrc
			if holds(ro.inst, src) && ro.inst.Priority != ownerPriority || ro.ipv6() && !src.IsLinkLocalUnicast() {
				return false
			}
			return len(x.Addresses(src)) == 0 || slices.ContainsFunc(x.Holders(src, e.At),
				func(h timeline.Holder) bool { return h.Node == a.Node })
		},
		func(e *timeline.Event) string { return e.Frame.IPSrc.String() }}
}

func checksum(id string) field {
	return field{id, "checksum", "right",
		func(e *timeline.Event) bool { return e.Frame.VRRP.ChecksumOK },
		func(e *timeline.Event) string {
			if e.Frame.VRRP.ChecksumOK {
				return "right"
			}
			return "wrong"
		}}
}

// addressList compares as sets: the RFC asks for no order (R3768-7.1-14).
func addressList(inst *conf.Instance) field {
	var want []netip.Addr
	for _, v := range inst.Addresses {
		want = append(want, v.Prefix.Addr())
	}
	ordered := slices.SortedFunc(slices.Values(want), netip.Addr.Compare)
	id := requirement(inst, "R3768-5.3.9-01", "R5798-5.2.9-01")
	return field{id, "address list", addresses(want),
		func(e *timeline.Event) bool {
			got := e.Frame.VRRP.Addresses
			return slices.Equal(want, got) ||
				slices.Equal(ordered, slices.SortedFunc(slices.Values(got), netip.Addr.Compare))
		},
		func(e *timeline.Event) string { return addresses(e.Frame.VRRP.Addresses) }}
}

func addresses(list []netip.Addr) string {
	if len(list) == 0 {
		return "none"
	}
	parts := make([]string, len(list))
	for i, a := range list {
		parts[i] = a.String()
	}
	return strings.Join(parts, ", ")
}

// authTypes are the names of the authentication types (RFC 2338 5.3.6).
var authTypes = [...]string{"none", "PASS", "AH"}

func authName(t int) string {
	if t >= 0 && t < len(authTypes) {
		return authTypes[t]
	}
	return "type " + strconv.Itoa(t)
}

// authentication is version 2's type and, but for AH, whose data lies in
// another header, the 8 bytes: the password, or zeros.
func authentication(inst *conf.Instance) []field {
	id, dataID := "R3768-5.3.6-01", "R3768-5.3.10-01"
	data := make([]byte, 8)
	if inst.AuthType == 1 {
		id, dataID = "R2338-5.3.6.2-01", "R2338-5.3.6.2-01"
		copy(data, inst.AuthPass)
	}
	all := []field{{id, "authentication type", authName(inst.AuthType),
		func(e *timeline.Event) bool { return e.Frame.VRRP.AuthType == inst.AuthType },
		func(e *timeline.Event) string { return authName(e.Frame.VRRP.AuthType) }}}
	if inst.AuthType == 2 {
		all[0].id = "R2338-5.3.6.3-01"
		return all
	}
	want := hex.EncodeToString(data)
	return append(all, field{dataID, "authentication data", want,
		func(e *timeline.Event) bool { return strings.EqualFold(e.Frame.VRRP.AuthData, want) },
		func(e *timeline.Event) string { return cmp.Or(e.Frame.VRRP.AuthData, "none") }})
}
