package conf

import (
	"net/netip"
	"strings"
	"time"
)

func globalRoot() []row {
	return []row{{word: "global_defs", args: none, block: "global_defs", apply: ignore}}
}

// ignore is for blocks whose rows do all the work.
func ignore(*build, *Statement) {}

func globalBlocks() map[string]block {
	g := func(b *build) *Global { return &b.cfg.Global }
	d := func(b *build) *Instance { return &b.defaults }
	return map[string]block{
		"global_defs": {rows: append([]row{
			{word: "router_id", args: one, apply: text(func(b *build) *string { return &g(b).RouterID })},
			{word: "notification_email", args: none, block: "global_defs/notification_email", apply: ignore},
			{word: "notification_email_from", args: one, apply: text(func(b *build) *string { return &g(b).NotifyFrom })},
			{word: "smtp_server", args: arity{1, 2}, apply: smtpServer},
			{word: "smtp_connect_timeout", args: one, apply: seconds(0, month, func(b *build) *time.Duration { return &g(b).SMTPTimeout })},
			{word: "vrrp_mcast_group4", args: one, apply: multicast(func(b *build) *netip.Addr { return &g(b).MulticastGroup })},
			{word: "vrrp_version", args: one, apply: integer(2, 3, func(b *build) *int { return &d(b).Version })},
			{word: "vrrp_garp_master_delay", args: one, apply: seconds(0, month, func(b *build) *time.Duration { return &d(b).GARP.Delay })},
			{word: "vrrp_garp_master_repeat", args: one, apply: integer(1, 1<<30, func(b *build) *int { return &d(b).GARP.Repeat })},
			{word: "vrrp_garp_master_refresh", args: one, apply: seconds(0, month, func(b *build) *time.Duration { return &d(b).GARP.Refresh })},
			{word: "vrrp_garp_master_refresh_repeat", args: one, apply: integer(1, 1<<30, func(b *build) *int { return &d(b).GARP.RefreshTimes })},
			{word: "vrrp_garp_lower_prio_delay", args: one, apply: seconds(0, month, func(b *build) *time.Duration { return &d(b).GARP.LowerDelay })},
			{word: "vrrp_garp_lower_prio_repeat", args: one, apply: integer(0, 1<<30, func(b *build) *int { return &d(b).GARP.LowerRepeat })},
			{word: "vrrp_down_timer_adverts", args: one, apply: integer(1, 100, func(b *build) *int { return &d(b).DownTimerAdverts })},
			{word: "vrrp_lower_prio_no_advert", args: maybe, apply: boolean(func(b *build) *bool { return &d(b).LowerPrioNoAdvert })},
			{word: "vrrp_higher_prio_send_advert", args: maybe, apply: boolean(func(b *build) *bool { return &d(b).HigherPrioSendAdvert })},
			{word: "smtp_alert_vrrp", args: maybe, apply: boolean(func(b *build) *bool { return &d(b).SMTPAlert })},
		}, known(globalKnown)...)},
		"global_defs/notification_email": {read: func(b *build, s *Statement) {
			for _, w := range s.Words {
				g(b).NotifyEmail = append(g(b).NotifyEmail, w.Text)
				if !strings.Contains(w.Text, "@") {
					b.warnf(w.Pos, "notification_email: %q has no @", w.Text)
				}
			}
		}},
	}
}

// multicast reads an IPv4 group.
func multicast(at func(*build) *netip.Addr) apply {
	return func(b *build, s *Statement) {
		w := s.Args()[0]
		a, ok := b.addr(s, w)
		if ok && !(a.Is4() && a.IsMulticast()) {
			b.errorf(w.Pos, "%s: %s is not an IPv4 multicast group", s.Keyword(), a)
			return
		}
		if ok {
			*at(b) = a
		}
	}
}

func smtpServer(b *build, s *Statement) {
	w := s.Args()[0]
	if _, err := netip.ParseAddr(w.Text); err != nil {
		b.warnf(w.Pos, "smtp_server: %q is a name; only addresses are held here", w.Text)
		return
	}
	if a, ok := b.socket(s, s.Args(), 25); ok {
		b.cfg.Global.SMTPServer = a
	}
}

// globalKnown are the keywords of global_defs that the model does not hold.
const globalKnown = `process_names process_name vrrp_process_name checker_process_name lvs_process_name
	bfd_process_name use_symlink_paths set_supplementary_groups smtp_helo_name smtp_alert startup_script
	startup_script_timeout shutdown_script shutdown_script_timeout max_auto_priority min_auto_priority_delay
	smtp_alert_checker checker_log_all_failures dynamic_interfaces no_email_faults default_interface
	disable_local_igmp v3_checksum_as_v2 lvs_timeouts lvs_flush lvs_flush_on_stop lvs_flush_onstop
	lvs_sync_daemon vrrp_mcast_group6 vrrp_garp_interval vrrp_gna_interval vrrp_min_garp vrrp_garp_extra_if
	vrrp_vmac_garp_intvl vrrp_iptables vrrp_ipsets nftables nftables_priority nftables_ifindex
	vrrp_check_unicast_src vrrp_skip_check_adv_addr vrrp_strict vrrp_priority vrrp_no_swap vrrp_rt_priority
	vrrp_cpu_affinity vrrp_rlimit_rttime vrrp_rlimit_rtime nftables_ipvs nftables_ipvs_priority
	nftables_ipvs_start_fwmark nftables_counters notify_fifo notify_fifo_script vrrp_notify_fifo
	vrrp_notify_fifo_script vrrp_notify_priority_changes fifo_write_vrrp_states_on_reload lvs_notify_fifo
	lvs_notify_fifo_script checker_priority checker_no_swap checker_rt_priority checker_cpu_affinity
	checker_rlimit_rttime checker_rlimit_rtime bfd_priority bfd_no_swap bfd_rt_priority bfd_cpu_affinity
	bfd_rlimit_rttime bfd_rlimit_rtime snmp_socket enable_traps enable_snmp_vrrp enable_snmp_keepalived
	enable_snmp_rfc enable_snmp_rfcv2 enable_snmp_rfcv3 enable_snmp_checker snmp_vs_stats_update_interval
	snmp_rs_stats_update_interval enable_dbus dbus_service_name dbus_no_interface_name script_user
	enable_script_security vrrp_netlink_cmd_rcv_bufs vrrp_netlink_cmd_rcv_bufs_force
	vrrp_netlink_monitor_rcv_bufs vrrp_netlink_monitor_rcv_bufs_force process_monitor_rcv_bufs
	process_monitor_rcv_bufs_force lvs_netlink_cmd_rcv_bufs lvs_netlink_cmd_rcv_bufs_force
	lvs_netlink_monitor_rcv_bufs lvs_netlink_monitor_rcv_bufs_force rs_init_notifies no_checker_emails
	vrrp_rx_bufs_policy vrrp_rx_bufs_multiplier vrrp_startup_delay vrrp_delay_after_boot log_unknown_vrids
	vrrp_owner_ignore_adverts vmac_prefix vmac_addr_prefix umask random_seed reload_check_config
	reload_time_file reload_repeat reload_file include_check config_save_dir tmp_config_directory
	data_use_instance json_version iproute_usr_dir iproute_etc_dir state_dump_file stats_dump_file json_dump_file`
