package track

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// watch hears of changes in directories (inotify(7)).
type watch struct {
	fd    int
	file  *os.File                     // of fd
	dirs  map[string]watched           // by path
	names map[int32]map[string][]*file // whom a name in a watched directory concerns
	paths map[int32][]string           // a directory may have several
	errs  map[string]error             // directories that cannot be watched
	dirty bool                         // a watch is gone
}

// watched is a directory that is.
type watched struct {
	wd   int32
	mask uint32
}

const (
	// moves are what may give a name another file.
	moves = unix.IN_MOVED_FROM | unix.IN_MOVED_TO | unix.IN_CREATE | unix.IN_DELETE | unix.IN_DELETE_SELF | unix.IN_MOVE_SELF | unix.IN_ONLYDIR
	// writes may give a file another content. A write counts when the file is
	// closed: what is in it before is not finished.
	writes = unix.IN_CLOSE_WRITE
)

// event is a change. Of one without a name it is the directory that is concerned.
type event struct {
	wd   int32
	mask uint32
	name string
	lost bool // events have been lost
}

func newWatch() (*watch, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("inotify: %w", err)
	}
	return &watch{fd: fd, file: os.NewFile(uintptr(fd), "inotify"), dirs: map[string]watched{}}, nil
}

func (w *watch) close() { _ = w.file.Close() }

// read passes on what happens, until w is closed.
func (w *watch) read(happened func(*watch, event)) {
	buf := make([]byte, 64<<10)
	for {
		n, err := w.file.Read(buf)
		if err != nil {
			return
		}
		for b := buf[:n]; len(b) >= unix.SizeofInotifyEvent; {
			ev, size := parse(b)
			happened(w, ev)
			b = b[size:]
		}
	}
}

// parse reads the event at the beginning of b (struct inotify_event).
func parse(b []byte) (ev event, size int) {
	e := binary.NativeEndian
	ev.wd, ev.mask = int32(e.Uint32(b)), e.Uint32(b[4:])
	size = min(unix.SizeofInotifyEvent+int(e.Uint32(b[12:])), len(b))
	ev.name = unix.ByteSliceToString(b[unix.SizeofInotifyEvent:size])
	ev.lost = ev.mask&unix.IN_Q_OVERFLOW != 0
	return ev, size
}

// concerned returns the files that may have changed.
func (w *watch) concerned(ev event) []*file {
	if ev.name != "" {
		files := w.names[ev.wd][ev.name]
		if len(files) > 0 && ev.mask&unix.IN_ISDIR != 0 {
			w.doubt(func(dir string) bool {
				for _, above := range w.paths[ev.wd] {
					if path := filepath.Join(above, ev.name); dir == path || strings.HasPrefix(dir, path+"/") {
						return true
					}
				}
				return false
			})
		}
		return files
	}
	if ev.mask&(unix.IN_IGNORED|unix.IN_DELETE_SELF|unix.IN_MOVE_SELF|unix.IN_UNMOUNT) == 0 {
		return nil
	}
	w.doubt(func(dir string) bool { return slices.Contains(w.paths[ev.wd], dir) })
	var list []*file
	for _, files := range w.names[ev.wd] {
		list = append(list, files...)
	}
	return list
}

// doubt has directories watched anew: they may no longer be what the path leads
// to.
func (w *watch) doubt(which func(dir string) bool) {
	for dir, d := range w.dirs {
		if which(dir) {
			d.mask = 0
			w.dirs[dir] = d
			w.dirty = true
		}
	}
}

// set makes the places of list what is watched. That a directory on the way
// cannot be is no failure.
func (w *watch) set(list []*file) {
	masks := map[string]uint32{}
	vital := map[string]bool{}
	for _, f := range list {
		for _, p := range f.places {
			masks[p.dir] |= moves
			if !p.passed {
				masks[p.dir] |= writes
				vital[p.dir] = true
			}
		}
	}
	before := w.dirs
	w.dirs, w.names, w.paths, w.errs = map[string]watched{}, map[int32]map[string][]*file{}, map[int32][]string{}, map[string]error{}
	w.dirty = false
	for dir, mask := range masks {
		d, err := w.add(dir, before[dir], mask)
		if err != nil {
			if vital[dir] {
				w.errs[dir] = err
			}
			continue
		}
		w.dirs[dir] = d
		w.paths[d.wd] = append(w.paths[d.wd], dir)
		if w.names[d.wd] == nil {
			w.names[d.wd] = map[string][]*file{}
		}
	}
	for _, f := range list {
		for _, p := range f.places {
			if d, ok := w.dirs[p.dir]; ok {
				w.names[d.wd][p.name] = append(w.names[d.wd][p.name], f)
			}
		}
	}
	for _, d := range before {
		if w.paths[d.wd] == nil {
			_, _ = unix.InotifyRmWatch(w.fd, uint32(d.wd)) // gone already is fine
		}
	}
}

// add watches a directory for mask, unless that is so already.
func (w *watch) add(dir string, now watched, mask uint32) (watched, error) {
	if now.mask == mask {
		return now, nil
	}
	wd, err := unix.InotifyAddWatch(w.fd, dir, mask)
	if err != nil {
		return watched{}, fmt.Errorf("%s: %w", dir, err)
	}
	return watched{int32(wd), mask}, nil
}

// missing says why not all of f is watched.
func (w *watch) missing(f *file) error {
	var errs []error
	for _, p := range f.places {
		if !p.passed {
			errs = append(errs, w.errs[p.dir])
		}
	}
	return errors.Join(errs...)
}
