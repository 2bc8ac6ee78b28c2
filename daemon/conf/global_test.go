package conf

import (
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// placeless compares models wherever their lines stand.
var placeless = cmp.Options{
	cmpopts.IgnoreTypes(Origin{}, Pos{}, Diagnostics{}, []Use{}),
	cmpopts.IgnoreUnexported(Config{}),
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
}

// mustRead reads text in which nothing may be wrong.
func mustRead(t *testing.T, text string) *Config {
	t.Helper()
	cfg, err := Read(strings.NewReader(text), "k")
	if err != nil || len(cfg.Diagnostics) > 0 {
		t.Fatalf("diagnostics of a sound file:\n%v", cfg.Diagnostics)
	}
	return cfg
}

func dump(t *testing.T, cfg *Config) string {
	t.Helper()
	var b strings.Builder
	if err := cfg.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// comments are what a dump says of places.
var comments = regexp.MustCompile(` *#.*`)

// everyGlobal is a file that has each keyword of global_defs and of the daemon as
// a whole that is not deprecated.
func everyGlobal(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/global.conf")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestGlobalValues(t *testing.T) {
	cfg, err := Read(strings.NewReader(everyGlobal(t)), "k")
	if cfg == nil {
		t.Fatal(err)
	}
	if want := `k:94:5: warning: lvs_sync_daemon: there is no vrrp_instance "VI_1" whose state it could follow [unknown-name]`; cfg.Diagnostics.Error() != want {
		t.Errorf("diagnostics\n%v\nwant\n%s", cfg.Diagnostics, want)
	}
	want := Global{
		Daemon:   Daemon{Instance: "one", Namespace: "blue", NamespaceWithIPSets: true, PIDDir: true, LinkbeatPolling: true, ChildWait: 9 * time.Second},
		RouterID: "LB1", ProcessName: "kd", ProcessNames: true,
		Mail: Mail{To: []string{"a@example.com", "b@example.com", "c d@example.com"}, From: "lb@example.com", Server: "mail.example.com", Port: 587,
			Helo: "lb1.example.com", Timeout: 5 * time.Second, Alert: true, AlertChecker: true, NoFaults: true, NoCheckers: true},
		VRRP: GlobalVRRP{Version: 3, DownTimerAdverts: 4, Group4: netip.MustParseAddr("239.1.2.3"), Group6: netip.MustParseAddr("ff05::12"), Interface: "eth7",
			GARP:         GARP{Repeat: 2, Delay: 7 * time.Second, Refresh: time.Minute, RefreshTimes: 3, LowerRepeat: 0, LowerDelay: 8 * time.Second},
			GARPInterval: time.Millisecond, GNAInterval: time.Microsecond, MinGARP: true, GARPExtra: ExtraGARP{100 * time.Second, true},
			Strict: true, CheckUnicastSource: true, SkipCheckAddresses: true, V3ChecksumAsV2: true, LowerPrioNoAdvert: true, HigherPrioSendAdvert: true,
			OwnerIgnoreAdverts: true, NotifyPriorityChanges: true, StatesOnReload: true, LogUnknownVRIDs: true, NoMyIGMP: true,
			DynamicInterfaces: true, InterfaceChanges: true, StartupDelay: 5500 * time.Millisecond, DelayAfterBoot: time.Minute,
			ReceivePolicy: "MTU", ReceiveMultiplier: 4, VMACPrefix: "vm", VMACAddressPrefix: "va", IprouteUser: "/usr/share/iproute2", IprouteLocal: "/etc/iproute2"},
		LVS: GlobalLVS{TCPTimeout: 10 * time.Second, TCPFinTimeout: 31 * 24 * time.Hour, UDPTimeout: 5 * time.Second, Flush: true, FlushOnStop: "VS",
			Sync:           &SyncDaemon{Interface: "eth1", Instance: "VI_1", ID: 7, MaxLen: 1400, Port: 8849, TTL: 2, Group: netip.MustParseAddr("224.0.0.82")},
			LogAllFailures: true, InitNotifies: true},
		NFTables: NFTables{Table: "rules", Priority: 5, IfIndex: true, Counters: true, IPVSTable: "keepalived_ipvs", IPVSPriority: -3, IPVSMark: 4000},
		IPTables: IPTables{On: true, In: "IN_CHAIN", Out: "OUTPUT", Sets: []string{"k4", "k6"}},
		SNMP: SNMP{Socket: "udp:192.0.2.1:705", Traps: true, VRRP: true, Checker: true, RFC: true, RFCv2: true, RFCv3: true,
			ServiceMaxAge: 500 * time.Millisecond, ServersMaxAge: 30 * time.Second},
		DBus: DBus{On: true, Service: "org.example.Vrrp", NoInterface: "none"},
		Scripts: Scripts{Account: Account{"nobody", "nogroup"}, Security: true, KeepSymlinks: true, SupplementaryOn: true,
			Startup: Command{Line: "/bin/true start", Args: []string{"/bin/true", "start"}, User: "root"}, StartupTimeout: 20 * time.Second,
			Shutdown: Command{Line: "/bin/true", Args: []string{"/bin/true"}}, ShutdownTimeout: 1000 * time.Second,
			FIFO:        FIFO{Account{"root", ""}, "/run/all.fifo", Command{Line: "/bin/true", Args: []string{"/bin/true"}, User: "nobody", Group: "nogroup"}},
			VRRPFIFO:    FIFO{Account{}, "/run/vrrp.fifo", Command{Line: "/bin/true 'x y'", Args: []string{"/bin/true", "x y"}}},
			CheckerFIFO: FIFO{Account{"root", "adm"}, "/run/lvs.fifo", Command{Line: "/bin/true", Args: []string{"/bin/true"}}}},
		Reload: Reload{Check: true, CheckLog: "/var/log/check.log", TimeFile: "/run/reload.time", Repeat: true, File: "/run/keepalived.reload"},
		Files: Files{Umask: 0o061, RandomSeed: 42, IncludeCheck: []string{"+match", "-wildcard_match"}, SaveDir: "/var/lib/keepalived", TempDir: "/var/tmp",
			UseInstance: true, JSONVersion: 2, State: "/run/k.data", Stats: "/run/k.stats", JSON: "/run/k.json"},
		Receive: Receive{Buffer{1, true}, Buffer{2, true}, Buffer{3, true}, Buffer{4, true}, Buffer{5, true}},
		Processes: Processes{
			VRRP:    Process{"kd_vrrp", -5, true, 50, []int{0, 2}, 20 * time.Millisecond},
			Checker: Process{"kd_check", 19, true, 1, []int{1}, time.Microsecond},
			BFD:     Process{"kd_bfd", -20, true, 99, []int{1023}, 4294967295 * time.Microsecond},
			MaxAuto: 99, MinAutoDelay: 2 * time.Millisecond},
	}
	if diff := cmp.Diff(want, cfg.Global, placeless); diff != "" {
		t.Errorf("global_defs (-want +got)\n%s", diff)
	}
	if !cfg.Given("net_namespace_ipvs") {
		t.Error("net_namespace_ipvs without a name does not count as given")
	}
	if got := cfg.Global.Where("vrrp_version").String(); got != "k:79:5" {
		t.Errorf("vrrp_version was set at %s, want k:79:5", got)
	}
}

// TestGlobalHasAll holds the file of the test above to the table: it has each
// row, so that none goes unread and unprinted.
func TestGlobalHasAll(t *testing.T) {
	text := everyGlobal(t)
	rows := slices.Concat(globalRoot(), globalBlock().Keywords)
	if len(rows) != 8+140 {
		t.Errorf("%d rows, want 148", len(rows))
	}
	printed := dump(t, first(Read(strings.NewReader(text), "k")))
	for _, k := range rows {
		if k.Same != "" {
			continue
		}
		if !hasLine(text, k.Name) {
			t.Errorf("testdata/global.conf has no %s", k.Name)
		}
		if !hasLine(printed, k.Name) {
			t.Errorf("%s is not printed", k.Name)
		}
	}
}

func first(cfg *Config, _ error) *Config { return cfg }

func hasLine(text, word string) bool {
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) > 0 && f[0] == word {
			return true
		}
	}
	return false
}

