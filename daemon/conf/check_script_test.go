package conf

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// fakePrograms is a host whose files and accounts are in maps.
type fakePrograms struct {
	files  map[string]File
	path   []string
	users  map[string]ID
	groups map[string]uint32
	self   ID
}

func (p *fakePrograms) Lstat(name string) (File, error) {
	if f, ok := p.files[name]; ok {
		return f, nil
	}
	return File{}, syscall.ENOENT
}
func (p *fakePrograms) Path() []string                    { return p.path }
func (p *fakePrograms) Dir() string                       { return "/etc/keepalived" }
func (p *fakePrograms) User(name string) (ID, bool)       { id, ok := p.users[name]; return id, ok }
func (p *fakePrograms) Group(name string) (uint32, bool)  { gid, ok := p.groups[name]; return gid, ok }
func (p *fakePrograms) Self() ID                          { return p.self }
func (p *fakePrograms) add(name string, f File)           { p.files[name] = f }
func (p *fakePrograms) dir(name string, mode fs.FileMode) { p.add(name, File{Mode: fs.ModeDir | mode}) }

// testHost has the files whose checks were watched with keepalived 2.2.7.
func testHost() *fakePrograms {
	p := &fakePrograms{files: map[string]File{}, path: []string{"/opt/bin", "/usr/bin"},
		users: map[string]ID{"root": {}, "nobody": {65534, 65534}}, groups: map[string]uint32{"root": 0, "nogroup": 65534}}
	for name, mode := range map[string]fs.FileMode{"/": 0o755, "/usr": 0o755, "/usr/bin": 0o755, "/opt": 0o755, "/opt/bin": 0o755, "/etc": 0o755, "/etc/keepalived": 0o755,
		"/s": 0o755, "/s/priv": 0o700, "/s/open": 0o777, "/tmp": fs.ModeSticky | 0o777} {
		p.dir(name, mode)
	}
	nobody := ID{65534, 0}
	for name, f := range map[string]File{
		"/usr/bin/true": {Mode: 0o755}, "/opt/bin/true": {Mode: 0o644}, "/etc/keepalived/rel.sh": {Mode: 0o755},
		"/bin":        {Mode: fs.ModeSymlink | 0o777, Target: "usr/bin"},
		"/s/ok":       {Mode: 0o755},
		"/s/gw":       {Mode: 0o775},
		"/s/ow":       {Mode: 0o757},
		"/s/gw-other": {Mode: 0o775, Owner: ID{0, 65534}},
		"/s/nobody":   {Mode: 0o755, Owner: nobody},
		"/s/noexec":   {Mode: 0o644},
		"/s/x700":     {Mode: 0o700},
		"/s/priv/ok":  {Mode: 0o755}, "/s/open/ok": {Mode: 0o755}, "/tmp/ok": {Mode: 0o755},
		"/s/open/link": {Mode: fs.ModeSymlink | 0o777, Target: "/s/ok"},
		"/s/weaklink":  {Mode: fs.ModeSymlink | 0o777, Target: "open/./../open/ok"},
		"/s/loop":      {Mode: fs.ModeSymlink | 0o777, Target: "loop"},
		"/s/dangling":  {Mode: fs.ModeSymlink | 0o777, Target: "/none"},
	} {
		p.add(name, f)
	}
	return p
}

