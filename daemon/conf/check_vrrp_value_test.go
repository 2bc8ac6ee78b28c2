package conf

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestEffectiveValues is about what is left of words that something else rules
// out.
func TestEffectiveValues(t *testing.T) {
	strict := "strict_mode\nno_accept\n"
	pass := "\nauthentication {\nauth_type PASS\nauth_pass abc\n}"
	key := "key 5 " + strings.Repeat("k", 32) + "\n"
	rows := []struct {
		name, text string
		get        func(i *Instance) []any
		want       []any
	}{
		{"wrong values are not there", "version 4\nadvert_int 256\ngarp_master_delay x\nlower_prio_no_advert 1\nunicast_ttl 256\ndown_timer_adverts 0\ngarp_extra_if all",
			func(i *Instance) []any {
				return fields(i.Version, i.AdvertInt, i.GARP.Delay, i.GARP.Extra.All, i.LowerPrioNoAdvert, i.Unicast.TTL, i.DownTimerAdverts)
			}, fields(2, time.Second, 5*time.Second, false, false, 255, 3)},
		{"a wrong priority is 100", "state MASTER\npriority 256", func(i *Instance) []any { return fields(i.Priority) }, fields(100)},
		{"a wrong state is BACKUP", "state MASTER\nstate x\npriority 9", func(i *Instance) []any { return fields(i.State) }, fields(Backup)},
		{"MASTER stays", "state MASTER\nstate BACKUP\npriority 9", func(i *Instance) []any { return fields(i.State) }, fields(Master)},
		{"the first version stays", "version 3\nversion 2", func(i *Instance) []any { return fields(i.Version) }, fields(3)},
		{"MASTER owns", "state MASTER", func(i *Instance) []any { return fields(i.Priority, i.State) }, fields(255, Master)},
		{"bursts of 0 packets have 1", "garp_master_repeat 0\ngarp_master_refresh_repeat 0",
			func(i *Instance) []any { return fields(i.GARP.Repeat, i.GARP.RefreshTimes) }, fields(1, 1)},
		{"interval of version 2", "advert_int 1.5", func(i *Instance) []any { return fields(i.AdvertInt) }, fields(2 * time.Second)},
		{"interval of version 2, never 0", "advert_int 0.3", func(i *Instance) []any { return fields(i.AdvertInt) }, fields(time.Second)},
		{"interval of version 3", "version 3\nadvert_int 0.014", func(i *Instance) []any { return fields(i.AdvertInt) }, fields(10 * time.Millisecond)},
		{"interval of version 3, at most", "version 3\nadvert_int 200", func(i *Instance) []any { return fields(i.AdvertInt) }, fields(maxAdvertInt)},
		{"a master preempts at once", "state MASTER\npriority 9\nnopreempt\npreempt_delay 5",
			func(i *Instance) []any { return fields(i.Preempt, i.PreemptDelay) }, fields(true, time.Duration(0))},
		{"an owner preempts", "state BACKUP\npriority 255\nnopreempt", func(i *Instance) []any { return fields(i.Preempt, i.State) }, fields(true, Backup)},
		{"no delay without preemption", "nopreempt\npreempt_delay 5", func(i *Instance) []any { return fields(i.Preempt, i.PreemptDelay) }, fields(false, time.Duration(0))},
		{"no stall with preemption", "timer_expired_backup 3", func(i *Instance) []any { return fields(i.TimerExpired) }, fields(0)},
		{"owner's word", "owner_ignore_adverts", func(i *Instance) []any { return fields(i.OwnerIgnoreAdverts) }, fields(false)},
		{"owner's choice", "priority 255\nowner_ignore_adverts no", func(i *Instance) []any { return fields(i.OwnerIgnoreAdverts) }, fields(false)},
		{"password cut", strings.Replace(pass, "abc", "123456789", 1), func(i *Instance) []any { return fields(i.AuthPass) }, fields("12345678")},
		{"password without a type", "authentication {\nauth_pass abc\n}", func(i *Instance) []any { return fields(i.AuthPass) }, fields("")},
		{"type without a password", "authentication {\nauth_type PASS\n}", func(i *Instance) []any { return fields(i.AuthType) }, fields(0)},
		{"password and version 3", "version 3" + pass, func(i *Instance) []any { return fields(i.AuthType, i.AuthPass) }, fields(0, "")},
		{"AH and MASTER", "state MASTER\npriority 9" + strings.Replace(pass, "PASS", "AH", 1), func(i *Instance) []any { return fields(i.AuthType, i.State) }, fields(2, Backup)},
		{"keys stand in for a password", "auth_hmac {\n" + key + "}" + pass, func(i *Instance) []any { return fields(i.AuthType, i.AuthPass, i.HMAC.ActiveKey) }, fields(0, "", 5)},
		{"no key, no signature", "auth_hmac {\n}", func(i *Instance) []any { return fields(i.HMAC == nil) }, fields(true)},
		{"no such key, no signature", "auth_hmac {\n" + key + "active_key 6\n}", func(i *Instance) []any { return fields(i.HMAC == nil) }, fields(true)},
		{"one key by its number", "auth_hmac {\n" + key + "key 5 " + strings.Repeat("l", 32) + "\n}",
			func(i *Instance) []any { return fields(len(i.HMAC.Keys), i.HMAC.Keys[0].Value[:1]) }, fields(1, "k")},
		{"peers and no group", "mcast_dst_ip 224.0.0.19\nunicast_peer {\n10.0.0.2\n}", func(i *Instance) []any { return fields(i.MulticastGroup.IsValid()) }, fields(false)},
		{"no peers and a group", "unicast_peer {\n}\nunicast_ttl 3", func(i *Instance) []any { return fields(i.MulticastGroup.String(), i.Unicast.TTL) }, fields("224.0.0.18", 255)},
		{"TTL limits check sources", "unicast_peer {\n10.0.0.2 max_ttl 254\n}", func(i *Instance) []any { return fields(i.Unicast.CheckSource) }, fields(true)},
		{"peers with something behind them", "unicast_peer {\n10.0.0.2 x\n10.0.0.3 min_ttl 256\n10.0.0.x\n}", func(i *Instance) []any { return fields(len(i.UnicastPeers)) }, fields(2)},
		{"source that is none", "track_src_ip", func(i *Instance) []any { return fields(i.TrackSource) }, fields(false)},
		{"VRF and interface", "vrf red", func(i *Instance) []any { return fields(i.VRF) }, fields("")},
		{"VMAC and unicast", "use_vmac\nunicast_peer {\n10.0.0.2\n}", func(i *Instance) []any { return fields(i.VMAC, i.TransmitBase) }, fields(true, true)},
		{"VMAC and no peer", "use_vmac\nunicast_peer {\n}", func(i *Instance) []any { return fields(i.TransmitBase) }, fields(true)},
		{"no VMAC", "vmac_xmit_base", func(i *Instance) []any { return fields(i.TransmitBase) }, fields(false)},
		{"VMAC and secondaries", "use_vmac\npromote_secondaries", func(i *Instance) []any { return fields(i.PromoteSecondaries) }, fields(false)},
		{"the first ipvlan", "use_ipvlan 10.0.0.20\nuse_ipvlan 10.0.0.21", func(i *Instance) []any { return fields(i.IPVLAN.Address.String()) }, fields("10.0.0.20/32")},
		{"an address once", "virtual_ipaddress_excluded {\n10.0.0.1/24\n10.0.0.2\n}", func(i *Instance) []any { return fields(len(i.Addresses), len(i.Excluded)) }, fields(1, 1)},
		{"own interface", "track_interface {\neth0\neth1\n}", func(i *Instance) []any { return fields(len(i.TrackInterfaces)) }, fields(1)},
		{"weights of an owner", "priority 255\ntrack_interface {\neth1 weight 2\neth2\n}", func(i *Instance) []any { return fields(len(i.TrackInterfaces)) }, fields(1)},
		{"first command", "notify_master /bin/a\nnotify_master /bin/b", func(i *Instance) []any { return fields(i.NotifyMaster.Line) }, fields("/bin/a")},
		{"strict defaults", "strict_mode", func(i *Instance) []any {
			return fields(i.Accept, i.GARP.LowerRepeat, i.GARP.LowerDelay, i.LowerPrioNoAdvert, i.HigherPrioSendAdvert)
		}, fields(false, 0, time.Duration(0), true, false)},
		{"strict owner", "strict_mode\npriority 255", func(i *Instance) []any { return fields(i.Accept, i.OwnerIgnoreAdverts) }, fields(true, true)},
		{"strict accept", "strict_mode\naccept", func(i *Instance) []any { return fields(i.Accept) }, fields(false)},
		{"strict accept of version 3", "strict_mode\nversion 3\naccept", func(i *Instance) []any { return fields(i.Accept) }, fields(true)},
		{"strict state", strict + "state MASTER\npriority 9", func(i *Instance) []any { return fields(i.State) }, fields(Backup)},
		{"strict state of an owner", strict + "state BACKUP\npriority 255", func(i *Instance) []any { return fields(i.State) }, fields(Master)},
		{"strict password", strict + pass, func(i *Instance) []any { return fields(i.AuthType) }, fields(0)},
		{"strict rest", strict + "preempt_delay 5\ndown_timer_adverts 4\ngarp_lower_prio_repeat 1\ngarp_lower_prio_delay 1\nlower_prio_no_advert no\nhigher_prio_send_advert",
			func(i *Instance) []any {
				return fields(i.PreemptDelay, i.DownTimerAdverts, i.GARP.LowerRepeat, i.GARP.LowerDelay, i.LowerPrioNoAdvert, i.HigherPrioSendAdvert)
			}, fields(time.Duration(0), 3, 0, time.Duration(0), true, false)},
		{"strict VMAC", strict + "use_vmac 02:00:00:00:00:01\nvmac_xmit_base", func(i *Instance) []any { return fields(i.VMACDevice.MAC, i.TransmitBase) }, fields("", false)},
		{"strict keys", strict + "auth_hmac {\n" + key + "mode permissive\n}", func(i *Instance) []any { return fields(i.HMAC.Mode) }, fields("enforce")},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			cfg, _ := readVRRP(t, wellFormed(row.text))
			if diff := cmp.Diff(row.want, row.get(cfg.Instances[0])); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, diagnosed(cfg))
			}
		})
	}
}