func TestGlobalRoundTrip(t *testing.T) {
	for name, text := range map[string]string{"everything": everyGlobal(t), "nothing": "", "empty block": "global_defs {\n}\n",
		"bare words": "global_defs {\nvrrp_min_garp\nlvs_flush_on_stop\nlvs_timeouts tcp 0\nvrrp_iptables\nvrrp_ipsets\nreload_check_config\ninclude_check\n" +
			"dynamic_interfaces\nvrrp_rx_bufs_policy 5000\nvrrp_garp_extra_if 9\nsmtp_server 2001:db8::1\nlvs_sync_daemon eth0\n}\n"} {
		t.Run(name, func(t *testing.T) {
			one := first(Read(strings.NewReader(text), "k"))
			printed := dump(t, one)
			two := first(Read(strings.NewReader(printed), "k"))
			if diff := cmp.Diff(one, two, placeless); diff != "" {
				t.Errorf("(-before +after)\n%s\nprinted:\n%s", diff, printed)
			}
			if again := dump(t, two); comments.ReplaceAllString(again, "") != comments.ReplaceAllString(printed, "") {
				t.Errorf("printed again:\n%s", cmp.Diff(printed, again))
			}
		})
	}
}

// TestGlobalDefaults holds the defaults to what keepalived's dump says of them.
func TestGlobalDefaults(t *testing.T) {
	want := Global{Daemon: Daemon{ChildWait: 5 * time.Second}, ProcessName: "keepalived",
		Mail: Mail{Timeout: 30 * time.Second},
		VRRP: GlobalVRRP{Version: 2, DownTimerAdverts: 3, HigherPrioSendAdvert: true, Group4: netip.MustParseAddr("224.0.0.18"), Group6: netip.MustParseAddr("ff02::12"), Interface: "eth0",
			GARP: GARP{Repeat: 5, Delay: 5 * time.Second, RefreshTimes: 1, LowerRepeat: 5, LowerDelay: 5 * time.Second}, ReceiveMultiplier: 3, VMACPrefix: "vrrp", VMACAddressPrefix: "vrrp"},
		NFTables: NFTables{Priority: -1, IPVSPriority: -1, IPVSMark: 1000},
		SNMP:     SNMP{ServiceMaxAge: 5 * time.Second, ServersMaxAge: 5 * time.Second},
		DBus:     DBus{Service: "org.keepalived.Vrrp1"},
		Scripts:  Scripts{StartupTimeout: 10 * time.Second, ShutdownTimeout: 10 * time.Second},
		Files:    Files{Umask: 0o177, JSONVersion: 1, State: "/tmp/keepalived.data", Stats: "/tmp/keepalived.stats", JSON: "/tmp/keepalived.json"},
		Processes: Processes{VRRP: Process{RTTime: 10 * time.Millisecond}, Checker: Process{RTTime: 10 * time.Millisecond}, BFD: Process{RTTime: 10 * time.Millisecond},
			MinAutoDelay: time.Second},
	}
	for _, text := range []string{"", "# nothing\n", "global_defs {\n}\n", "child_wait_time 5\n"} {
		cfg := mustRead(t, text)
		if diff := cmp.Diff(want, cfg.Global, placeless); diff != "" {
			t.Errorf("%q (-want +got)\n%s", text, diff)
		}
	}
}

