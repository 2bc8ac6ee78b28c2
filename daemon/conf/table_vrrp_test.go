package conf

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// readVRRP reads text and returns it with all that was found wrong, a line each.
// It fails unless what is printed is read as the same again, with no mistake that
// was not there before.
func readVRRP(t *testing.T, text string) (*Config, string) {
	t.Helper()
	cfg := parsed(t, text)
	var out bytes.Buffer
	if err := cfg.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	same := cmp.Options{cmpopts.IgnoreTypes(Origin{}, Pos{}, Diagnostics{}, []Use{}), cmpopts.IgnoreUnexported(Config{}, Address{}, Track{}, SyncGroup{}),
		cmpopts.IgnoreFields(Config{}, "Global"), cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}), cmpopts.EquateEmpty()}
	again := parsed(t, out.String())
	if diff := cmp.Diff(cfg, again, same); diff != "" {
		t.Errorf("after printing and reading again (-before +after):\n%s\n%s", diff, out.String())
	}
	known := map[string]bool{}
	for _, d := range cfg.Diagnostics {
		known[d.Text] = true
	}
	for _, d := range again.Diagnostics {
		if !known[d.Text] {
			t.Errorf("what is printed has a mistake of its own: %v\n%s", d, out.String())
		}
	}
	return cfg, diagnosed(cfg)
}

func parsed(t *testing.T, text string) *Config {
	t.Helper()
	cfg, err := Read(strings.NewReader(text), "")
	if cfg == nil {
		t.Fatal(err)
	}
	return cfg
}

func diagnosed(cfg *Config) string {
	if len(cfg.Diagnostics) == 0 {
		return ""
	}
	return cfg.Diagnostics.Error()
}

// wellFormed wraps lines, from line 7 on, in an instance that is sound without
// them.
func wellFormed(lines string) string {
	return "vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n10.0.0.1\n}\n" + lines + "\n}\n"
}

// fields is what a row of a table looks at.
func fields(list ...any) []any { return list }

