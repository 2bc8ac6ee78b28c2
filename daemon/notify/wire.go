package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// request is what the launcher is asked to do: to start a program, or to send a
// signal to one.
type request struct {
	ID      uint64
	Program *program       `json:",omitempty"`
	Signal  syscall.Signal `json:",omitempty"`
}

// answer tells that a program was started, or could not be, or has ended.
type answer struct {
	ID      uint64
	PID     int     `json:",omitempty"` // of one that was started
	Ended   *Status `json:",omitempty"`
	Failure string  `json:",omitempty"` // why it could not be started
	Errno   syscall.Errno
	Missing bool // exec.ErrNotFound
}

// failure is an error of the launcher's.
type failure struct {
	text string
	kind error
}

func (f *failure) Error() string { return f.text }
func (f *failure) Unwrap() error { return f.kind }

func (a *answer) fail(err error) {
	a.Failure, a.Missing = err.Error(), errors.Is(err, exec.ErrNotFound)
	errors.As(err, &a.Errno)
}

// err is the error that fail was given, as far as errors.Is can tell.
func (a *answer) err() error {
	switch {
	case a.Failure == "":
		return nil
	case a.Missing:
		return &failure{a.Failure, exec.ErrNotFound}
	case a.Errno != 0:
		return &failure{a.Failure, a.Errno}
	}
	return &failure{a.Failure, nil}
}

// maxMessage bounds a message, and with it the words of a command together.
const maxMessage = 128 << 10

// wire carries messages, each with a file at most, between two processes.
type wire struct {
	conn *net.UnixConn
	mu   sync.Mutex // one sends at a time
}

// newWire takes fd, one end of a socket pair.
func newWire(fd int) (*wire, error) {
	f := os.NewFile(uintptr(fd), "wire")
	defer f.Close() // FileConn makes a copy
	c, err := net.FileConn(f)
	if err != nil {
		return nil, fmt.Errorf("launcher: %w", err)
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		_ = c.Close()
		return nil, errors.New("launcher: not a unix socket")
	}
	return &wire{conn: u}, nil
}

func (w *wire) send(message any, file *os.File) error {
	text, err := json.Marshal(message)
	if err != nil {
		return err
	}
	if len(text) > maxMessage {
		return fmt.Errorf("%w: %d bytes", unix.E2BIG, len(text))
	}
	var rights []byte
	if file != nil {
		rights = unix.UnixRights(int(file.Fd()))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	_, _, err = w.conn.WriteMsgUnix(text, rights, nil)
	return err
}

// receive waits for a message. The file is nil if there is none.
func (w *wire) receive(message any) (*os.File, error) {
	buf, oob := make([]byte, maxMessage), make([]byte, unix.CmsgSpace(4))
	n, oobn, _, _, err := w.conn.ReadMsgUnix(buf, oob)
	if err != nil {
		return nil, err
	}
	var file *os.File
	if list, err := unix.ParseSocketControlMessage(oob[:oobn]); err == nil && len(list) > 0 {
		if fds, err := unix.ParseUnixRights(&list[0]); err == nil && len(fds) > 0 {
			file = os.NewFile(uintptr(fds[0]), "output")
		}
	}
	if n == 0 {
		return file, net.ErrClosed // the other end is gone
	}
	return file, json.Unmarshal(buf[:n], message)
}
