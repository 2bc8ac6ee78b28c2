package conf

import (
	"fmt"
	"strings"
	"testing"
)

// TestGlobalMistakes holds what is said of wrong lines of global_defs to a golden
// file. Their exit statuses were compared with keepalived 2.2.7.
func TestGlobalMistakes(t *testing.T) {
	var b strings.Builder
	for _, lines := range globalMistakes {
		cfg := first(Read(strings.NewReader("global_defs {\n"+lines+"\n}\n"), ""))
		if len(cfg.Diagnostics) == 0 {
			t.Errorf("%q: nothing is said of it", lines)
		}
		fmt.Fprintf(&b, "%s\n    %s\n\n", lines, strings.ReplaceAll(cfg.Diagnostics.Error(), "\n", "\n    "))
	}
	golden(t, "testdata/global-mistakes.golden", b.String())
}

var globalMistakes = []string{
	"process_name abcdefghijklmnop",
	"process_name",
	"vrrp_rt_priority 0",
	"checker_rt_priority 100",
	"bfd_rt_priority x",
	"vrrp_priority -21",
	"vrrp_cpu_affinity",
	"vrrp_cpu_affinity x -1 1024 3",
	"vrrp_rlimit_rttime 0",
	"vrrp_rlimit_rtime 5",
	"lvs_process_name a",
	"max_auto_priority 100",
	"min_auto_priority_delay 0",

	"smtp_server 192.0.2.1 0",
	"smtp_server 192.0.2.1:25",
	"smtp_server a..b",
	"smtp_server 1.2.3",
	"smtp_connect_timeout 0",
	"smtp_connect_timeout 4295",
	"smtp_alert maybe",
	"smtp_helo_name",
	"notification_email {\n}",
	"notification_email {\nroot\n}",
	"notification_email",
	"smtp_alert\nsmtp_server 192.0.2.1",
	"smtp_alert_vrrp",
	"smtp_alert_checker\nnotification_email {\na@example.com\n}",

	"startup_script_timeout 1001",
	"startup_script /a\nstartup_script /b",
	"notify_fifo f",
	"notify_fifo /f\nvrrp_notify_fifo /f\nlvs_notify_fifo /f",
	"notify_fifo /f\nnotify_fifo /g",
	"notify_fifo_script /x",
	"script_user",
	"enable_script_security no",

	"dynamic_interfaces yes",
	"vrrp_mcast_group4 10.0.0.1",
	"vrrp_mcast_group4 ff02::12",
	"vrrp_mcast_group4 224.0.0.18/32",
	"vrrp_mcast_group6 ff02::12%eth0",
	"vrrp_mcast_group6 x",
	"vmac_prefix a\nvmac_prefix b",
	"vrrp_garp_master_repeat 0",
	"vrrp_garp_master_delay 1.5",
	"vrrp_garp_master_delay 4295",
	"vrrp_garp_interval 0",
	"vrrp_garp_interval 1.1234567",
	"vrrp_garp_extra_if all",
	"vrrp_garp_extra_if 0",
	"vrrp_garp_extra_if foo 100",
	"vrrp_vmac_garp_intvl 100",
	"vrrp_down_timer_adverts 101",
	"vrrp_version 4",
	"vrrp_version 2\nvrrp_version 3",
	"vrrp_startup_delay 0.0001",
	"vrrp_rx_bufs_policy big",
	"vrrp_rx_bufs_policy -1",
	"vrrp_rx_bufs_multiplier 0",

	"lvs_timeouts tcp",
	"lvs_timeouts tcp 5 udp",
	"lvs_timeouts tcp_fin 10",
	"lvs_timeouts tcp 2678401",
	"lvs_flush_on_stop RS",
	"lvs_flush_onstop VS",
	"lvs_sync_daemon eth0 inst",
	"lvs_sync_daemon eth0 id 256",
	"lvs_sync_daemon eth0 id x ttl 0 port 1 maxlen",
	"lvs_sync_daemon eth0 VI_1 5",
	"lvs_sync_daemon eth0 group 10.0.0.1",
	"lvs_sync_daemon eth0\nlvs_sync_daemon eth1",

	"vrrp_iptables a2345678901234567890123456789",
	"vrrp_ipsets a2345678901234567890123456789012",
	"nftables a\nnftables b",
	"nftables_priority x",
	"nftables_ipvs_start_fwmark 0",
	"snmp_socket a b",
	"enable_snmp_keepalived",
	"snmp_vs_stats_update_interval 31",
	"vrrp_netlink_cmd_rcv_bufs -1",

	"reload_time_file x",
	"reload_repeat",
	"umask 177",
	"umask 01000",
	"umask 08",
	"umask IRWXU",
	"umask S_IRUSR|IWGRP",
	"umask |IXOTH",
	"random_seed -1",
	"include_check foo +match",
	"include_check +",
	"json_version 3",
	"vrrp_verson 2",
	"use_pid_dir",
}

// TestDaemonMistakes are wrong lines outside of blocks.
func TestDaemonMistakes(t *testing.T) {
	rows := []struct{ text, want string }{
		{"instance a\ninstance b\n", "2:1: error: instance is given a second time; this one is passed over [repeated-keyword]"},
		{"net_namespace\n", "1:1: error: net_namespace needs one word; write net_namespace STRING name [missing-argument]"},
		{"child_wait_time -1\n", "1:17: error: child_wait_time -1 is not 0 or more [out-of-range]"},
		{"child_wait_time 1.5\n", `1:17: error: child_wait_time: "1.5" is not a whole number [bad-number]`},
		{"use_pid_dir yes\n", `1:13: warning: "yes" is passed over: use_pid_dir takes no word [extra-argument]`},
		{"global_defs\n", "1:1: error: global_defs needs a block; write global_defs { ... } [missing-block]"},
		{"router_id x\n", `1:1: error: "router_id" does not stand at the top level; it belongs in global_defs [misplaced-keyword]`},
	}
	for _, row := range rows {
		if got := first(Read(strings.NewReader(row.text), "")).Diagnostics.Error(); got != row.want {
			t.Errorf("%q\n got %s\nwant %s", row.text, got, row.want)
		}
	}
}

// TestRandomSeed makes ${_RANDOM} come out the same.
func TestRandomSeed(t *testing.T) {
	draw := func(seed string) string {
		text := "global_defs {\nrandom_seed " + seed + "\n}\nglobal_defs {\nrouter_id ${_RANDOM}-${_RANDOM}-${_RANDOM}\n}\n"
		return mustRead(t, text).Global.RouterID
	}
	if a, b := draw("7"), draw("7"); a != b || a == "" {
		t.Errorf("seed 7 draws %q and %q", a, b)
	}
	if a, b := draw("7"), draw("8"); a == b {
		t.Errorf("seeds 7 and 8 draw %q", a)
	}
}
