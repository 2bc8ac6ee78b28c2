package conf

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestInherited holds what instances and groups have of global_defs, wherever
// that stands, and what they say themselves, against each other.
func TestInherited(t *testing.T) {
	global := `global_defs {
vrrp_version 3
vrrp_mcast_group4 224.0.0.58
vrrp_mcast_group6 ff02::58
vrrp_down_timer_adverts 4
vrrp_check_unicast_src
vrrp_garp_master_delay 1
vrrp_garp_master_repeat 2
vrrp_garp_master_refresh 3
vrrp_garp_master_refresh_repeat 4
vrrp_garp_extra_if all 5
vrrp_lower_prio_no_advert
vrrp_higher_prio_send_advert
v3_checksum_as_v2
vrrp_owner_ignore_adverts
vrrp_skip_check_adv_addr
vrrp_notify_priority_changes
smtp_alert_vrrp
smtp_server 10.0.0.25
notification_email {
root@localhost
}
}
`
	instance := wellFormed("priority 255")
	own := wellFormed("version 2\nmcast_dst_ip 224.0.0.9\ndown_timer_adverts 3\ngarp_master_delay 5\ngarp_master_repeat 5\ngarp_master_refresh 0\n" +
		"garp_master_refresh_repeat 1\ngarp_lower_prio_delay 6\ngarp_lower_prio_repeat 7\ngarp_extra_if 0\nlower_prio_no_advert no\nhigher_prio_send_advert no\n" +
		"v3_checksum_as_v2 no\nowner_ignore_adverts no\nskip_check_adv_addr no\nnotify_priority_changes no\nsmtp_alert no\npriority 255")
	get := func(i *Instance) []any {
		return fields(i.Version, i.MulticastGroup.String(), i.DownTimerAdverts, i.GARP, i.LowerPrioNoAdvert, i.HigherPrioSendAdvert,
			i.V3ChecksumAsV2, i.OwnerIgnoreAdverts, i.SkipCheckAddresses, i.NotifyPriorityChanges, i.SMTPAlert)
	}
	s := time.Second
	inherited := fields(3, "224.0.0.58", 4, GARP{2, s, 3 * s, 4, 2, s, ExtraGARP{5 * s, true}}, true, true, true, true, true, true, true)
	rows := []struct {
		name, text string
		want       []any
	}{
		{"global_defs above", global + instance, inherited},
		{"global_defs below", instance + global, inherited},
		{"own words", global + own, fields(2, "224.0.0.9", 3, GARP{5, 5 * s, 0, 1, 7, 6 * s, ExtraGARP{}}, false, false, false, false, false, false, false)},
		{"wrong words", global + wellFormed("version 1\ngarp_master_delay x\nlower_prio_no_advert x\npriority 255"), inherited},
		{"lower priority follows the global bursts", "global_defs {\nvrrp_garp_master_repeat 2\n}\n" + wellFormed("garp_master_repeat 7\npriority 255"),
			fields(2, "224.0.0.18", 3, GARP{7, 5 * s, 0, 1, 2, 5 * s, ExtraGARP{}}, false, true, false, false, false, false, false)},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			cfg, _ := readVRRP(t, row.text)
			if diff := cmp.Diff(row.want, get(cfg.Instances[0])); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	peers := wellFormed("unicast_peer {\n10.0.0.2\n}")
	if cfg, _ := readVRRP(t, global+peers); !cfg.Instances[0].Unicast.CheckSource {
		t.Error("vrrp_check_unicast_src is not inherited")
	}
	six := strings.Replace(wellFormed(""), "10.0.0.1", "fe80::1", 1)
	if cfg, _ := readVRRP(t, global+six); cfg.Instances[0].MulticastGroup.String() != "ff02::58" {
		t.Errorf("IPv6 group is %s", cfg.Instances[0].MulticastGroup)
	}
	if cfg, _ := readVRRP(t, "global_defs {\nvrrp_strict\n}\n"+wellFormed("")); !cfg.Instances[0].Strict || cfg.Instances[0].Accept {
		t.Error("vrrp_strict is not inherited")
	}
	group := "vrrp_sync_group G {\nnotify_priority_changes no\ngroup {\nV\n}\n}\n"
	cfg, _ := readVRRP(t, global+group+wellFormed(""))
	if g := cfg.SyncGroups[0]; !g.SMTPAlert || g.NotifyPriorityChanges || cfg.Instances[0].NotifyPriorityChanges {
		t.Errorf("group has mail %v, changes %v; its member changes %v", g.SMTPAlert, g.NotifyPriorityChanges, cfg.Instances[0].NotifyPriorityChanges)
	}
}
