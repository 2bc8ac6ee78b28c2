package daemon

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/process"
)

func TestPaths(t *testing.T) {
	rows := []struct {
		name string
		o    Options
		d    conf.Daemon
		want paths
	}{
		{"default", Options{}, conf.Daemon{}, paths{"/run/keepalived.pid", "/run/vrrp.pid", "/run/checkers.pid", "/run/checkers.ipvs", "/run/vipd.sock"}},
		{"given", Options{PIDFile: "/a/b.pid", VRRPPIDFile: "c.pid", Control: noControl}, conf.Daemon{}, paths{"/a/b.pid", "c.pid", "/run/checkers.pid", "/run/checkers.ipvs", ""}},
		{"use_pid_dir", Options{}, conf.Daemon{PIDDir: true},
			paths{"/run/keepalived/keepalived.pid", "/run/keepalived/vrrp.pid", "/run/keepalived/checkers.pid", "/run/keepalived/checkers.ipvs", "/run/keepalived/vipd.sock"}},
		{"instance", Options{Control: "/c.sock"}, conf.Daemon{Instance: "foo"},
			paths{"/run/keepalived/keepalived_foo.pid", "/run/keepalived/vrrp_foo.pid", "/run/keepalived/checkers_foo.pid", "/run/keepalived/checkers_foo.ipvs", "/c.sock"}},
		{"namespace and instance", Options{}, conf.Daemon{Namespace: "/run/netns/blue", Instance: "foo"},
			paths{"/run/keepalived/blue/keepalived_foo.pid", "/run/keepalived/blue/vrrp_foo.pid", "/run/keepalived/blue/checkers_foo.pid", "/run/keepalived/blue/checkers_foo.ipvs", "/run/keepalived/blue/vipd_foo.sock"}},
	}
	for _, row := range rows {
		if diff := cmp.Diff(row.want, pathsOf(&row.o, &row.d), cmp.AllowUnexported(paths{})); diff != "" {
			t.Errorf("%s (-want +got)\n%s", row.name, diff)
		}
	}
	d := &conf.Daemon{Namespace: "blue", Instance: "foo"}
	for _, pair := range [][2]string{
		{ident("", &conf.Daemon{}), "Keepalived"},
		{ident("vrrp", d), "Keepalived_vrrp_blue_foo"},
		{logFile("", "vrrp", d), ""},
		{logFile("/v.d/k.log", "vrrp", d), "/v.d/k_vrrp_blue_foo.log"},
		{logFile("/v.d/k", "vrrp", &conf.Daemon{}), "/v.d/k_vrrp"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%q, want %q", pair[0], pair[1])
		}
	}
}

func TestPIDFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "k.pid")
	if err := os.WriteFile(name, []byte("99999999\n"), 0o644); err != nil { // a killed daemon's
		t.Fatal(err)
	}
	p, err := takePIDFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want := func(text string) {
		t.Helper()
		if got, err := os.ReadFile(name); err != nil || string(got) != text {
			t.Errorf("%q, %v; want %q", got, err, text)
		}
	}
	want("")
	if err := errors.Join(p.write(12345), p.write(7)); err != nil {
		t.Error(err)
	}
	want("7\n")
	if _, err := takePIDFile(name); !errors.Is(err, ErrRunning) {
		t.Error(err)
	}
	want("7\n")
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	second, err := takePIDFile(name) // somebody made room for it
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(second.write(8), p.release()); err != nil {
		t.Error(err)
	}
	want("8\n") // the first leaves what is not its own
	if err := second.release(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(name); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestSignum(t *testing.T) {
	for word, want := range map[string]string{"STOP": "15", "RELOAD": "1", "DATA": "10", "STATS": "12", "STATS_CLEAR": "63", "JSON": "36"} {
		var out, stderr bytes.Buffer
		if status := Main([]string{"vipd", "--signum=" + word}, &out, &stderr); status != 0 || out.String() != want+"\n" {
			t.Errorf("%s: status %d, %q%q", word, status, out.String(), stderr.String())
		}
	}
	var out, stderr bytes.Buffer
	if status := Main([]string{"vipd", "--signum=TDUMP"}, &out, &stderr); status != 1 || out.Len() > 0 || !strings.Contains(stderr.String(), "STATS_CLEAR, STOP") {
		t.Errorf("status %d, %q%q", status, out.String(), stderr.String())
	}
}

func TestReloadTime(t *testing.T) {
	zone := time.FixedZone("here", 2*3600)
	now := time.Date(2026, 3, 28, 12, 0, 0, 0, zone)
	for text, want := range map[string]string{
		"12:00:01":             "2026-03-28T12:00:01+02:00",
		"12:00:00":             "2026-03-29T12:00:00+02:00",
		"10:00:01Z":            "2026-03-28T10:00:01Z",
		"09:59:59Z":            "2026-03-29T09:59:59Z",
		"26-03-29 00:00:00":    "2026-03-29T00:00:00+02:00",
		"2026-03-29 00:00:00Z": "2026-03-29T00:00:00Z",
		"2025-01-01 00:00:00":  "2025-01-01T00:00:00+02:00",
	} {
		if got, err := reloadTime(text, now); err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%q: %v, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "1:00:00", "12:00", "12:00:00 ", " 12:00:00", "25:00:00", "2026-3-29 00:00:00", "2026-03-29  00:00:00", "12:00:00z", "12:00:00.5"} {
		if got, err := reloadTime(text, now); !errors.Is(err, errReloadTime) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func TestTimeFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "when")
	var said []string
	reloads := 0
	f := &timeFile{conf: conf.Reload{TimeFile: name}, say: func(form string, args ...any) { said = append(said, fmt.Sprintf(form, args...)) }, reload: func() { reloads++ }}
	now := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	step := func(text string, after time.Duration, wantReloads int, phrase string) {
		t.Helper()
		if text != "-" {
			if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		said = nil
		now = now.Add(after)
		f.look(now)
		if reloads != wantReloads || !strings.Contains(strings.Join(said, "\n"), phrase) || phrase == "" && said != nil {
			t.Errorf("%q at %v: %d reloads, said %q; want %d, %q", text, now, reloads, said, wantReloads, phrase)
		}
	}
	step("-", time.Second, 0, "")
	step("12:00:05\nmore", time.Second, 0, "Scheduling reload for 2026-03-28 12:00:05")
	step("-", time.Second, 0, "")
	step("-", 2*time.Second, 1, "")
	if _, err := os.Stat(name); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file stays: %v", err)
	}
	step("-", 48*time.Hour, 1, "")
	step("nonsense", 0, 1, "is not HH:MM:SS")
	step("2026-03-28 12:00:00", 0, 1, "is past")
	step("12:00:09", 0, 1, "Scheduling")
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	step("-", time.Second, 1, "is off")
	f.conf.Repeat = true
	step("12:00:10", 0, 1, "Scheduling")
	step("-", 10*time.Second, 2, "")
	step("-", 24*time.Hour-7*time.Second, 2, "")
	step("-", time.Second, 3, "")
}

func TestLacking(t *testing.T) {
	err := error(&lackError{[]process.Capability{process.NetAdmin, process.NetRaw}})
	if exitStatus(err) != exitPermission || !strings.Contains(err.Error(), "CAP_NET_ADMIN and CAP_NET_RAW") || !strings.Contains(err.Error(), "setcap") {
		t.Error(err)
	}
	if err := lacking(&conf.Config{}, &Options{}); err != nil {
		t.Errorf("without instances: %v", err)
	}
}

func TestSave(t *testing.T) {
	cfg, err := conf.Read(strings.NewReader(config()), "k.conf")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Global.Files.SaveDir = filepath.Join(t.TempDir(), "saved")
	at := time.Now()
	for range maxSaved + 2 {
		at = at.Add(time.Millisecond)
		if err := save(cfg, at); err != nil {
			t.Fatal(err)
		}
	}
	list, err := filepath.Glob(cfg.Global.Files.SaveDir + "/*")
	if err != nil || len(list) != maxSaved || !slices.ContainsFunc(list, func(name string) bool { return strings.HasSuffix(name, at.UTC().Format("20060102T150405.000000")) }) {
		t.Errorf("%d files, %v: %v", len(list), err, list)
	}
}
