package capture

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
)

// pump empties a non-blocking socket whenever it becomes readable, in one
// goroutine, and whenever somebody asks.
type pump struct {
	file *os.File
	raw  syscall.RawConn
	done chan struct{}

	mu     sync.Mutex
	drain  func(fd int) error // reads until EAGAIN; called with mu held
	err    error              // the first that drain gave; nothing is read after it
	closed bool
}

// newPump takes the descriptor over and closes it in the end.
func newPump(fd int, name string, drain func(fd int) error) (*pump, error) {
	file := os.NewFile(uintptr(fd), name)
	raw, err := file.SyscallConn()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("watch %s: %w", name, err), file.Close())
	}
	return &pump{file: file, raw: raw, drain: drain, done: make(chan struct{})}, nil
}

// run starts the goroutine, which ends with close.
func (p *pump) run() {
	go func() {
		defer close(p.done)
		// False makes Read wait for the socket and call again; it ends with an
		// error when the socket is closed, which is how this is meant to end.
		_ = p.raw.Read(func(fd uintptr) bool { return p.once(int(fd)) != nil })
	}()
}

func (p *pump) once(fd int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = p.drain(fd)
	}
	return p.err
}

// sync returns when everything that the socket held at the call is taken in.
func (p *pump) sync() error {
	var err error
	if e := p.raw.Control(func(fd uintptr) { err = p.once(int(fd)) }); e != nil {
		return e
	}
	return err
}

// close drains a last time, calls last with the descriptor, which may be nil,
// and ends the goroutine. It may be called twice; the second does nothing.
func (p *pump) close(last func(fd int)) error {
	p.mu.Lock()
	again := p.closed
	p.closed = true
	p.mu.Unlock()
	if again {
		return nil
	}
	err := p.sync()
	if last != nil {
		_ = p.raw.Control(func(fd uintptr) { last(int(fd)) })
	}
	err = errors.Join(err, p.file.Close())
	<-p.done
	return err
}
