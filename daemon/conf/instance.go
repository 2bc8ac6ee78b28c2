package conf

import (
	"net/netip"
	"strings"
	"time"
)

func beginInstance(b *build, s *Statement) {
	b.instance = &Instance{Name: s.Args()[0].Text, Pos: s.Pos(), State: Backup, Preempt: true}
	for _, other := range b.cfg.Instances {
		if other.Name == b.instance.Name {
			b.errorf(s.Pos(), "vrrp_instance %s is defined on line %d already; this one is passed over", other.Name, other.Pos.Line)
			return
		}
	}
	b.cfg.Instances = append(b.cfg.Instances, b.instance)
}

// endInstance checks what one instance says; what needs global_defs, which may
// follow in the file, waits for finishInstance.
func (b *build) endInstance(s *Statement) {
	i := b.instance
	if i.VRID == 0 {
		b.fatalf(s.Pos(), "vrrp_instance %s has no virtual_router_id", i.Name)
	}
	if i.Interface == "" {
		b.fatalf(s.Pos(), "vrrp_instance %s has no interface", i.Name)
	}
	if len(i.Addresses) == 0 {
		b.warnf(s.Pos(), "vrrp_instance %s has no virtual_ipaddress", i.Name)
	}
	if i.AuthType != 0 && i.AuthPass == "" {
		b.errorf(s.Pos(), "vrrp_instance %s has auth_type without auth_pass: no authentication", i.Name)
		i.AuthType = 0
	}
	if i.State == Master && !i.Preempt {
		b.errorf(b.set[i]["nopreempt"], "nopreempt has no effect with state MASTER")
		i.Preempt = true
	}
	if i.State == Master && i.PreemptDelay > 0 {
		b.errorf(b.set[i]["preempt_delay"], "preempt_delay has no effect with state MASTER")
		i.PreemptDelay = 0
	}
	b.finishPriority(i)
}

// finishPriority lets state and priority 255, each without the other, imply it.
func (b *build) finishPriority(i *Instance) {
	switch {
	case i.Priority == 0 && i.State == Master:
		i.Priority = 255
	case i.Priority == 0:
		i.Priority = 100
	case i.Priority == 255 && !b.given(i, "state"):
		i.State = Master
	}
}

// finishInstance fills what the file leaves open from global_defs.
func (b *build) finishInstance(i *Instance) {
	d := b.defaults
	for word, fill := range map[string]func(){
		"version":                    func() { i.Version = d.Version },
		"advert_int":                 func() { i.AdvertInt = time.Second },
		"down_timer_adverts":         func() { i.DownTimerAdverts = d.DownTimerAdverts },
		"mcast_dst_ip":               func() { i.MulticastGroup = b.cfg.Global.MulticastGroup },
		"garp_master_delay":          func() { i.GARP.Delay = d.GARP.Delay },
		"garp_master_repeat":         func() { i.GARP.Repeat = d.GARP.Repeat },
		"garp_master_refresh":        func() { i.GARP.Refresh = d.GARP.Refresh },
		"garp_master_refresh_repeat": func() { i.GARP.RefreshTimes = d.GARP.RefreshTimes },
		"lower_prio_no_advert":       func() { i.LowerPrioNoAdvert = d.LowerPrioNoAdvert },
		"higher_prio_send_advert":    func() { i.HigherPrioSendAdvert = d.HigherPrioSendAdvert },
		"smtp_alert":                 func() { i.SMTPAlert = d.SMTPAlert },
	} {
		if !b.given(i, word) {
			fill()
		}
	}
	b.finishLower(i)
	b.finishInterval(i)
	if !i.MulticastGroup.IsValid() {
		i.MulticastGroup = b.cfg.Global.MulticastGroup
	}
	for _, list := range [][]Address{i.Addresses, i.Excluded} {
		for n := range list {
			if list[n].Interface == "" {
				list[n].Interface = i.Interface
			}
		}
	}
}

// finishLower: the instance's own word, else the global one, else the
// instance's garp_master values.
func (b *build) finishLower(i *Instance) {
	if !b.given(i, "garp_lower_prio_repeat") {
		if i.GARP.LowerRepeat = b.defaults.GARP.LowerRepeat; i.GARP.LowerRepeat < 0 {
			i.GARP.LowerRepeat = i.GARP.Repeat
		}
	}
	if !b.given(i, "garp_lower_prio_delay") {
		if i.GARP.LowerDelay = b.defaults.GARP.LowerDelay; i.GARP.LowerDelay < 0 {
			i.GARP.LowerDelay = i.GARP.Delay
		}
	}
}

// finishInterval holds advert_int to what the version's packet can carry
// (RFC 3768 5.3.7: whole seconds; RFC 9568 5.2.7: at most 40.95 s).
func (b *build) finishInterval(i *Instance) {
	pos := b.set[i]["advert_int"]
	if i.AdvertInt == 0 {
		i.AdvertInt = time.Second
	}
	if whole := max(time.Second, i.AdvertInt.Round(time.Second)); i.Version == 2 && whole != i.AdvertInt {
		b.errorf(pos, "advert_int %v is rounded to %v seconds: version 2 has whole seconds", i.AdvertInt.Seconds(), whole.Seconds())
		i.AdvertInt = whole
	}
	if limit := 40950 * time.Millisecond; i.Version == 3 && i.AdvertInt > limit {
		b.errorf(pos, "advert_int %v is cut to %v seconds: version 3 has no more", i.AdvertInt.Seconds(), limit.Seconds())
		i.AdvertInt = limit
	}
}

func readPeer(b *build, s *Statement) {
	if a, ok := b.addr(s, s.Words[0]); ok {
		b.instance.UnicastPeers = append(b.instance.UnicastPeers, a)
	}
	if len(s.Words) > 1 {
		b.warnf(s.Words[1].Pos, "unicast_peer: %q has no effect here", s.Words[1].Text)
	}
}

// checkVRIDs finds virtual routers that two instances claim.
func (b *build) checkVRIDs() {
	type key struct {
		dev  string
		vrid int
		six  bool
	}
	seen := map[key]*Instance{}
	for _, i := range b.cfg.Instances {
		if i.VRID == 0 || i.Interface == "" {
			continue
		}
		k := key{i.Interface, i.VRID, len(i.Addresses) > 0 && i.Addresses[0].Prefix.Addr().Is6()}
		if first := seen[k]; first != nil {
			b.fatalf(i.Pos, "vrrp_instance %s: virtual_router_id %d on %s is %s's already", i.Name, i.VRID, i.Interface, first.Name)
			continue
		}
		seen[k] = i
	}
}

// prefixOf reads "IP[/LEN]"; without a length it is the host's own.
func prefixOf(text string) (netip.Prefix, bool) {
	if !strings.Contains(text, "/") {
		a, err := netip.ParseAddr(text)
		return netip.PrefixFrom(a, a.BitLen()), err == nil && a.Zone() == ""
	}
	p, err := netip.ParsePrefix(text)
	return p, err == nil
}
