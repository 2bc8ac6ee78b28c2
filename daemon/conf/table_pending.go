package conf

import (
	"slices"
	"strings"

	"github.com/viplab/viplab/daemon/conf/schema"
)

// pending marks the rows of what vipd only reads and validates yet: whole
// blocks, and single keywords of others. A row that is not here is acted on.
func pending(root *schema.Block) {
	blocks, words := pendingBlocks(), pendingWords()
	for _, row := range schema.Rows(root) {
		top, _, _ := strings.Cut(row.Path, "/")
		whole := top
		if row.Path == root.Path {
			whole = row.Keyword.Name
		}
		if slices.Contains(blocks, whole) || slices.Contains(words[row.Path], row.Keyword.Name) {
			row.Keyword.Status = schema.Accepted
		}
	}
}

// pendingBlocks are blocks of which nothing is acted on: IPVS and the checkers.
func pendingBlocks() []string {
	return []string{"SSL", "virtual_server_group", "virtual_server"}
}

// pendingWords are by block: what concerns IPVS and the checkers, other services
// than vipd's own (SNMP, D-Bus, iptables), and where names are looked up.
func pendingWords() map[string][]string {
	return map[string][]string{
		"(root)": {"net_namespace_ipvs", "namespace_with_ipsets"},
		"global_defs": {
			"checker_log_all_failures", "no_checker_emails", "smtp_alert_checker", "rs_init_notifies",
			"lvs_timeouts", "lvs_flush", "lvs_flush_on_stop", "lvs_flush_onstop", "lvs_sync_daemon",
			"lvs_notify_fifo", "lvs_notify_fifo_script",
			"lvs_netlink_cmd_rcv_bufs", "lvs_netlink_cmd_rcv_bufs_force", "lvs_netlink_monitor_rcv_bufs", "lvs_netlink_monitor_rcv_bufs_force",
			"nftables_ipvs", "nftables_ipvs_priority", "nftables_ipvs_start_fwmark",
			"vrrp_iptables", "vrrp_ipsets", "iproute_usr_dir", "iproute_etc_dir",
			"snmp_socket", "enable_traps", "enable_snmp_vrrp", "enable_snmp_keepalived", "enable_snmp_rfc", "enable_snmp_rfcv2", "enable_snmp_rfcv3",
			"enable_snmp_checker", "snmp_vs_stats_update_interval", "snmp_rs_stats_update_interval",
			"enable_dbus", "dbus_service_name", "dbus_no_interface_name",
		},
		"vrrp_instance": {"lvs_sync_daemon_interface"},
	}
}
