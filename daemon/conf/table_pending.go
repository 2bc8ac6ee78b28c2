package conf

import (
	"slices"

	"github.com/viplab/viplab/daemon/conf/schema"
)

// pending marks the rows of what vipd only reads and validates yet. A row that is
// not here is acted on.
func pending(root *schema.Block) {
	words := pendingWords()
	for _, row := range schema.Rows(root) {
		if slices.Contains(words[row.Path], row.Keyword.Name) {
			row.Keyword.Status = schema.Accepted
		}
	}
}

// pendingWords are by block: other services than vipd's own (SNMP, D-Bus,
// iptables), marks that nftables sets for groups of virtual servers, and where
// names are looked up.
func pendingWords() map[string][]string {
	return map[string][]string{
		"(root)": {"namespace_with_ipsets"},
		"global_defs": {
			"lvs_netlink_cmd_rcv_bufs", "lvs_netlink_cmd_rcv_bufs_force", "lvs_netlink_monitor_rcv_bufs", "lvs_netlink_monitor_rcv_bufs_force",
			"nftables_ipvs", "nftables_ipvs_priority", "nftables_ipvs_start_fwmark",
			"vrrp_iptables", "vrrp_ipsets", "iproute_usr_dir", "iproute_etc_dir",
			"snmp_socket", "enable_traps", "enable_snmp_vrrp", "enable_snmp_keepalived", "enable_snmp_rfc", "enable_snmp_rfcv2", "enable_snmp_rfcv3",
			"enable_snmp_checker", "snmp_vs_stats_update_interval", "snmp_rs_stats_update_interval",
			"enable_dbus", "dbus_service_name", "dbus_no_interface_name",
		},
		"virtual_server": {"snmp_name"}, "virtual_server/real_server": {"snmp_name"},
	}
}
