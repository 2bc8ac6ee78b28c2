// Package exchange is what checkers that talk with a server over a connection have in
// common: each step of the talk has a limit of time, so has all of it, and what goes
// wrong is said in a few words.
package exchange

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"time"
)

// ErrTruncated is that a connection with TLS ended without close_notify.
var ErrTruncated = errors.New("connection ended without close_notify")

// Limits are how long things may take. The zero value has the defaults.
type Limits struct {
	// Step is for each step: connecting, the TLS handshake, sending, and each
	// piece that is received. Zero: 5 s.
	Step time.Duration
	// Total is for all of it, so that a server that drips does not take for ever.
	// Zero: 12 times Step, but a minute at the least.
	Total time.Duration
}

func (l Limits) filled() Limits {
	if l.Step <= 0 {
		l.Step = 5 * time.Second
	}
	if l.Total <= 0 {
		l.Total = max(time.Minute, 12*l.Step)
	}
	return l
}

// Conn is a connection to a server. It is for one goroutine.
type Conn struct {
	// Awaits is what the next Read waits for, in the words of a reason: "the greeting".
	Awaits string

	ctx    context.Context
	cancel func()
	stop   func() bool
	conn   net.Conn // with TLS, if there is any
	raw    *ending
	step   time.Duration
	strict bool // a missing close_notify is an error
	begun  bool // some of what is awaited has come
}

// ending remembers that a connection has come to its end.
type ending struct {
	net.Conn
	ended bool
}

func (e *ending) Read(p []byte) (int, error) {
	n, err := e.Conn.Read(p)
	if err != nil {
		e.ended = true
	}
	return n, err
}

// Open connects with dial, whose error it returns as it is unless there was no more time.
// The connection ends with ctx, and is the caller's to close. Errors of its methods are an
// *Error, io.EOF or ErrTruncated.
func Open(ctx context.Context, dial func(context.Context) (net.Conn, error), l Limits) (*Conn, error) {
	l = l.filled()
	ctx, cancel := context.WithTimeoutCause(ctx, l.Total, slowError(l.Total))
	conn, err := connect(ctx, dial, l.Step)
	if err != nil {
		cancel()
		return nil, err
	}
	raw := &ending{Conn: conn}
	c := &Conn{Awaits: "the reply", ctx: ctx, cancel: cancel, conn: raw, raw: raw, step: l.Step}
	c.stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
	return c, nil
}

func connect(ctx context.Context, dial func(context.Context) (net.Conn, error), step time.Duration) (net.Conn, error) {
	slow := waitError{"connecting", step}
	ctx, cancel := context.WithTimeoutCause(ctx, step, slow)
	defer cancel()
	conn, err := dial(ctx)
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() != nil:
		return nil, &Error{Connecting, context.Cause(ctx)}
	case errors.Is(err, os.ErrDeadlineExceeded): // a dialer may be quicker than the context
		return nil, &Error{Connecting, slow}
	}
	return nil, err
}

// Close ends the connection at once: nothing that is still to be sent matters.
func (c *Conn) Close() {
	c.stop()
	c.cancel()
	_ = c.raw.Close()
}

// Context is done when there is no more time.
func (c *Conn) Context() context.Context { return c.ctx }

func (c *Conn) begin() { _ = c.raw.SetDeadline(time.Now().Add(c.step)) }

// TLS makes the connection one with TLS. If strict, its end without close_notify is
// an error.
func (c *Conn) TLS(config *tls.Config, strict bool) error {
	with := tls.Client(c.raw, config)
	c.begin()
	if err := with.HandshakeContext(c.ctx); err != nil {
		return c.reason(Handshake, "in the TLS handshake", err)
	}
	c.conn, c.strict = with, strict
	return nil
}

// Send sends text; what names it in a reason.
func (c *Conn) Send(text, what string) error {
	c.begin()
	c.begun = false
	if _, err := io.WriteString(c.conn, text); err != nil {
		return c.reason(Sending, "sending "+what, err)
	}
	return nil
}

// Read reads a piece. The error is io.EOF or ErrTruncated at the end of the connection,
// else a reason.
func (c *Conn) Read(p []byte) (int, error) {
	c.begin()
	n, err := c.conn.Read(p)
	switch {
	case err == nil:
		c.begun = true
		return n, nil
	case c.ctx.Err() == nil && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)):
		if c.strict && c.raw.ended {
			return n, ErrTruncated
		}
		return n, io.EOF
	}
	rest := ""
	if c.begun {
		rest = "the rest of "
	}
	return n, c.reason(Receiving, "waiting for "+rest+c.Awaits, err)
}
