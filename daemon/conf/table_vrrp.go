package conf

import (
	"net/netip"
	"time"
)

func vrrpRoot() []row {
	return []row{
		{word: "vrrp_instance", args: one, block: "vrrp_instance", apply: beginInstance, close: (*build).endInstance},
		{word: "vrrp_script", args: one, block: "vrrp_script", apply: beginScript, close: (*build).endScript},
	}
}

func vrrpBlocks() map[string]block {
	return map[string]block{
		"vrrp_instance":                            {rows: append(instanceRows(), known(instanceKnown)...)},
		"vrrp_instance/authentication":             {rows: authRows()},
		"vrrp_instance/virtual_ipaddress":          {read: readVIP},
		"vrrp_instance/virtual_ipaddress_excluded": {read: readExcluded},
		"vrrp_instance/unicast_peer":               {read: readPeer},
		"vrrp_instance/track_script":               {read: readTrackScript},
		"vrrp_script":                              {rows: scriptRows()},
	}
}

func instanceRows() []row {
	i := func(b *build) *Instance { return b.instance }
	set := func(word string, args arity, f apply) row { return row{word: word, args: args, apply: note(f)} }
	sub := func(word string) row {
		return row{word: word, args: none, block: "vrrp_instance/" + word, apply: ignore}
	}
	return []row{
		set("state", one, state),
		set("interface", one, text(func(b *build) *string { return &i(b).Interface })),
		set("virtual_router_id", one, integer(1, 255, func(b *build) *int { return &i(b).VRID })),
		set("priority", one, integer(1, 255, func(b *build) *int { return &i(b).Priority })),
		set("version", one, integer(2, 3, func(b *build) *int { return &i(b).Version })),
		set("advert_int", one, seconds(10*time.Millisecond, 255*time.Second, func(b *build) *time.Duration { return &i(b).AdvertInt })),
		set("down_timer_adverts", one, integer(1, 100, func(b *build) *int { return &i(b).DownTimerAdverts })),
		set("preempt", none, turn(true, func(b *build) *bool { return &i(b).Preempt })),
		set("nopreempt", none, turn(false, func(b *build) *bool { return &i(b).Preempt })),
		set("preempt_delay", one, seconds(0, 1000*time.Second, func(b *build) *time.Duration { return &i(b).PreemptDelay })),
		sub("authentication"),
		sub("virtual_ipaddress"),
		sub("virtual_ipaddress_excluded"),
		sub("unicast_peer"),
		sub("track_script"),
		set("mcast_src_ip", one, address(func(b *build) *netip.Addr { return &i(b).Source })),
		set("unicast_src_ip", one, address(func(b *build) *netip.Addr { return &i(b).Source })),
		set("mcast_dst_ip", one, multicast(func(b *build) *netip.Addr { return &i(b).MulticastGroup })),
		set("use_vmac", any0, turn(true, func(b *build) *bool { return &i(b).VMAC })),
		set("garp_master_delay", one, seconds(0, month, func(b *build) *time.Duration { return &i(b).GARP.Delay })),
		set("garp_master_repeat", one, integer(1, 1<<30, func(b *build) *int { return &i(b).GARP.Repeat })),
		set("garp_master_refresh", one, seconds(0, month, func(b *build) *time.Duration { return &i(b).GARP.Refresh })),
		set("garp_master_refresh_repeat", one, integer(1, 1<<30, func(b *build) *int { return &i(b).GARP.RefreshTimes })),
		set("garp_lower_prio_delay", one, seconds(0, month, func(b *build) *time.Duration { return &i(b).GARP.LowerDelay })),
		set("garp_lower_prio_repeat", one, integer(0, 1<<30, func(b *build) *int { return &i(b).GARP.LowerRepeat })),
		set("lower_prio_no_advert", maybe, boolean(func(b *build) *bool { return &i(b).LowerPrioNoAdvert })),
		set("higher_prio_send_advert", maybe, boolean(func(b *build) *bool { return &i(b).HigherPrioSendAdvert })),
		set("notify_master", many, command(func(b *build) *[]string { return &i(b).NotifyMaster })),
		set("notify_backup", many, command(func(b *build) *[]string { return &i(b).NotifyBackup })),
		set("notify_fault", many, command(func(b *build) *[]string { return &i(b).NotifyFault })),
		set("notify_stop", many, command(func(b *build) *[]string { return &i(b).NotifyStop })),
		set("notify", many, command(func(b *build) *[]string { return &i(b).Notify })),
		set("smtp_alert", maybe, boolean(func(b *build) *bool { return &i(b).SMTPAlert })),
	}
}