// TestGlobalDepends are defaults that other words change.
func TestGlobalDepends(t *testing.T) {
	rows := []struct {
		name, text string
		got        func(g *Global) any
		want       any
	}{
		{"min_garp", "vrrp_min_garp", func(g *Global) any { return g.VRRP.GARP }, GARP{Repeat: 1, RefreshTimes: 1, LowerRepeat: 1}},
		{"min_garp and a delay", "vrrp_garp_master_delay 3\nvrrp_min_garp", func(g *Global) any { return g.VRRP.GARP },
			GARP{Repeat: 1, Delay: 3 * time.Second, RefreshTimes: 1, LowerRepeat: 1, LowerDelay: 3 * time.Second}},
		{"lower follows master", "vrrp_garp_master_repeat 7\nvrrp_garp_master_delay 2", func(g *Global) any { return g.VRRP.GARP },
			GARP{Repeat: 7, Delay: 2 * time.Second, RefreshTimes: 1, LowerRepeat: 7, LowerDelay: 2 * time.Second}},
		{"names of processes", "process_names\nbfd_process_name b", func(g *Global) any {
			return []string{g.Processes.VRRP.Name, g.Processes.Checker.Name, g.Processes.BFD.Name}
		}, []string{"keepalived_vrrp", "keepalived_lvs", "b"}},
		{"vmac names", "vmac_prefix v", func(g *Global) any { return g.VRRP.VMACAddressPrefix }, "v"},
		{"both RFCs", "enable_snmp_rfc", func(g *Global) any { return []bool{g.SNMP.RFCv2, g.SNMP.RFCv3} }, []bool{true, true}},
		{"one RFC", "enable_snmp_rfcv3", func(g *Global) any { return []bool{g.SNMP.RFCv2, g.SNMP.RFCv3} }, []bool{false, true}},
		{"ages of counters", "snmp_vs_stats_update_interval 2", func(g *Global) any { return g.SNMP.ServersMaxAge }, 2 * time.Second},
		{"lines of recipients", "notification_email {\na@b\n}\nnotification_email {\nc@d e@f\n}", func(g *Global) any { return g.Mail.To }, []string{"a@b", "c@d", "e@f"}},
		{"two blocks", "vrrp_version 3\n}\nglobal_defs {\nvrrp_strict", func(g *Global) any { return []any{g.VRRP.Version, g.VRRP.Strict} }, []any{3, true}},
		{"sync daemon alone", "lvs_sync_daemon eth0", func(g *Global) any { return *g.LVS.Sync }, SyncDaemon{Interface: "eth0", ID: -1}},
		{"server without a port", "smtp_server 192.0.2.1", func(g *Global) any { return g.Mail.Port }, uint16(25)},
		{"no ipsets", "vrrp_ipsets", func(g *Global) any { return g.IPTables }, IPTables{SetsOff: true}},
		{"umask in hexadecimal", "umask 0x1ff", func(g *Global) any { return g.Files.Umask.String() }, "-rwxrwxrwx"},
		{"plus and leading zero", "vrrp_garp_master_delay +010", func(g *Global) any { return g.VRRP.GARP.Delay }, 10 * time.Second},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			cfg := mustRead(t, "global_defs {\n"+row.text+"\n}\n")
			if diff := cmp.Diff(row.want, row.got(&cfg.Global), placeless); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestAlerts(t *testing.T) {
	rows := []struct {
		text, keyword string
		on, given     bool
	}{
		{"", "smtp_alert_vrrp", false, false},
		{"smtp_alert", "smtp_alert_vrrp", true, true},
		{"smtp_alert\nsmtp_alert_vrrp off", "smtp_alert_vrrp", false, true},
		{"smtp_alert\nsmtp_alert_vrrp off", "smtp_alert_checker", true, true},
		{"smtp_alert_checker no", "smtp_alert_checker", false, true},
		{"smtp_alert_checker no", "smtp_alert_vrrp", false, false},
	}
	for _, row := range rows {
		cfg := mustRead(t, "global_defs {\nsmtp_server 192.0.2.1\nnotification_email {\na@b\n}\n"+row.text+"\n}\n")
		if on, given := cfg.Global.Alerts(row.keyword); on != row.on || given != row.given {
			t.Errorf("%q: Alerts(%s) = %v, %v, want %v, %v", row.text, row.keyword, on, given, row.on, row.given)
		}
	}
}
