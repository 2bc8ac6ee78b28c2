package notify

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestResolve(t *testing.T) {
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	daemon, err := user.Lookup("daemon")
	if err != nil {
		t.Fatal(err)
	}
	daemonAccount := Account{UID: number(daemon.Uid), GID: number(daemon.Gid)}
	fallback, strict, noFallback := Own(), Account{}, ErrNoAccount
	if u, err := user.Lookup(fallbackUser); err == nil {
		fallback = Account{UID: number(u.Uid), GID: number(u.Gid)}
		strict, noFallback = fallback, nil
	}
	rows := []struct {
		name        string
		of          Accounts
		user, group string
		want        Account
		err         error
	}{
		{"nothing said", Accounts{}, "", "", fallback, nil},
		{"nothing said, but security", Accounts{Security: true}, "", "", strict, noFallback},
		{"script_user", Accounts{User: "daemon", Security: true}, "", "", daemonAccount, nil},
		{"script_user with group", Accounts{User: "daemon", Group: "root"}, "", "", Account{UID: daemonAccount.UID}, nil},
		{"own user", Accounts{User: "root", Group: "root"}, "daemon", "", daemonAccount, nil},
		{"own user and group", Accounts{}, "daemon", "root", Account{UID: daemonAccount.UID}, nil},
		{"by number", Accounts{}, daemon.Uid, "7", Account{UID: daemonAccount.UID, GID: 7}, nil},
		{"no such user", Accounts{}, "nobody-knows", "", Account{}, ErrUnknownUser},
		{"no such number", Accounts{}, "4000000000", "", Account{}, ErrUnknownUser},
		{"no such group", Accounts{}, "daemon", "nobody-knows", Account{}, ErrUnknownGroup},
		{"no such script_user", Accounts{User: "nobody-knows"}, "", "", Account{}, ErrUnknownUser},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got, err := row.of.Resolve(row.user, row.group)
			if diff := cmp.Diff(row.want, got); diff != "" || !errors.Is(err, row.err) || (err == nil) != (row.err == nil) {
				t.Errorf("%v, want %v (-want +got)\n%s", err, row.err, diff)
			}
		})
	}
	all := Accounts{User: me.Username, Supplementary: true}
	got, err := all.Resolve("", "")
	ids, _ := me.GroupIds()
	if err != nil || len(got.Groups) == 0 || got.Groups[0] != got.GID || len(got.Groups) > len(ids)+1 {
		t.Errorf("supplementary groups %v of %v: %v", got.Groups, ids, err)
	}
}