func TestInstanceValues(t *testing.T) {
	ms := time.Millisecond
	rows := []struct {
		name, text string
		get        func(i *Instance) []any
		want       []any
	}{
		{"defaults", "", func(i *Instance) []any {
			return fields(i.Family, i.State, i.Priority, i.Version, i.AdvertInt, i.Preempt, i.DownTimerAdverts, i.MulticastGroup.String(), i.GARP, i.Accept, i.Unicast.TTL)
		}, fields(IPv4, Backup, 100, 2, time.Second, true, 3, "224.0.0.18", GARP{Repeat: 5, Delay: 5 * time.Second, RefreshTimes: 1, LowerRepeat: 5, LowerDelay: 5 * time.Second}, true, 255)},
		{"numbers and times", "priority 7\nversion 3\nadvert_int .25\npreempt_delay 4.12\ndown_timer_adverts 5\nkernel_rx_buf_size 4096\ndebug 4",
			func(i *Instance) []any {
				return fields(i.Priority, i.Version, i.AdvertInt, i.PreemptDelay, i.DownTimerAdverts, i.ReceiveBuffer, i.Debug)
			}, fields(7, 3, 250*ms, 4120*ms, 5, 4096, 4)},
		{"owner without state is master", "priority 255", func(i *Instance) []any { return fields(i.State) }, fields(Master)},
		{"the last of both counts", "preempt\nnopreempt", func(i *Instance) []any { return fields(i.Preempt) }, fields(false)},
		{"flags", "dont_track_primary\npromote_secondaries\nuse_vmac_addr\nno_virtual_ipaddress",
			func(i *Instance) []any {
				return fields(i.DontTrackPrimary, i.PromoteSecondaries, i.VMACAddresses, i.NoAddresses)
			}, fields(true, true, true, true)},
		{"truths", "lower_prio_no_advert\nhigher_prio_send_advert on\nskip_check_adv_addr yes\nv3_checksum_as_v2 true\nsmtp_alert no\nnotify_priority_changes",
			func(i *Instance) []any {
				return fields(i.LowerPrioNoAdvert, i.HigherPrioSendAdvert, i.SkipCheckAddresses, i.V3ChecksumAsV2, i.SMTPAlert, i.NotifyPriorityChanges)
			}, fields(true, true, true, true, false, true)},
		{"no_accept", "no_accept", func(i *Instance) []any { return fields(i.Accept) }, fields(false)},
		{"garp", "garp_master_delay 0\ngarp_master_repeat 2\ngarp_master_refresh 60\ngarp_master_refresh_repeat 3\ngarp_lower_prio_delay 4\ngarp_lower_prio_repeat 0\ngarp_extra_if 100 all",
			func(i *Instance) []any { return fields(i.GARP) },
			fields(GARP{2, 0, time.Minute, 3, 0, 4 * time.Second, ExtraGARP{100 * time.Second, true}})},
		{"stalled", "nopreempt\ntimer_expired_backup", func(i *Instance) []any { return fields(i.TimerExpired) }, fields(254)},
		{"stalled, a number", "nopreempt\ntimer_expired_backup 90", func(i *Instance) []any { return fields(i.TimerExpired) }, fields(90)},
		{"password", "authentication {\nauth_type PASS\nauth_pass \"a#b c}\"\n}", func(i *Instance) []any { return fields(i.AuthType, i.AuthPass) }, fields(1, "a#b c}")},
		{"AH", "authentication {\nauth_pass x\nauth_type AH\n}", func(i *Instance) []any { return fields(i.AuthType, i.AuthPass) }, fields(2, "x")},
		{"group and source", "mcast_src_ip 10.0.0.9\nmcast_dst_ip 224.0.0.19\ntrack_src_ip",
			func(i *Instance) []any { return fields(i.Source.String(), i.MulticastGroup.String(), i.TrackSource) }, fields("10.0.0.9", "224.0.0.19", true)},
		{"peers", "unicast_src_ip 10.0.0.9\nunicast_peer {\n10.0.0.2\n10.0.0.3 min_ttl 250 max_ttl 254\n}\nunicast_ttl 64\nold_unicast_checksum never",
			func(i *Instance) []any {
				p := i.UnicastPeers
				return fields(len(p), p[0].Address.String(), p[0].MinTTL, p[0].MaxTTL, p[1].MinTTL, p[1].MaxTTL, i.Unicast, i.MulticastGroup.IsValid())
			}, fields(2, "10.0.0.2", 0, 255, 250, 254, Unicast{64, true, false, "never"}, false)},
		{"old checksum", "unicast_peer {\n10.0.0.2\n}\nold_unicast_checksum", func(i *Instance) []any { return fields(i.Unicast.OldChecksum) }, fields("always")},
		{"vmac", "use_vmac", func(i *Instance) []any { return fields(i.VMAC, i.VMACDevice) }, fields(true, VMACDevice{})},
		{"vmac words", "use_vmac v1 2:0:0:0:0:A netlink_notify_msg group 7", func(i *Instance) []any { return fields(i.VMAC, i.VMACDevice) },
			fields(true, VMACDevice{"v1", "02:00:00:00:00:0a", true, Ident{"7", 7, true}})},
		{"vmac of a strange name", "use_vmac name group", func(i *Instance) []any { return fields(i.VMACDevice.Name) }, fields("group")},
		{"vmac with five octets", "use_vmac 02:00:00:00:01", func(i *Instance) []any { return fields(i.VMACDevice.MAC) }, fields("02:00:00:00:01:01")},
		{"ipvlan", "use_ipvlan private name v1 10.0.0.20/24 group g", func(i *Instance) []any { return fields(*i.IPVLAN, i.Source.String()) },
			fields(IPVLAN{"private", "v1", netip.MustParsePrefix("10.0.0.20/24"), Ident{Text: "g"}}, "10.0.0.20")},
		{"commands", "notify_master \"/bin/a b\" u g\nnotify_deleted\nnotify /bin/c\nnotify_master_rx_lower_pri /bin/d",
			func(i *Instance) []any {
				return fields(i.NotifyMaster.Args, i.NotifyMaster.User, i.NotifyMaster.Group, i.Deleted, i.NotifyDeleted.Line, i.Notify.Line, i.NotifyLowerPriority.Line)
			}, fields([]string{"/bin/a", "b"}, "u", "g", true, "", "/bin/c", "/bin/d")},
		{"command for a removal", "notify_deleted /bin/a", func(i *Instance) []any { return fields(i.Deleted, i.NotifyDeleted.Line) }, fields(true, "/bin/a")},
		{"interfaces of addresses", "virtual_ipaddress_excluded {\n10.0.0.2 dev eth1\nfd00::1\n}",
			func(i *Instance) []any {
				return fields(i.Addresses[0].Interface, i.Excluded[0].Interface, i.Excluded[1].Interface)
			}, fields("eth0", "eth1", "eth0")},
		{"trackers", "track_interface {\neth1 weight 5 reverse\n}", func(i *Instance) []any {
			return fields(i.TrackInterfaces[0].Name, i.TrackInterfaces[0].Weight, i.TrackInterfaces[0].Reverse)
		}, fields("eth1", 5, true)},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			cfg, wrong := readVRRP(t, wellFormed(row.text))
			if wrong != "" {
				t.Errorf("diagnostics of sound lines:\n%s", wrong)
			}
			if diff := cmp.Diff(row.want, row.get(cfg.Instances[0]), cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestProvenance(t *testing.T) {
	cfg, _ := readVRRP(t, wellFormed(`priority 300
authentication {
auth_type PASS
auth_pass x
}
auth_hmac {
}
version 3
version 2
state MASTER
state BACKUP
mcast_src_ip fe80::1%eth0
unicast_src_ip fe80::1
mcast_dst_ip ff02::12
native_ipv6
vrf red:1`))
	i := cfg.Instances[0]
	for keyword, want := range map[string]string{"interface": "2:1", "virtual_router_id": "3:1", "auth_pass": "10:1", "version": "14:1", "state": "16:1",
		"priority": "", "advert_int": "", "mcast_src_ip": "", "unicast_src_ip": "", "mcast_dst_ip": "", "native_ipv6": "", "vrf": ""} {
		if got := i.Where(keyword); got.Known() != (want != "") || got.Known() && got.String() != want {
			t.Errorf("%s is given at %v, want %q", keyword, got, want)
		}
	}
	if got := i.Pos.String(); got != "1:1" {
		t.Errorf("the instance is at %s", got)
	}
	if got := i.Addresses[0].Pos.String(); got != "5:1" {
		t.Errorf("the address is at %s", got)
	}
}

func TestIPv6Instance(t *testing.T) {
	six := func(lines, address string) string {
		return "vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\n" + lines + "\nvirtual_ipaddress {\n" + address + "\n}\n}\n"
	}
	rows := []struct {
		name, text string
		version    int
		group      string
	}{
		{"version 3 by default", six("", "fe80::1"), 3, "ff02::12"},
		{"version 2 as asked", six("version 2", "fe80::1"), 2, "ff02::12"},
		{"own group", six("mcast_dst_ip ff02::13\nmcast_src_ip fd00::1", "fe80::1"), 3, "ff02::13"},
		{"native_ipv6", six("native_ipv6", "fe80::1"), 3, "ff02::12"},
		{"native_ipv6 alone", "vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\nnative_ipv6\nno_virtual_ipaddress\n}\n", 3, "ff02::12"},
		{"native_ipv6 makes it 3", six("version 2\nnative_ipv6", "fe80::1"), 3, "ff02::12"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			cfg, wrong := readVRRP(t, row.text)
			i := cfg.Instances[0]
			if wrong != "" || i.Version != row.version || i.Family != IPv6 || i.MulticastGroup.String() != row.group {
				t.Errorf("version %d, family %d, group %s, %s", i.Version, i.Family, i.MulticastGroup, wrong)
			}
		})
	}
}

func TestAuthHMAC(t *testing.T) {
	text, digits := strings.Repeat("k", 32), strings.Repeat("0f", 64)
	cfg, wrong := readVRRP(t, wellFormed("advert_int 4\nauth_hmac {\nkey 7 "+text+"\nkey 9 hex:"+digits+"\nkey 10 file:/etc/key\nactive_key 9\nmode permissive\n}"))
	if wrong != "" {
		t.Error(wrong)
	}
	want := &AuthHMAC{Keys: []HMACKey{{7, text}, {9, "hex:" + digits}, {10, "file:/etc/key"}}, ActiveKey: 9, AntiReplay: "time", TimeWindow: 12 * time.Second, Mode: "permissive"}
	if diff := cmp.Diff(want, cfg.Instances[0].HMAC, cmpopts.IgnoreTypes(Origin{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	cfg, _ = readVRRP(t, wellFormed("auth_hmac {\nkey 7 "+text+"\nanti_replay monotonic\n}"))
	if h := cfg.Instances[0].HMAC; h.ActiveKey != 7 || h.TimeWindow != 0 || h.Mode != "enforce" {
		t.Errorf("defaults are %+v", h)
	}
}