// note remembers that the instance was given the keyword and reports a second
// time: the last one counts.
func note(set apply) apply {
	return func(b *build, s *Statement) {
		if first, ok := b.set[b.instance][s.Keyword()]; ok {
			b.warnf(s.Pos(), "%s was given on line %d already; the last one counts", s.Keyword(), first.Line)
		}
		b.mark(b.instance, s.Keyword(), s.Pos())
		set(b, s)
	}
}

func state(b *build, s *Statement) {
	word := string(b.instance.State)
	oneOf(func(*build) *string { return &word }, string(Master), string(Backup))(b, s)
	b.instance.State = State(word)
}

func authRows() []row {
	return []row{
		{word: "auth_type", args: one, apply: note(authType)},
		{word: "auth_pass", args: one, apply: note(authPass)},
	}
}

func authType(b *build, s *Statement) {
	var word string
	oneOf(func(*build) *string { return &word }, "PASS", "AH")(b, s)
	b.instance.AuthType = map[string]int{"PASS": 1, "AH": 2}[word]
}

// maxPass is the length of the authentication data (RFC 2338 5.3.6.2).
const maxPass = 8

func authPass(b *build, s *Statement) {
	w := s.Args()[0]
	b.instance.AuthPass = w.Text
	if len(w.Text) > maxPass {
		b.instance.AuthPass = w.Text[:maxPass]
		b.errorf(w.Pos, "auth_pass is cut to %d characters", maxPass)
	}
}

func scriptRows() []row {
	s := func(b *build) *Script { return b.script }
	mark := func(set apply) apply {
		return func(b *build, st *Statement) { b.mark(b.script, st.Keyword(), st.Pos()); set(b, st) }
	}
	return append([]row{
		{word: "script", args: many, apply: mark(command(func(b *build) *[]string { return &s(b).Command }))},
		{word: "interval", args: one, apply: mark(seconds(time.Millisecond, month, func(b *build) *time.Duration { return &s(b).Interval }))},
		{word: "timeout", args: one, apply: mark(seconds(0, month, func(b *build) *time.Duration { return &s(b).Timeout }))},
		{word: "weight", args: arity{1, 2}, apply: mark(integer(-253, 253, func(b *build) *int { return &s(b).Weight }))},
		{word: "rise", args: one, apply: mark(integer(1, 1<<30, func(b *build) *int { return &s(b).Rise }))},
		{word: "fall", args: one, apply: mark(integer(1, 1<<30, func(b *build) *int { return &s(b).Fall }))},
	}, known("user init_fail")...)
}

// instanceKnown are the keywords of vrrp_instance that the model does not hold.
const instanceKnown = `use_vmac_addr vmac_xmit_base use_ipvlan unicast_fault_no_peer check_unicast_src
	old_unicast_checksum native_ipv6 vrf dont_track_primary track_interface track_file track_process track_bfd
	track_src_ip unicast_ttl no_virtual_ipaddress promote_secondaries linkbeat_use_polling v3_checksum_as_v2
	virtual_routes virtual_rules accept no_accept skip_check_adv_addr strict_mode debug notify_deleted
	notify_master_rx_lower_pri notify_priority_changes lvs_sync_daemon_interface timer_expired_backup
	thread_timer_expired garp_extra_if vmac_garp_intvl owner_ignore_adverts kernel_rx_buf_size auth_hmac`
