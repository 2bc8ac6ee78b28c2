package conf

import (
	"net/netip"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// finishAddress makes the checks that need the whole line.
func finishAddress(c *schema.Context, a *Address, words []syntax.Word) {
	at := func(keyword string) word { return optionAt(&a.Origin, keyword, words[0]) }
	if a.Peer.IsValid() && a.Broadcast.IsValid() {
		c.Errorf(diag.NoEffect, at("brd"), "an address with a peer has no broadcast address; it is passed over")
		a.Broadcast = netip.Addr{}
	}
	if a.Peer.IsValid() && !a.Prefix.IsSingleIP() {
		c.Errorf(diag.NoEffect, words[0], "an address with a peer has no prefix length; /%d is used", a.Prefix.Addr().BitLen())
		a.Prefix = netip.PrefixFrom(a.Prefix.Addr(), a.Prefix.Addr().BitLen())
	}
	if a.Prefix.Addr().Is6() {
		if a.Scope != 0 {
			c.Errorf(diag.BadFamily, at("scope"), "the scope of an IPv6 address is not to be chosen; it is passed over")
			a.Scope = 0
		}
		return
	}
	if a.Prefix.Bits() < 31 {
		checkHostPart(c, a, words[0])
	}
	for _, flag := range []struct {
		name string
		set  bool
	}{{"home", a.Home}, {"-nodad", a.DAD}, {"mngtmpaddr", a.ManageTemp}} {
		if flag.set {
			c.Warnf(diag.NoEffect, at(flag.name), "%s is for IPv6 addresses and has no effect on %s", flag.name, a.Prefix.Addr())
		}
	}
}

// checkHostPart warns of an address that no client can connect to.
func checkHostPart(c *schema.Context, a *Address, w syntax.Word) {
	switch ip := a.Prefix.Addr(); {
	case ip == edge(a.Prefix, false):
		c.Warnf(diag.NetworkAddress, w, "%s is the address of the network %s itself: nobody can connect to it", ip, a.Prefix.Masked())
	case ip == edge(a.Prefix, true), ip == a.Broadcast:
		c.Warnf(diag.NetworkAddress, w, "%s is the broadcast address of %s: nobody can connect to it", ip, a.Prefix.Masked())
	}
}
