package hostile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"runtime/debug"

	"github.com/viplab/viplab/lab/topology"
)

// Socket is where a hostile service of a name is told how to behave.
func Socket(name string) string { return path.Join("/run/viplab", name+".sock") }

// listen makes the socket that Ask speaks to, and answers there until ctx ends.
func (s *Server) listen(ctx context.Context, socket string) (wait func(), err error) {
	if err := os.MkdirAll(filepath.Dir(socket), 0o755); err != nil {
		return nil, err
	}
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { l.Close() })
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.hear(ctx, c)
		}
	}()
	return func() { <-done }, nil
}

// hear does what one order says.
func (s *Server) hear(ctx context.Context, c net.Conn) {
	defer c.Close()
	var m topology.Manner
	if err := json.NewDecoder(c).Decode(&m); err != nil {
		fmt.Fprintf(c, "%q\n", "read order: "+err.Error())
		return
	}
	complaint := ""
	if err := s.Behave(ctx, m); err != nil {
		complaint = err.Error()
	}
	_ = json.NewEncoder(c).Encode(complaint) // who has gone does not want to know
}

// ErrRefused says that a server could not do what it was told.
var ErrRefused = errors.New("the hostile server complains")

// Ask tells the server behind a socket how to behave, and returns when it does.
// The calling thread must see the socket's file system.
func Ask(socket string, m topology.Manner) error {
	c, err := net.Dial("unix", socket)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := json.NewEncoder(c).Encode(m); err != nil {
		return err
	}
	var complaint string
	if err := json.NewDecoder(c).Decode(&complaint); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if complaint != "" {
		return fmt.Errorf("%w: %s", ErrRefused, complaint)
	}
	return nil
}

// beQuick has the goroutines of this process run as soon as they can. A guest has
// one CPU, and with one of Go's processors they would wait, for tens of
// milliseconds, for one that is in a system call. With two, the collector would
// wait in a loop, which a clock that stands still meanwhile makes endless: what a
// server like this leaves behind in its life needs none.
func beQuick() {
	const processors, garbage = 2, 64 << 20
	runtime.GOMAXPROCS(max(processors, runtime.GOMAXPROCS(0)))
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(garbage)
}

// Run serves until ctx ends, and does what it is told at the socket. It is for a
// process that does nothing else.
func Run(ctx context.Context, spec topology.Hostile, socket string) error {
	beQuick()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := acknowledge(); err != nil {
		return err
	}
	s, wait, err := Open(ctx, spec, os.Stdout)
	if err != nil {
		return err
	}
	heard, err := s.listen(ctx, socket)
	if err != nil {
		cancel()
		wait()
		return fmt.Errorf("listen for orders: %w", err)
	}
	wait()
	heard()
	return nil
}
