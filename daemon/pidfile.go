package daemon

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// ErrRunning says that another daemon holds the pid file.
var ErrRunning = errors.New("daemon is already running")

// pidFile is a file with our process id, locked as long as we live: a lock
// that keepalived takes too, so that the two keep each other out.
type pidFile struct{ file *os.File }

// takePIDFile writes our id to the file at name, or fails with ErrRunning. A
// file that a killed daemon left is taken over.
func takePIDFile(name string) (*pidFile, error) {
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
	if err == nil {
		err = f.Truncate(0)
	}
	if err == nil {
		_, err = fmt.Fprintf(f, "%d\n", os.Getpid())
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("write pid file %s: %w", name, err)
	}
	return &pidFile{f}, nil
}

// release removes the file, still locked, and lets it go.
func (p *pidFile) release() error {
	defer p.file.Close()
	if err := os.Remove(p.file.Name()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove pid file: %w", err)
	}
	return nil
}
