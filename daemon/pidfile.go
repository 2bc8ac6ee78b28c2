package daemon

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// ErrRunning says that another daemon holds a pid file.
var ErrRunning = errors.New("daemon is already running")

// pidFile is a file for a process id, locked as long as it is open: a lock that
// keepalived takes too, so that the two keep each other out.
type pidFile struct{ file *os.File }

// takePIDFile locks the file at name, or fails with ErrRunning. A file that a
// killed daemon left is taken over. It is empty until an id is written.
func takePIDFile(name string) (*pidFile, error) {
	for {
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
		if err != nil {
			return nil, fmt.Errorf("open pid file: %w", err)
		}
		lock := unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart}
		err = unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLK, &lock)
		if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
			f.Close()
			return nil, fmt.Errorf("%w: it holds %s", ErrRunning, name)
		}
		p := &pidFile{f}
		if err == nil {
			err = p.clear()
		}
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("lock pid file %s: %w", name, err)
		}
		if p.there() {
			return p, nil
		}
		f.Close() // the one who had it removed it when we had it open
	}
}

// there reports whether the file still stands at its path.
func (p *pidFile) there() bool {
	have, err := p.file.Stat()
	at, err2 := os.Stat(p.file.Name())
	return err == nil && err2 == nil && os.SameFile(have, at)
}

// write puts pid into the file.
func (p *pidFile) write(pid int) error {
	if err := p.clear(); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(p.file, "%d\n", pid); err != nil {
		return fmt.Errorf("write pid file: %w", err)
	}
	return nil
}

// clear empties the file: there is no process now.
func (p *pidFile) clear() error {
	if err := p.file.Truncate(0); err != nil {
		return fmt.Errorf("empty pid file: %w", err)
	}
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("empty pid file: %w", err)
	}
	return nil
}

// release removes the file, still locked, and lets it go.
func (p *pidFile) release() error {
	defer p.file.Close()
	if !p.there() {
		return nil // somebody removed it, and another daemon may have one there
	}
	if err := os.Remove(p.file.Name()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove pid file: %w", err)
	}
	return nil
}