// TestUnicastWithoutInterface: the addresses must name one, and there is none to
// put a VMAC on.
func TestUnicastWithoutInterface(t *testing.T) {
	cfg, _ := readVRRP(t, `vrrp_instance V {
virtual_router_id 1
unicast_src_ip 10.0.0.9
vrf red
use_vmac v1
unicast_peer {
10.0.0.2
}
virtual_ipaddress {
10.0.0.1 dev eth0
10.0.0.3
}
}
`)
	i := cfg.Instances[0]
	if diff := cmp.Diff(fields("red", false, VMACDevice{}, 1, "eth0"), fields(i.VRF, i.VMAC, i.VMACDevice, len(i.Addresses), i.Addresses[0].Interface)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestClashingNames: the first one keeps a device's name; an owner's group has
// no weights.
func TestClashingNames(t *testing.T) {
	cfg, _ := readVRRP(t, `vrrp_script s {
script /bin/true
}
vrrp_instance V {
interface eth0
virtual_router_id 1
priority 255
use_vmac v1
virtual_ipaddress {
10.0.0.1
}
}
vrrp_instance W {
interface eth0
virtual_router_id 2
use_vmac v1
virtual_ipaddress {
10.0.0.2
}
}
vrrp_sync_group G {
group {
V W
}
track_script {
s weight 4 reverse
}
}
`)
	s := cfg.SyncGroups[0].TrackScripts[0]
	got := fields(cfg.Instances[0].VMACDevice.Name, cfg.Instances[1].VMACDevice.Name, s.Weight, s.Reverse)
	if diff := cmp.Diff(fields("v1", "", 0, false), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestAddressOverflow holds the list of an advert to what the packet can count
// and carry.
func TestAddressOverflow(t *testing.T) {
	rows := []struct {
		format           string
		number           int
		advertised, rest int
		want             string
	}{
		{"10.1.0.%d\n", 255, 255, 0, ""},
		{"10.1.0.%d\n", 256, 255, 2, "260:1: error: an advert has room for 255 of 256 addresses; from this one on they are held without being advertised [too-many-addresses]"},
		{"fe80::%d\n", 90, 89, 2, "94:1: error: an advert has room for 89 of 90 addresses; from this one on they are held without being advertised [too-many-addresses]"},
	}
	for _, row := range rows {
		var b strings.Builder
		b.WriteString("vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n")
		for n := range row.number {
			fmt.Fprintf(&b, row.format, n)
		}
		b.WriteString("}\n")
		if row.rest > 0 {
			b.WriteString("virtual_ipaddress_excluded {\n10.9.9.9\n}\n")
		}
		cfg, wrong := readVRRP(t, b.String()+"}\n")
		if i := cfg.Instances[0]; len(i.Addresses) != row.advertised || len(i.Excluded) != row.rest || wrong != row.want {
			t.Errorf("%d of %s: %d advertised, %d more\n%s", row.number, row.format, len(i.Addresses), len(i.Excluded), wrong)
		}
	}
}

func TestSyncGroups(t *testing.T) {
	text := `vrrp_script s {
script /bin/true
weight 3
}
vrrp_track_file f {
file /run/f
}
vrrp_instance A {
interface eth0
virtual_router_id 1
virtual_ipaddress {
10.0.0.1
}
track_interface {
eth1 weight 5 reverse
}
track_script {
s
}
track_file {
f
}
}
vrrp_instance B {
interface eth1
virtual_router_id 1
virtual_ipaddress {
10.0.0.2
}
}
vrrp_sync_group G {
group {
A B
C
A
}
notify_master "/bin/a b"
smtp_alert
track_interface {
eth9 weight 4
}
}
vrrp_sync_group H {
group {
B
}
}
`
	cfg, _ := readVRRP(t, text)
	if len(cfg.SyncGroups) != 1 {
		t.Fatalf("%d groups", len(cfg.SyncGroups))
	}
	g, i := cfg.SyncGroups[0], cfg.Instances[0]
	got := fields(g.Name, len(g.Members), g.Members[0].Name, g.Members[1].Name, g.NotifyMaster.Args, g.SMTPAlert, g.TrackInterfaces[0].Weight)
	if diff := cmp.Diff(fields("G", 2, "A", "B", []string{"/bin/a", "b"}, true, 4), got); diff != "" {
		t.Errorf("group (-want +got):\n%s", diff)
	}
	got = fields(i.TrackInterfaces[0].Weight, i.TrackInterfaces[0].Reverse, len(i.TrackScripts), i.TrackFiles[0].Weight)
	if diff := cmp.Diff(fields(0, false, 0, 0), got); diff != "" {
		t.Errorf("trackers of a member (-want +got):\n%s", diff)
	}
	cfg, _ = readVRRP(t, strings.Replace(text, "smtp_alert", "sync_group_tracking_weight", 1))
	i = cfg.Instances[0]
	got = fields(i.TrackInterfaces[0].Weight, i.TrackScripts[0].Weight, i.TrackFiles[0].Weight, cfg.SyncGroups[0].TrackingWeight)
	if diff := cmp.Diff(fields(5, 3, 1, true), got); diff != "" {
		t.Errorf("trackers with sync_group_tracking_weight (-want +got):\n%s", diff)
	}
}

// TestAddressTwice keeps what adverts count, and leaves out what they do not.
func TestAddressTwice(t *testing.T) {
	cfg, _ := readVRRP(t, `vrrp_instance V {
interface eth0
virtual_router_id 1
virtual_ipaddress {
10.0.0.1
10.0.0.1
}
virtual_ipaddress_excluded {
10.0.0.1
10.0.0.2
}
}
`)
	if i := cfg.Instances[0]; len(i.Addresses) != 2 || len(i.Excluded) != 1 {
		t.Errorf("%d addresses and %d excluded, want 2 and 1", len(i.Addresses), len(i.Excluded))
	}
}
