package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/timeline"
)

// maxFileLine is how much of a line goes onto the timeline.
const maxFileLine = 4 << 10

// FilesConfig says which files of a node are watched.
type FilesConfig struct {
	Node   string
	Record *timeline.Recorder
	// Folder is the folder's path on the node, for the timeline.
	Folder string
	// Skip lists names in it that are left out.
	Skip []string
}

// Files records what programs write to the files of a folder of a node, line by
// line: what notify scripts leave, and what a syslog daemon files there. Folders
// in it are not looked into.
type Files struct {
	conf FilesConfig
	dir  *os.File
	pump *pump

	// What follows is guarded by pump.mu.
	tails map[string]*tail
	buf   []byte
}

// tail is how far a file has been read.
type tail struct {
	at   int64
	rest []byte // a line without its end so far
}

// WatchFiles begins to watch the folder that dir is open on, which it takes over.
// What its files hold already is not recorded; what is added from now on is.
func WatchFiles(dir *os.File, conf FilesConfig) (*Files, error) {
	w := &Files{conf: conf, dir: dir, tails: map[string]*tail{}, buf: make([]byte, 1<<16)}
	for _, name := range conf.Skip {
		w.tails[name] = nil
	}
	fd, err := w.open()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("watch %s of %s: %w", conf.Folder, conf.Node, err), dir.Close())
	}
	if w.pump, err = newPump(fd, "inotify", w.drain); err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	w.pump.run()
	return w, nil
}

func (w *Files) open() (fd int, err error) {
	fd, err = unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		return -1, err
	}
	// The folder is of another mount namespace: its descriptor leads there.
	folder := fmt.Sprintf("/proc/self/fd/%d", w.dir.Fd())
	_, err = unix.InotifyAddWatch(fd, folder, unix.IN_CREATE|unix.IN_MODIFY|unix.IN_MOVED_TO|unix.IN_MOVED_FROM|unix.IN_DELETE)
	if err != nil {
		return -1, errors.Join(err, unix.Close(fd))
	}
	entries, err := w.dir.ReadDir(-1)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			w.know(e.Name(), info.Size())
		}
	}
	if err != nil {
		return -1, errors.Join(err, unix.Close(fd))
	}
	return fd, nil
}

// know begins to follow a file behind what it holds.
func (w *Files) know(name string, size int64) {
	if _, known := w.tails[name]; !known {
		w.tails[name] = &tail{at: size}
	}
}

// Sync returns when all that was written before the call is recorded.
func (w *Files) Sync() error { return w.pump.sync() }

// Close does what Sync does and ends the watching. It may be called twice.
func (w *Files) Close() error {
	err := w.pump.close(nil)
	if closed := w.dir.Close(); !errors.Is(closed, os.ErrClosed) {
		err = errors.Join(err, closed)
	}
	return err
}

func (w *Files) drain(fd int) error {
	for {
		n, err := unix.Read(fd, w.buf)
		switch {
		case errors.Is(err, unix.EAGAIN):
			return nil
		case errors.Is(err, unix.EINTR):
			continue
		case err == nil:
			err = w.changes(w.buf[:n])
		}
		if err != nil {
			return fmt.Errorf("watch %s of %s: %w", w.conf.Folder, w.conf.Node, err)
		}
	}
}

// changes takes in a buffer of inotify events (inotify(7)).
func (w *Files) changes(data []byte) error {
	for len(data) >= unix.SizeofInotifyEvent {
		mask := binary.NativeEndian.Uint32(data[4:])
		end := unix.SizeofInotifyEvent + int(binary.NativeEndian.Uint32(data[12:]))
		if end > len(data) {
			break
		}
		name := string(bytes.TrimRight(data[unix.SizeofInotifyEvent:end], "\x00"))
		data = data[end:]
		if err := w.changed(name, mask); err != nil {
			return err
		}
	}
	return nil
}

func (w *Files) changed(name string, mask uint32) error {
	t, known := w.tails[name]
	if known && t == nil || name == "" || mask&unix.IN_ISDIR != 0 {
		return nil
	}
	if mask&(unix.IN_DELETE|unix.IN_MOVED_FROM) != 0 {
		delete(w.tails, name)
		return nil
	}
	if !known {
		t = &tail{}
		w.tails[name] = t
	}
	err := w.read(name, t)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ELOOP) || errors.Is(err, unix.ENXIO) {
		return nil // it went meanwhile, or is no file
	}
	return err
}

// read records the lines that a file has got since the last look. One that has
// been cut short is read from its beginning.
func (w *Files) read(name string, t *tail) error {
	fd, err := unix.Openat(int(w.dir.Fd()), name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return nil
	}
	if st.Size < t.at {
		t.at, t.rest = 0, nil
	}
	for at := w.conf.Record.Now(); ; {
		block := make([]byte, 1<<14)
		n, err := unix.Pread(fd, block, t.at)
		if err != nil || n == 0 {
			return err
		}
		t.at += int64(n)
		w.lines(at, name, t, block[:n])
	}
}

// lines records the whole lines of what was read, and keeps the last one's begin.
func (w *Files) lines(at timeline.Time, name string, t *tail, read []byte) {
	parts := bytes.Split(append(t.rest, read...), []byte("\n"))
	last := len(parts) - 1
	t.rest = bytes.Clone(parts[last][:min(len(parts[last]), maxFileLine)])
	for _, line := range parts[:last] {
		text := strings.ToValidUTF8(string(line[:min(len(line), maxFileLine)]), "\uFFFD")
		w.conf.Record.Record(timeline.Event{At: at, Kind: timeline.KindFile, Node: w.conf.Node, File: &timeline.File{
			Path: path.Join(w.conf.Folder, name), Text: text,
		}})
	}
}
