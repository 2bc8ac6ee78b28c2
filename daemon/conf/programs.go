package conf

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Programs is what a host knows of programs and of those who run them.
type Programs interface {
	// Lstat tells of the file of that absolute name; the error wraps
	// fs.ErrNotExist or fs.ErrPermission.
	Lstat(name string) (File, error)
	// Path is where programs are looked for that are named without a directory,
	// and Dir is where relative names begin.
	Path() []string
	Dir() string
	// User returns the IDs of a user and its group, Group that of a group; false
	// if there is none of that name.
	User(name string) (ID, bool)
	Group(name string) (gid uint32, ok bool)
	// Self is who checks, and runs commands that have no other account.
	Self() ID
}

// ID is a user and a group by number.
type ID struct{ UID, GID uint32 }

// File is what there is to know of a file.
type File struct {
	Mode   fs.FileMode
	Owner  ID
	Target string // of a symbolic link
}

// ErrLinkLoop says that symbolic links lead nowhere.
var ErrLinkLoop = errors.New("too many symbolic links")

// maxLinks is how many symbolic links a path may have, as in Linux (MAXSYMLINKS,
// linux/namei.h).
const maxLinks = 40

// resolved is where a path leads, for one account.
type resolved struct {
	path string
	file File
	// weak is a directory of path, or path, that others than root can change;
	// empty: none.
	weak string
}

// resolve follows the absolute path name as id may. The error wraps
// fs.ErrNotExist, fs.ErrPermission, syscall.ENOTDIR or ErrLinkLoop.
func resolve(p Programs, name string, id ID) (resolved, error) {
	root, err := p.Lstat("/")
	if err != nil {
		return resolved{}, fmt.Errorf("/: %w", err)
	}
	at := []resolved{{path: "/", file: root}} // the directories above, root first
	left := strings.Split(name, "/")
	for links := 0; len(left) > 0; {
		part := left[0]
		left = left[1:]
		dir := at[len(at)-1]
		switch {
		case !dir.file.Mode.IsDir():
			return resolved{}, fmt.Errorf("%s: %w", dir.path, syscall.ENOTDIR)
		case part == "" || part == ".":
			continue
		case part == "..":
			at = at[:max(1, len(at)-1)]
			continue
		case !dir.file.permits(id, 1):
			return resolved{}, fmt.Errorf("%s: %w", dir.path, fs.ErrPermission)
		}
		path := filepath.Join(dir.path, part)
		file, err := p.Lstat(path)
		switch {
		case err != nil:
			return resolved{}, fmt.Errorf("%s: %w", path, err)
		case file.Mode&fs.ModeSymlink == 0:
			at = append(at, resolved{path: path, file: file})
			continue
		}
		if links++; links > maxLinks {
			return resolved{}, fmt.Errorf("%s: %w", path, ErrLinkLoop)
		}
		if strings.HasPrefix(file.Target, "/") {
			at = at[:1]
		}
		left = append(strings.Split(file.Target, "/"), left...)
	}
	r := at[len(at)-1]
	for _, part := range at {
		if part.file.weak() {
			r.weak = part.path
			break
		}
	}
	return r, nil
}

// weak reports whether others than root can change f, or what is in it.
func (f *File) weak() bool {
	switch {
	case f.Owner.UID != 0:
		return true
	case f.Mode.IsDir() && f.Mode&fs.ModeSticky != 0: // only owners remove files
		return false
	}
	return f.Mode&0o002 != 0 || f.Mode&0o020 != 0 && f.Owner.GID != 0
}

// permits reports whether id may use f for bits (4 to read, 2 to write, 1 to
// execute or enter).
func (f *File) permits(id ID, bits fs.FileMode) bool {
	switch {
	case id.UID == 0 && (f.Mode.IsDir() || bits&1 == 0 || f.Mode&0o111 != 0):
		return true
	case f.Owner.UID == id.UID:
		bits <<= 6
	case f.Owner.GID == id.GID:
		bits <<= 3
	}
	return f.Mode&bits == bits
}

// thesePrograms are those of the machine that we run on.
type thesePrograms struct{}

func (thesePrograms) Lstat(name string) (File, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return File{}, errors.Unwrap(err)
	}
	f := File{Mode: info.Mode()}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		f.Owner = ID{st.Uid, st.Gid}
	}
	if f.Mode&fs.ModeSymlink != 0 {
		f.Target, err = os.Readlink(name)
	}
	return f, err
}

// Path has a default for when the variable is not there at all.
func (thesePrograms) Path() []string {
	path, ok := os.LookupEnv("PATH")
	if !ok {
		path = "/bin:/usr/bin"
	}
	return filepath.SplitList(path)
}

func (thesePrograms) Dir() string {
	dir, err := os.Getwd()
	if err != nil {
		return "/"
	}
	return dir
}

func (thesePrograms) User(name string) (ID, bool) {
	u, err := user.Lookup(name)
	if err != nil {
		return ID{}, false
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	return ID{uint32(uid), uint32(gid)}, err1 == nil && err2 == nil
}

func (thesePrograms) Group(name string) (uint32, bool) {
	g, err := user.LookupGroup(name)
	if err != nil {
		return 0, false
	}
	gid, err := strconv.ParseUint(g.Gid, 10, 32)
	return uint32(gid), err == nil
}

func (thesePrograms) Self() ID { return ID{uint32(os.Geteuid()), uint32(os.Getegid())} }
