package notify

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// ErrUnsafe says that others than root can change what root is to run.
var ErrUnsafe = errors.New("unsafe permissions")

// Inspect looks at a program before it is run as a. path is the file that runs:
// program itself, or where PATH has it. An error that wraps ErrUnsafe means that
// it would run as root and somebody else can change it or put another one in
// its place; keepalived runs it all the same unless enable_script_security is
// set. Any other error means that it cannot run.
func Inspect(program string, a Account) (path string, err error) {
	path, err = exec.LookPath(program)
	if err != nil {
		return path, err
	}
	if a.UID != 0 {
		return path, nil
	}
	return path, inspectPath(path)
}

// inspectPath looks at each part of path, and at what symbolic links lead to.
func inspectPath(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	for _, p := range []string{path, target} {
		for ; ; p = filepath.Dir(p) {
			if err := inspectPart(p); err != nil {
				return err
			}
			if p == "/" {
				break
			}
		}
	}
	return nil
}

// inspectPart looks at a file or folder by itself. In a sticky folder only
// owners can replace things.
func inspectPart(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	st := info.Sys().(*syscall.Stat_t)
	mode := info.Mode()
	switch {
	case st.Uid != 0:
		return fmt.Errorf("%w: %s belongs to user %d", ErrUnsafe, path, st.Uid)
	case mode&os.ModeSymlink != 0, mode.IsDir() && mode&os.ModeSticky != 0:
		return nil
	case mode&0o002 != 0:
		return fmt.Errorf("%w: everybody can write to %s", ErrUnsafe, path)
	case mode&0o020 != 0 && st.Gid != 0:
		return fmt.Errorf("%w: group %d can write to %s", ErrUnsafe, st.Gid, path)
	}
	return nil
}
