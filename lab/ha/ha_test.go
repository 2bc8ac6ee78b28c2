package ha

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/lab/topology"
)

// program writes a script that stands for a daemon.
func program(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "daemon")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFind(t *testing.T) {
	for _, tc := range []struct{ name, daemon, env, script, want string }{
		{"keepalived", "keepalived", "VIPLAB_KEEPALIVED", "echo 'Keepalived v2.2.7 (01/16,2022)' >&2", "keepalived 2.2.7"},
		{"vipd", "vipd", "VIPLAB_VIPD", "echo 'vipd v0.1.0, go1.26' >&2", "vipd 0.1.0"},
		{"no version", "vipd", "VIPLAB_VIPD", "echo hello", "vipd"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := program(t, tc.script)
			t.Setenv(tc.env, path)
			d, err := Find(t.Context(), tc.daemon)
			if err != nil {
				t.Fatal(err)
			}
			if d.String() != tc.want || d.Path != path {
				t.Errorf("got %q at %s", d, d.Path)
			}
		})
	}
}

func TestFindSaysWhatWouldMendIt(t *testing.T) {
	t.Setenv("VIPLAB_KEEPALIVED", filepath.Join(t.TempDir(), "none"))
	if _, err := Find(t.Context(), "keepalived"); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "apt-get install keepalived") {
		t.Errorf("missing: got %v", err)
	}
	if _, err := Find(t.Context(), "keepalvied"); !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), `did you mean "keepalived"`) {
		t.Errorf("unknown: got %v", err)
	}
	t.Setenv("VIPLAB_KEEPALIVED", program(t, "exit 1"))
	if _, err := Find(t.Context(), "keepalived"); err == nil || errors.Is(err, ErrMissing) {
		t.Errorf("broken: got %v", err)
	}
}

func TestCommand(t *testing.T) {
	d := Daemon{Name: "vipd"}
	for _, tc := range []struct {
		name string
		spec topology.HA
		want string
	}{
		{"default", topology.HA{Config: "/etc/k.conf"}, "/usr/sbin/vipd --dont-fork --use-file /etc/k.conf --log-detail"},
		{"arguments", topology.HA{Config: "/etc/k.conf", Args: []string{"-S", "3"}}, "/usr/sbin/vipd --dont-fork --use-file /etc/k.conf -S 3"},
	} {
		if got := strings.Join(d.Command(tc.spec), " "); got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.name, got, tc.want)
		}
	}
}

func TestLacks(t *testing.T) {
	if diff := cmp.Diff([]string{"snmp"}, Daemon{Name: "vipd"}.Lacks([]string{"vrrp", "lvs", "snmp"})); diff != "" {
		t.Errorf("vipd (-want +got):\n%s", diff)
	}
	for _, name := range Names() {
		if got := (Daemon{Name: name}).Lacks([]string{"vrrp", "lvs", "notify"}); got != nil {
			t.Errorf("%s lacks %v", name, got)
		}
	}
}
