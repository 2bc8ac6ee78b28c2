package track

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/vrrp"
)

// errNotExecutable says that an account cannot run a file.
var errNotExecutable = errors.New("is not executable")

// Prune takes the scripts out of cfg that cannot or must not be run, as keepalived
// does when it loads a configuration: who tracks one goes on as if it did not.
// That is one without an account, that is not there, that its account cannot run,
// or that others than root can change and root is to run, with
// enable_script_security. Each is logged. It is to be called before cfg is used.
func Prune(cfg *conf.Config, log notify.Logger) {
	used, accounts := usedBy(cfg), accountsOf(cfg)
	disabled := map[string]bool{}
	cfg.Scripts = slices.DeleteFunc(cfg.Scripts, func(c *conf.Script) bool {
		lines := unusable(accounts, c)
		if len(lines) == 0 {
			return false
		}
		disabled[c.Name] = true
		if used.has(vrrp.Script, c.Name) {
			for _, l := range lines {
				log.Printf("%s", l)
			}
		}
		return true
	})
	if len(disabled) == 0 {
		return
	}
	drop := func(list []conf.Track) []conf.Track {
		return slices.DeleteFunc(list, func(t conf.Track) bool { return disabled[t.Name] })
	}
	for _, i := range cfg.Instances {
		i.TrackScripts = drop(i.TrackScripts)
	}
	for _, g := range cfg.SyncGroups {
		g.TrackScripts = drop(g.TrackScripts)
	}
}

// unusable says why a script cannot be run, in the words of keepalived's log; it
// is empty if it can.
func unusable(a *notify.Accounts, c *conf.Script) []string {
	account, err := a.Resolve(c.Command.User, c.Command.Group)
	if err != nil {
		return []string{fmt.Sprintf("Disabling track script %s: %v", c.Name, err)}
	}
	program := c.Command.Args[0]
	path, err := runnable(program, account)
	insecure := fmt.Sprintf("Disabling track script %s due to insecure", c.Name)
	switch reason := (*fs.PathError)(nil); {
	case errors.Is(err, errNotExecutable):
		return []string{fmt.Sprintf("WARNING - script '%s' is not executable for uid:gid %d:%d - disabling.", path, account.UID, account.GID),
			fmt.Sprintf("Disabling track script %s since not executable", c.Name)}
	case errors.Is(err, errNotRegular):
		return []string{fmt.Sprintf("Wrong file type found in script path '%s'.", path), insecure}
	case errors.As(err, &reason):
		text := reason.Err.Error()
		return []string{fmt.Sprintf("Script %s cannot be accessed - %s", path, strings.ToUpper(text[:1])+text[1:]),
			fmt.Sprintf("Disabling track script %s since not found/accessible", c.Name)}
	case err != nil:
		return []string{fmt.Sprintf("Script %s cannot be accessed - %v", program, err),
			fmt.Sprintf("Disabling track script %s since not found/accessible", c.Name)}
	}
	if !a.Security {
		return nil
	}
	if _, err := notify.Inspect(program, account); err != nil {
		return []string{fmt.Sprintf("Unsafe permissions found for script '%s' - disabling.", path), fmt.Sprintf("%s (%v)", insecure, err)}
	}
	return nil
}

// runnable returns the file that a program is, and why a cannot run it.
func runnable(program string, a notify.Account) (path string, err error) {
	if path = program; !strings.Contains(program, "/") {
		if path, err = exec.LookPath(program); err != nil {
			return program, err
		}
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return path, err
	case !info.Mode().IsRegular():
		return path, errNotRegular
	case !permits(path, info, a):
		return path, errNotExecutable
	}
	whole, err := filepath.Abs(path)
	if err == nil {
		whole, err = filepath.EvalSymlinks(whole)
	}
	if err != nil {
		return path, err
	}
	for dir := filepath.Dir(whole); ; dir = filepath.Dir(dir) {
		if info, err = os.Stat(dir); err != nil {
			return path, err
		}
		if a.UID != 0 && !permits(dir, info, a) {
			return path, errNotExecutable
		}
		if dir == "/" {
			return path, nil
		}
	}
}

// permits reports whether a may execute a file, or pass through a directory. What
// has an access control list (acl(5)) is taken to permit it.
func permits(path string, info os.FileInfo, a notify.Account) bool {
	st, mode := info.Sys().(*syscall.Stat_t), info.Mode()
	switch {
	case a.UID == 0:
		return mode&0o111 != 0
	case a.UID == st.Uid:
		return mode&0o100 != 0
	case mode&0o001 != 0:
		return true
	case mode&0o010 == 0:
		return false
	case a.GID == st.Gid, slices.Contains(a.Groups, st.Gid):
		return true
	}
	n, err := unix.Getxattr(path, "system.posix_acl_access", nil)
	return err == nil && n > 0
}
