package track

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/notify"
)

// open makes a directory that everybody can pass through.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "prune")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755))
	return dir
}

func TestPrune(t *testing.T) {
	dir := openDir(t)
	make := func(name string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte("#!/bin/sh\n"), 0o600))
		must(t, os.Chmod(path, mode))
		return path
	}
	fine, weak, plain := make("fine", 0o755), make("weak", 0o777), make("plain", 0o644)
	mine := make("mine", 0o700)
	must(t, os.Mkdir(filepath.Join(dir, "closed"), 0o700))
	hidden := make("closed/hidden", 0o755)
	for _, tt := range []struct {
		name, program, user string
		security            bool
		want                []string // nothing: it stays
	}{
		{"fine", fine, "", false, nil},
		{"in PATH", "true", "", false, nil},
		{"others can change it", weak, "root", false, nil},
		{"others can change it, security", weak, "root", true, []string{
			"Unsafe permissions found for script '" + weak + "' - disabling.", "Disabling track script x due to insecure"}},
		{"no matter for another user", weak, "nobody", true, nil},
		{"missing", dir + "/none", "", false, []string{
			"Script " + dir + "/none cannot be accessed - No such file or directory", "Disabling track script x since not found/accessible"}},
		{"not in PATH", "no-such-program", "", false, []string{
			"Script no-such-program cannot be accessed - exec: \"no-such-program\": executable file not found in $PATH", "Disabling track script x since not found/accessible"}},
		{"not executable", plain, "root", false, []string{
			"WARNING - script '" + plain + "' is not executable for uid:gid 0:0 - disabling.", "Disabling track script x since not executable"}},
		{"not executable for its user", mine, "nobody", false, []string{
			"WARNING - script '" + mine + "' is not executable for uid:gid 65534:65534 - disabling.", "Disabling track script x since not executable"}},
		{"out of reach for its user", hidden, "nobody", false, []string{
			"WARNING - script '" + hidden + "' is not executable for uid:gid 65534:65534 - disabling.", "Disabling track script x since not executable"}},
		{"directory", dir, "", false, []string{"Wrong file type found in script path '" + dir + "'.", "Disabling track script x due to insecure"}},
		{"no such user", fine, "no-such-user", false, []string{`Disabling track script x: unknown user "no-such-user"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRecord(t)
			cfg := configured(scriptOf("other", func(c *conf.Script) { c.Command.User = "nobody" }), scriptOf("x", func(c *conf.Script) {
				c.Command = conf.Command{Line: tt.program, Args: []string{tt.program}, User: tt.user}
			}))
			cfg.SyncGroups = []*conf.SyncGroup{{TrackScripts: []conf.Track{{Name: "x"}, {Name: "other"}}}}
			cfg.Global.Scripts.Security = tt.security
			cfg.Global.Scripts.User = "root"
			Prune(cfg, r)
			log := r.log()
			for n := range log { // which part of the path it is depends on the host
				log[n], _, _ = strings.Cut(log[n], " (unsafe")
			}
			expect(t, "log", log, tt.want)
			left := 2
			if tt.want != nil {
				left = 1
			}
			expect(t, "scripts, of the instance, of the group", []int{len(cfg.Scripts), len(cfg.Instances[0].TrackScripts), len(cfg.SyncGroups[0].TrackScripts)}, []int{left, left, left})
			expect(t, "the other one", cfg.Instances[0].TrackScripts[0].Name, "other")
		})
	}
}

func TestPermits(t *testing.T) {
	path := filepath.Join(openDir(t), "f")
	must(t, os.WriteFile(path, nil, 0o600))
	own := uint32(os.Getuid())
	group := uint32(os.Getgid())
	for _, tt := range []struct {
		mode os.FileMode
		who  notify.Account
		want bool
	}{
		{0o700, notify.Account{UID: 0}, true}, {0o070, notify.Account{UID: 0}, true}, {0o644, notify.Account{UID: 0}, false},
		{0o001, notify.Account{UID: 12345, GID: 12345}, true}, {0o010, notify.Account{UID: 12345, GID: 12345}, false},
		{0o010, notify.Account{UID: 12345, GID: group}, true}, {0o010, notify.Account{UID: 12345, GID: 1, Groups: []uint32{1, group}}, true},
		{0o700, notify.Account{UID: 12345, GID: group}, false}, {0o077, notify.Account{UID: own, GID: group}, own == 0},
	} {
		must(t, os.Chmod(path, tt.mode))
		info, err := os.Stat(path)
		must(t, err)
		if got := permits(path, info, tt.who); got != tt.want {
			t.Errorf("%v for %+v: %v", tt.mode, tt.who, got)
		}
	}
}