// TestScriptsWithoutUser leaves out the scripts that nobody can run, with those
// who track them.
func TestScriptsWithoutUser(t *testing.T) {
	const text = `global_defs {
enable_script_security
}
vrrp_script none {
script /s/ok
}
vrrp_script own {
script /s/ok
user root
}
vrrp_script wrong {
script "</dev/null"
user rot
}
vrrp_instance V {
interface eth0
virtual_router_id 1
virtual_ipaddress {
10.0.0.1
}
track_script {
none
own
wrong
}
notify_master /s/ok
}
`
	cfg, _ := Loader{Host: &Host{Interfaces: []string{"eth0"}, Programs: testHost()}}.Read(strings.NewReader(text), "k")
	want := `k:5:8: error: script: there is no user for it: with enable_script_security that takes script_user or a user keepalived_script; add script_user to global_defs [unknown-user]
k:13:1: error: script: there is no user "rot" on this host; the command is not run [unknown-user]
k:22:1: error: track_script: vrrp_script none has no user to run it; it is passed over [unknown-user]
k:24:1: error: track_script: vrrp_script wrong has no user to run it; it is passed over [unknown-user]
k:26:15: error: notify_master: there is no user for it: with enable_script_security that takes script_user or a user keepalived_script; add script_user to global_defs [unknown-user]`
	if diff := cmp.Diff(want, cfg.Diagnostics.Error()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(cfg.Scripts) != 1 || cfg.Scripts[0].Name != "own" {
		t.Errorf("scripts are %v, want own alone", cfg.Scripts)
	}
	if got := cfg.Instances[0].TrackScripts; len(got) != 1 || got[0].Name != "own" {
		t.Errorf("V tracks %v, want own alone", got)
	}
}

// scriptDiags reads a vrrp_script with the words of its script keyword and those
// of global_defs, against the host.
func scriptDiags(t *testing.T, p Programs, global, script string) string {
	t.Helper()
	text := "global_defs {\n" + global + "\n}\nvrrp_script s {\nscript " + script + "\n}\n"
	cfg, _ := Loader{Host: &Host{Interfaces: []string{"eth0"}, Programs: p}}.Read(strings.NewReader(text), "k")
	var list diag.List
	for _, d := range cfg.Diagnostics {
		if d.Code != diag.UnusedName {
			list = append(list, d)
		}
	}
	return list.Error()
}

const (
	asRoot   = "enable_script_security\nscript_user root"
	asNobody = "enable_script_security\nscript_user nobody"
	noneAs   = "script_user root"
)

func TestScriptChecks(t *testing.T) {
	off := `k:5:8: insecure: script: commands are run without enable_script_security; add enable_script_security to global_defs [script-security-off]`
	rows := []struct{ name, global, script, want string }{
		{"sound", asRoot, "/s/ok", ""},
		{"found in PATH past one that cannot run", asRoot, `"true x"`, ""},
		{"through a link of a directory", asRoot, "/bin/true", ""},
		{"security off", noneAs, "/s/ok", off},
		{"security off, other user", "script_user nobody", "/s/ok", off},
		{"security off and no user", "", "/s/ok", off},
		{"relative to the directory", asRoot, "./rel.sh", ""},
		{"missing", asRoot, "/s/none", "k:6:8: error: script: /s/none: no such file or directory; it is not run [script-unusable]"},
		{"missing, security off", noneAs, "/s/none", "k:5:8: error: script: /s/none: no such file or directory; it is not run [script-unusable]"},
		{"not in PATH", asRoot, "nothing", "k:6:8: error: script: nothing is in no directory of PATH; it is not run [script-unusable]"},
		{"not in PATH with a directory", asRoot, "s/ok", "k:6:8: error: script: /etc/keepalived/s: no such file or directory; it is not run [script-unusable]"},
		{"file for a directory", asRoot, "/s/ok/x", "k:6:8: error: script: /s/ok: not a directory; it is not run [script-unusable]"},
		{"slash behind a file", asRoot, "/s/ok/", "k:6:8: error: script: /s/ok: not a directory; it is not run [script-unusable]"},
		{"dangling link", asRoot, "/s/dangling", "k:6:8: error: script: /none: no such file or directory; it is not run [script-unusable]"},
		{"loop of links", asRoot, "/s/loop", "k:6:8: error: script: /s/loop: too many symbolic links; it is not run [script-unusable]"},
		{"directory", asRoot, "/s/open", "k:6:8: error: script: /s/open is no file that can be run [script-unusable]"},
		{"directory, other user", asNobody, "/s/open", "k:6:8: warning: script: /s/open is no file that can be run: it will always fail [script-unusable]"},
		{"others may write it", asRoot, "/s/ow", "k:6:8: error: script: others than root can change /s/ow; it is not run [script-insecure]"},
		{"root's group may write it", asRoot, "/s/gw", ""},
		{"a group may write it", asRoot, "/s/gw-other", "k:6:8: error: script: others than root can change /s/gw-other; it is not run [script-insecure]"},
		{"another owner", asRoot, "/s/nobody", "k:6:8: error: script: others than root can change /s/nobody; it is not run [script-insecure]"},
		{"open directory", asRoot, "/s/open/ok", "k:6:8: error: script: others than root can change /s/open; it is not run [script-insecure]"},
		{"link into an open directory", asRoot, "/s/weaklink", "k:6:8: error: script: others than root can change /s/open; it is not run [script-insecure]"},
		{"link in an open directory", asRoot, "/s/open/link", ""},
		{"sticky directory", asRoot, "/tmp/ok", ""},
		{"weak, security off", noneAs, `"/s/ow a"`,
			"k:5:8: insecure: script: others than root can change /s/ow, which root runs [script-insecure]\n" + off},
		{"weak, other user", asNobody, "/s/ow", ""},
		{"weak, other user of root's group", "enable_script_security\nscript_user nobody root", "/s/ow",
			"k:6:8: error: script: others than root can change /s/ow; it is not run [script-insecure]"},
		{"not executable", asRoot, "/s/noexec", "k:6:8: warning: script: /s/noexec is not executable for its user: it will always fail [script-unusable]"},
		{"not executable for the user", asNobody, "/s/x700", "k:6:8: warning: script: /s/x700 is not executable for its user: it will always fail [script-unusable]"},
		{"directory closed to the user", asNobody, "/s/priv/ok", "k:6:8: error: script: /s/priv: permission denied; it is not run [script-unusable]"},
		{"directory closed to others than root", asRoot, "/s/priv/ok", ""},
		{"for a shell", asRoot, `"</dev/tcp/192.0.2.1/80"`, ""},
		{"for a shell, security off", noneAs, `"</dev/tcp/192.0.2.1/80"`, ""},
		{"unknown script_user", "enable_script_security\nscript_user nobdy", "/s/none",
			`k:3:1: error: script_user: there is no user "nobdy" on this host; commands that name no user are not run [unknown-user]
k:6:8: error: script: there is no user for it; the command is not run [unknown-user]`},
		{"user by number", "script_user 0", "/s/ok",
			`k:2:1: error: script_user: there is no user "0" on this host; commands that name no user are not run [unknown-user]
k:5:8: error: script: there is no user for it; the command is not run [unknown-user]`},
		{"unknown script group", "script_user root wheel", "/s/ok",
			`k:2:1: error: script_user: there is no group "wheel" on this host; commands that name no user are not run [unknown-user]
k:5:8: error: script: there is no user for it; the command is not run [unknown-user]`},
		{"no user with security", "enable_script_security", "/s/ok",
			"k:5:8: error: script: there is no user for it: with enable_script_security that takes script_user or a user keepalived_script; add script_user to global_defs [unknown-user]"},
		{"user of its own", "enable_script_security", "/s/ok\nuser root", ""},
		{"unknown user of its own", "enable_script_security", "/s/ok\nuser rot",
			`k:6:1: error: script: there is no user "rot" on this host; the command is not run [unknown-user]`},
		{"unknown group of its own", asRoot, "/s/ok\nuser root wheel",
			`k:7:1: error: script: there is no group "wheel" on this host; the command is not run [unknown-user]`},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if diff := cmp.Diff(row.want, scriptDiags(t, testHost(), row.global, row.script)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestDefaultUser is keepalived_script, if it exists, for commands that name
// nobody.
func TestDefaultUser(t *testing.T) {
	p := testHost()
	p.users[defaultUser] = ID{999, 999}
	if got := scriptDiags(t, p, "enable_script_security", "/s/ow"); got != "" {
		t.Errorf("run by %s: %s", defaultUser, got)
	}
	if got := scriptDiags(t, p, asRoot, "/s/ow"); !strings.Contains(got, "script-insecure") {
		t.Errorf("script_user does not count before %s: %q", defaultUser, got)
	}
}

// TestCommandSeverity is keepalived's: what is run on an event only is not looked
// at by -t.
func TestCommandSeverity(t *testing.T) {
	text := "global_defs {\nscript_user root\nenable_script_security\nstartup_script /s/none\nshutdown_script /s/ok nemo\n" +
		"lvs_notify_fifo /run/c\nlvs_notify_fifo_script ''\n" +
		"notify_fifo /run/a nemo\nnotify_fifo_script /s/ow\nvrrp_notify_fifo /run/b\nvrrp_notify_fifo_script /s/ok root nogrp\nvrrp_cpu_affinity 0 5\n}\n"
	cfg, _ := Loader{Host: &Host{CPUs: 4, Programs: testHost()}}.Read(strings.NewReader(text), "k")
	want := `k:4:16: warning: startup_script: /s/none: no such file or directory; it is not run [script-unusable]
k:5:23: error: shutdown_script: there is no user "nemo" on this host; the command is not run [unknown-user]
k:7:24: warning: lvs_notify_fifo_script: the command is empty [bad-command]
k:8:1: warning: notify_fifo: there is no user "nemo" on this host; the pipe belongs to the daemon's user [unknown-user]
k:9:20: warning: notify_fifo_script: others than root can change /s/ow; it is not run [script-insecure]
k:11:31: warning: vrrp_notify_fifo_script: there is no group "nogrp" on this host; the command is not run [unknown-user]
k:12:1: error: vrrp_cpu_affinity: there is no CPU 5 on this host, only 0 to 3; it is passed over [out-of-range]`
	if diff := cmp.Diff(want, cfg.Diagnostics.Error()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]int{0}, cfg.Global.Processes.VRRP.CPUs); diff != "" {
		t.Errorf("CPUs that are left (-want +got)\n%s", diff)
	}
	if cfg := first(Read(strings.NewReader(text), "k")); len(cfg.Diagnostics) != 1 {
		t.Errorf("checked without a host:\n%v", cfg.Diagnostics)
	}
}

// TestSecurityOffOnce names the first command only.
func TestSecurityOffOnce(t *testing.T) {
	text := "global_defs {\nscript_user root\nstartup_script /s/ok\nshutdown_script /s/ok\n}\n"
	cfg, err := Loader{Host: &Host{Programs: testHost()}}.Read(strings.NewReader(text), "k")
	if len(cfg.Diagnostics) != 1 || cfg.Diagnostics[0].Line != 3 || cfg.Diagnostics.Worst() != Insecure || err != nil {
		t.Errorf("error %v, diagnostics\n%v", err, cfg.Diagnostics)
	}
}

// TestThisHost looks at the machine that runs the test.
func TestThisHost(t *testing.T) {
	h, err := ThisHost()
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Interfaces) == 0 || h.CPUs < 1 {
		t.Errorf("host has interfaces %v and %d CPUs", h.Interfaces, h.CPUs)
	}
	p := h.Programs
	if id, ok := p.User("root"); !ok || id != (ID{}) {
		t.Errorf("root is %v, %v", id, ok)
	}
	if _, ok := p.User("no such user"); ok {
		t.Error("finds a user that there is not")
	}
	if _, ok := p.Group("no such group"); ok {
		t.Error("finds a group that there is not")
	}
	if id := p.Self(); int(id.UID) != os.Geteuid() {
		t.Errorf("we are %v", id)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("file", link); err != nil {
		t.Fatal(err)
	}
	r, err := resolve(p, link, p.Self())
	if err != nil || r.path != file || r.file.Mode != 0o700 || r.file.Owner != p.Self() {
		t.Errorf("link leads to %+v, %v", r, err)
	}
	if _, err := resolve(p, file+"x", p.Self()); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("missing file: %v", err)
	}
}
