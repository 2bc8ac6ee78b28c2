package child

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// ErrGone says that the other process has gone.
var ErrGone = errors.New("the process is gone")

// caller is the asking end of a wire.
type caller struct {
	wire *wire
	done chan struct{} // closed when no answer can come any more

	mu      sync.Mutex
	last    uint64
	waiting map[uint64]chan *message // each with room for one
}

func newCaller(w *wire) *caller {
	c := &caller{wire: w, done: make(chan struct{}), waiting: map[uint64]chan *message{}}
	go c.listen()
	return c
}

// listen hands answers to those who wait for them, until the other end is gone.
func (c *caller) listen() {
	defer close(c.done)
	defer c.wire.conn.Close()
	for {
		m, file, err := c.wire.receive()
		if err != nil {
			return
		}
		if file != nil {
			_ = file.Close()
		}
		c.mu.Lock()
		answer := c.waiting[m.ID]
		delete(c.waiting, m.ID)
		c.mu.Unlock()
		if answer != nil {
			answer <- m
		}
	}
}

// call asks for method with args and waits for the answer, which goes to reply
// unless that is nil. file, if not nil, goes along and stays the caller's.
func (c *caller) call(ctx context.Context, method string, args any, file *os.File, reply any) error {
	body, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	answer := make(chan *message, 1)
	c.mu.Lock()
	c.last++
	id := c.last
	c.waiting[id] = answer
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.waiting, id)
		c.mu.Unlock()
	}()
	until, _ := ctx.Deadline()
	if err := c.wire.send(&message{ID: id, Method: method, Body: body}, file, until); err != nil {
		if errors.Is(err, ErrMessage) {
			return err
		}
		return fmt.Errorf("%s: %w", method, ErrGone)
	}
	var m *message
	select {
	case m = <-answer:
	case <-ctx.Done():
		_ = c.wire.send(&message{ID: id, Cancel: true}, nil, time.Now().Add(sendLimit))
		return ctx.Err()
	case <-c.done:
		select { // it may have come just before
		case m = <-answer:
		default:
			return fmt.Errorf("%s: %w", method, ErrGone)
		}
	}
	if m.Error != "" {
		return &remoteError{m.Error, m.Kind}
	}
	if reply == nil {
		return nil
	}
	if err := json.Unmarshal(m.Body, reply); err != nil {
		return fmt.Errorf("%s: %w: %w", method, ErrMessage, err)
	}
	return nil
}

// close hangs up. Calls that wait end with ErrGone.
func (c *caller) close() {
	_ = c.wire.conn.Close()
	<-c.done
}

// hangup reports whether err only says that the other end has gone.
func hangup(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrUnexpectedEOF)
}
