package conf

import (
	"encoding/json"
	"errors"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func TestCourseLabs(t *testing.T) {
	for _, name := range []string{"web-hot-standby", "master-backup", "experiment-4"} {
		t.Run(name, func(t *testing.T) {
			cfg, err := Load("testdata/" + name + ".conf")
			if err != nil {
				t.Fatal(err)
			}
			if len(cfg.Diagnostics) > 0 {
				t.Errorf("diagnostics of a sound file:\n%v", cfg.Diagnostics)
			}
			text, err := json.MarshalIndent(cfg, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name, string(text)+"\n")
		})
	}
}

func TestMistakes(t *testing.T) {
	cfg, err := Load("testdata/mistakes.conf")
	var diags Diagnostics
	if !errors.As(err, &diags) {
		t.Fatalf("error is %T, want Diagnostics", err)
	}
	if cfg == nil || diags.Worst() != Fatal {
		t.Fatalf("config %v, worst %v; want a config and Fatal", cfg, diags.Worst())
	}
	golden(t, "mistakes", cfg.Diagnostics.Error()+"\n")
}

// sound wraps lines in an instance that is sound without them.
func sound(lines string) string {
	return "vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n10.0.0.1\n}\n" + lines + "\n}\n"
}

func TestInstance(t *testing.T) {
	rows := []struct {
		name, text string
		worst      Severity
		check      func(i *Instance) (got, want any)
	}{
		{"defaults", sound(""), Warning, func(i *Instance) (any, any) {
			return []any{i.State, i.Priority, i.Version, i.AdvertInt, i.Preempt, i.DownTimerAdverts, i.MulticastGroup.String(), i.GARP},
				[]any{Backup, 100, 2, time.Second, true, 3, "224.0.0.18", GARP{5, 5 * time.Second, 0, 1, 5, 5 * time.Second}}
		}},
		{"global after instance", sound("") + "global_defs {\nvrrp_garp_master_repeat 2\nvrrp_mcast_group4 224.0.0.9\n}", Warning,
			func(i *Instance) (any, any) {
				return []any{i.GARP.Repeat, i.GARP.LowerRepeat, i.MulticastGroup.String()}, []any{2, 2, "224.0.0.9"}
			}},
		{"instance over global", "global_defs {\nvrrp_garp_master_repeat 2\n}" + sound("garp_master_repeat 7"), Warning,
			func(i *Instance) (any, any) { return i.GARP.Repeat, 7 }},
		{"master without priority is owner", sound("state MASTER"), Warning, func(i *Instance) (any, any) { return i.Priority, 255 }},
		{"owner without state is master", sound("priority 255"), Warning, func(i *Instance) (any, any) { return i.State, Master }},
		{"owner that says backup", sound("priority 255\nstate BACKUP"), Warning, func(i *Instance) (any, any) { return i.State, Backup }},
		{"nopreempt of a master", sound("state MASTER\npriority 9\nnopreempt"), Error, func(i *Instance) (any, any) { return i.Preempt, true }},
		{"interval rounded", sound("advert_int 1.6"), Error, func(i *Instance) (any, any) { return i.AdvertInt, 2 * time.Second }},
		{"interval never zero", sound("advert_int 0.3"), Error, func(i *Instance) (any, any) { return i.AdvertInt, time.Second }},
		{"interval of version 3", sound("version 3\nadvert_int 0.25"), Warning, func(i *Instance) (any, any) { return i.AdvertInt, 250 * time.Millisecond }},
		{"priority out of range", sound("priority 256"), Error, func(i *Instance) (any, any) { return i.Priority, 100 }},
		{"priority zero", sound("priority 0"), Error, func(i *Instance) (any, any) { return i.Priority, 100 }},
		{"password cut", sound("authentication {\nauth_type PASS\nauth_pass 123456789\n}"), Error, func(i *Instance) (any, any) { return i.AuthPass, "12345678" }},
		{"hash ends a word", sound("authentication {\nauth_type PASS\nauth_pass ab#cd\n}"), Warning, func(i *Instance) (any, any) { return i.AuthPass, "ab" }},
		{"quotes protect", sound("authentication {\nauth_type PASS\nauth_pass \"a#b c}\"\n}"), Warning, func(i *Instance) (any, any) { return i.AuthPass, "a#b c}" }},
		{"no password", sound("authentication {\nauth_type PASS\n}"), Error, func(i *Instance) (any, any) { return i.AuthType, 0 }},
		{"shell command", sound(`notify "</dev/tcp/127.0.0.1/80"`), Warning, func(i *Instance) (any, any) {
			return i.Notify, []string{"/bin/sh", "-c", "</dev/tcp/127.0.0.1/80"}
		}},
		{"missing brace", strings.TrimSuffix(sound(""), "}\n"), Error, func(i *Instance) (any, any) { return i.VRID, 1 }},
		{"no vrid", "vrrp_instance V {\ninterface eth0\n}", Fatal, func(i *Instance) (any, any) { return i.VRID, 0 }},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			cfg, _ := Read(strings.NewReader(row.text), "test")
			if got := cfg.Diagnostics.Worst(); got != row.worst {
				t.Errorf("worst is %v, want %v:\n%v", got, row.worst, cfg.Diagnostics)
			}
			got, want := row.check(cfg.Instances[0])
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestServerDefaults(t *testing.T) {
	text := "virtual_server 10.0.0.1 80 {\nreal_server 10.0.0.2 8080 {\nTCP_CHECK {\n}\n}\nreal_server 10.0.0.3 {\nweight 0\nSSL_GET {\nurl {\npath /\n}\n}\n}\npersistence_timeout\n}\n" +
		"virtual_server fwmark 7 {\nlb_algo rr\nlb_kind DR\nwarmup 0\ndelay_loop 6\nquorum 3\nhysteresis 3\nreal_server 10.0.0.2 8080 {\nMISC_CHECK {\nmisc_path /x\n}\n}\n}\n"
	cfg, err := Read(strings.NewReader(text), "k")
	want := "k:1: virtual_server has no protocol: UDP is assumed\nk:1: virtual_server has no lb_algo: wlc is assumed\n" +
		"k:1: virtual_server has no lb_kind: NAT is assumed\nk:22: hysteresis 3 is not below quorum 3"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	addr := netip.MustParseAddrPort
	first := &VirtualServer{Pos: Pos{"k", 1, 1}, Address: addr("10.0.0.1:80"), Protocol: "UDP", DelayLoop: time.Minute, Scheduler: "wlc", Forward: "NAT",
		Persistence: 6 * time.Minute, Warmup: time.Minute, Quorum: 1, RealServers: []*RealServer{
			{Pos: Pos{"k", 2, 1}, Address: addr("10.0.0.2:8080"), Weight: 1, Forward: "NAT", Checker: &Checker{Kind: "TCP_CHECK",
				ConnectTimeout: 5 * time.Second, Retry: 1, RetryDelay: time.Second, DelayLoop: time.Minute, Warmup: time.Minute, ConnectPort: 8080}},
			{Pos: Pos{"k", 6, 1}, Address: addr("10.0.0.3:0"), Weight: 0, Forward: "NAT", Checker: &Checker{Kind: "SSL_GET",
				ConnectTimeout: 5 * time.Second, Retry: 1, RetryDelay: 3 * time.Second, DelayLoop: time.Minute, Warmup: time.Minute, URLs: []URL{{Path: "/"}}}},
		}}
	second := &VirtualServer{Pos: Pos{"k", 16, 1}, FWMark: 7, DelayLoop: 6 * time.Second, Scheduler: "rr", Forward: "DR", Quorum: 3, Hysteresis: 2, RealServers: []*RealServer{
		{Pos: Pos{"k", 23, 1}, Address: addr("10.0.0.2:8080"), Weight: 1, Forward: "DR", Checker: &Checker{Kind: "MISC_CHECK",
			ConnectTimeout: 5 * time.Second, Retry: 0, RetryDelay: time.Second, DelayLoop: 6 * time.Second, ConnectPort: 8080}}}}
	ports := cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })
	if diff := cmp.Diff([]*VirtualServer{first, second}, cfg.VirtualServers, ports); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestSuggestion(t *testing.T) {
	_, err := Read(strings.NewReader(sound("advert_itn 1")), "keepalived.conf")
	want := `keepalived.conf:7: unknown keyword "advert_itn" in vrrp_instance, did you mean "advert_int"?`
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

func TestInclude(t *testing.T) {
	host := fstest.MapFS{
		"etc/keepalived/keepalived.conf": {Data: []byte("include conf.d/*.conf\nglobal_defs {\ninclude /etc/id\n}\n")},
		"etc/keepalived/conf.d/b.conf":   {Data: []byte("vrrp_instance B {\ninterface eth0\nvirtual_router_id 2\npriorty 3\n}\n")},
		"etc/keepalived/conf.d/a.conf":   {Data: []byte("vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\n}\n")},
		"etc/id":                         {Data: []byte("router_id me\n")},
		"loop.conf":                      {Data: []byte("include loop.conf\n")},
	}
	cfg, err := Parse(host, "etc/keepalived/keepalived.conf")
	if err == nil || !strings.HasPrefix(err.Error(), `/etc/keepalived/conf.d/b.conf:4: unknown keyword "priorty"`) {
		t.Errorf("error %v", err)
	}
	if cfg.Global.RouterID != "me" || len(cfg.Instances) != 2 || cfg.Instances[0].Name != "A" {
		t.Errorf("read %+v", cfg)
	}
	if _, err := Parse(host, "loop.conf"); err == nil {
		t.Error("a file that includes itself is accepted")
	}
}

func TestMissingFile(t *testing.T) {
	if cfg, err := Load("testdata/none.conf"); cfg != nil || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, %v", cfg, err)
	}
}

// TestTable holds the table to its own rules: every block key that a row
// names exists, and no keyword stands twice in a block.
func TestTable(t *testing.T) {
	table := language()
	for key, spec := range table {
		seen := map[string]bool{}
		for _, r := range spec.rows {
			if seen[r.word] {
				t.Errorf("%q stands twice %s", r.word, blockName(key))
			}
			seen[r.word] = true
			if _, ok := table[r.block]; r.block != "" && r.block != unread && !ok {
				t.Errorf("%q %s: no block %q", r.word, blockName(key), r.block)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.conf")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(src))
	}
	f.Fuzz(func(t *testing.T, src string) {
		cfg, err := Read(strings.NewReader(src), "fuzz")
		if cfg == nil {
			t.Fatalf("no config: %v", err)
		}
		lines := strings.Count(src, "\n") + 1
		for _, d := range cfg.Diagnostics {
			if d.Pos.Line < 1 || d.Pos.Line > lines {
				t.Errorf("%v: the file has %d lines", d, lines)
			}
		}
		for _, i := range cfg.Instances {
			if i.Priority < 1 || i.Priority > 255 || i.VRID < 0 || i.VRID > 255 || i.AdvertInt <= 0 || len(i.AuthPass) > maxPass {
				t.Errorf("out of range: %+v", i)
			}
		}
	})
}