func TestCredential(t *testing.T) {
	root := func(groups ...uint32) identity { return identity{own: Account{Groups: groups}} }
	user := identity{own: Account{UID: 1000, GID: 1000, Groups: []uint32{27, 1000}}}
	inside := identity{own: Account{Groups: []uint32{65534}}, denyGroups: true} // root of a user namespace
	rows := []struct {
		name string
		of   identity
		to   Account
		want *syscall.Credential
	}{
		{"root as itself", root(0), Account{}, nil},
		{"root gives groups away", root(0, 27), Account{}, &syscall.Credential{Groups: []uint32{0}}},
		{"root to a user", root(0), Account{UID: 7, GID: 8}, &syscall.Credential{Uid: 7, Gid: 8, Groups: []uint32{8}}},
		{"root to a user with groups", root(0), Account{UID: 7, GID: 8, Groups: []uint32{8, 9}}, &syscall.Credential{Uid: 7, Gid: 8, Groups: []uint32{8, 9}}},
		{"user as itself", user, Account{UID: 1000, GID: 1000}, nil},
		{"user as another", user, Account{UID: 7, GID: 8}, &syscall.Credential{Uid: 7, Gid: 8, Groups: []uint32{8}}},
		{"root of a namespace as itself", inside, Account{}, nil},
		{"root of a namespace to a user", inside, Account{UID: 7, GID: 8}, &syscall.Credential{Uid: 7, Gid: 8, Groups: []uint32{8}, NoSetGroups: true}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if diff := cmp.Diff(row.want, row.of.credential(row.to)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// mayBecome reports whether this process can give up its user for another:
// whether it is root, and not of a user namespace that has no other users.
func mayBecome() bool {
	c := exec.Command("/bin/true")
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 1, Gid: 1}}
	return c.Run() == nil
}

// TestBecome: a command runs as who it should, or not at all. Where this test is
// not root, the kernel refuses, and it must be said.
func TestBecome(t *testing.T) { both(t, testBecome) }

func testBecome(t *testing.T, way func(*Options)) {
	daemon, err := user.Lookup("daemon")
	if err != nil {
		t.Fatal(err)
	}
	account := Account{UID: number(daemon.Uid), GID: 12, Groups: []uint32{12, 20}}
	r, log := newRunner(t, way)
	c := shell(`echo "user $(id -u) group $(id -g) groups $(id -G) signal"`)
	c.Account = account
	status, err := r.Run(t.Context(), c, 0)
	if !mayBecome() {
		if !errors.Is(err, unix.EPERM) && !errors.Is(err, unix.EINVAL) || !strings.Contains(err.Error(), "as user "+daemon.Uid+", group 12") {
			t.Errorf("got %v", err)
		}
		return
	}
	if err != nil || status.Code != 0 {
		t.Fatal(status, err)
	}
	log.until("user " + daemon.Uid + " group 12 groups 12 20 signal")

	secret := script(t, "#!/bin/sh\n", 0o700)
	c.Args = []string{secret}
	if _, err := r.Run(t.Context(), c, 0); !errors.Is(err, os.ErrPermission) {
		t.Errorf("a script of root's: %v", err)
	}
	// The change of the user takes the parent-death signal away: it must be set after.
	mark := filepath.Join(os.TempDir(), "notify-become-"+strconv.Itoa(os.Getpid()))
	c = Command{Label: "look", Args: []string{"/proc/self/exe"}, Account: account}
	defer os.Remove(mark)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := exec.Command("cp", exe, mark).Run(); err != nil {
		t.Fatal(err)
	}
	c.Args = []string{"/usr/bin/env", helperEnv + "=look", mark}
	if status, err := r.Run(t.Context(), c, 0); err != nil || status.Code != 0 {
		t.Fatal(status, err)
	}
	log.until(`"DeathSignal":15,`)
}

func TestInspect(t *testing.T) {
	if path, err := Inspect("sh", Account{UID: 1}); err != nil || !strings.HasSuffix(path, "/sh") || path[0] != '/' {
		t.Errorf("sh is %s: %v", path, err)
	}
	if _, err := Inspect("no-such-program", Account{}); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("no such program: %v", err)
	}
	good := script(t, "#!/bin/sh\n", 0o755)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(good, link); err != nil {
		t.Fatal(err)
	}
	open := script(t, "#!/bin/sh\n", 0o755)
	if err := os.Chmod(filepath.Dir(open), 0o777); err != nil {
		t.Fatal(err)
	}
	viaOpen := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(open, viaOpen); err != nil {
		t.Fatal(err)
	}
	sticky := script(t, "#!/bin/sh\n", 0o755)
	if err := os.Chmod(filepath.Dir(sticky), 0o777|os.ModeSticky); err != nil {
		t.Fatal(err)
	}
	byGroup, foreign := script(t, "#!/bin/sh\n", 0o775), script(t, "#!/bin/sh\n", 0o755)
	mayGive := mayBecome()
	if mayGive {
		if err := errors.Join(os.Chown(byGroup, 0, 1), os.Chown(foreign, 1, 0)); err != nil {
			t.Fatal(err)
		}
	}
	var top unix.Stat_t
	if err := unix.Stat("/", &top); err != nil {
		t.Fatal(err)
	}
	rootOwnsAll := os.Geteuid() == 0 && top.Uid == 0
	rows := []struct {
		name, path string
		account    Account
		unsafe     bool
	}{
		{"safe", good, Account{}, false},
		{"safe link", link, Account{}, false},
		{"everybody may write", script(t, "#!/bin/sh\n", 0o757), Account{}, true},
		{"but does not run as root", script(t, "#!/bin/sh\n", 0o757), Account{UID: 1}, false},
		{"a folder where everybody may write", open, Account{}, true},
		{"a link into such a folder", viaOpen, Account{}, true},
		{"a sticky folder", sticky, Account{}, false},
		{"a group may write", byGroup, Account{}, mayGive},
		{"the group root may write", script(t, "#!/bin/sh\n", 0o775), Account{}, false},
		{"somebody's file", foreign, Account{}, mayGive},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			want := row.unsafe
			if !rootOwnsAll && row.account.UID == 0 {
				want = true // the files, or the folders above them, are somebody else's
			}
			path, err := Inspect(row.path, row.account)
			if path != row.path || errors.Is(err, ErrUnsafe) != want || (err != nil) != want {
				t.Errorf("%s: %v, want unsafe %v", path, err, want)
			}
		})
	}
}
