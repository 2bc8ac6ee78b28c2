package kernel

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// punchStep is how much of a tailed file is read before its blocks are freed.
const punchStep = 4 << 20

// tail reads a file that another process appends to. At the file's end it waits
// for more, until the writer is gone.
type tail struct {
	file   *os.File
	notify *os.File      // inotify
	wake   chan struct{} // the file was written to
	gone   <-chan struct{}

	read, punched int64
}

// newTail tails file, which has the given path. When gone is closed, the writer
// has written its last.
func newTail(file *os.File, path string, gone <-chan struct{}) (*tail, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("watch the run's events: %w", err)
	}
	notify := os.NewFile(uintptr(fd), "inotify")
	if _, err := unix.InotifyAddWatch(fd, path, unix.IN_MODIFY); err != nil {
		notify.Close()
		return nil, fmt.Errorf("watch the run's events: %w", err)
	}
	t := &tail{file: file, notify: notify, wake: make(chan struct{}, 1), gone: gone}
	go t.watch()
	return t, nil
}

// watch turns the kernel's notices into wakes until close.
func (t *tail) watch() {
	buffer := make([]byte, 4096)
	for {
		if _, err := t.notify.Read(buffer); err != nil {
			return
		}
		select {
		case t.wake <- struct{}{}:
		default:
		}
	}
}

// Read reads what there is, waits if there is nothing, and returns io.EOF when
// there is nothing and the writer is gone.
func (t *tail) Read(p []byte) (int, error) {
	last := false
	for {
		n, err := t.file.Read(p)
		if n > 0 {
			t.free(int64(n))
			return n, nil
		}
		if err != nil && err != io.EOF {
			return 0, fmt.Errorf("read the run's events: %w", err)
		}
		if last {
			return 0, io.EOF
		}
		select {
		case <-t.wake:
		case <-t.gone:
			last = true // read once more: it may have written before it went
		}
	}
}

// free gives the blocks that were read back to the file system, so that a guest's
// endless output does not fill it.
func (t *tail) free(n int64) {
	t.read += n
	if t.read-t.punched < punchStep {
		return
	}
	const mode = unix.FALLOC_FL_PUNCH_HOLE | unix.FALLOC_FL_KEEP_SIZE
	// Page aligned: the writer still fills the page that it is in. A file system
	// that cannot do it only keeps the room taken.
	end := t.read &^ 4095
	_ = unix.Fallocate(int(t.file.Fd()), mode, t.punched, end-t.punched)
	t.punched = end
}

func (t *tail) close() { t.notify.Close() }
