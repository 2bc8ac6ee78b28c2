package exchange

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// Stage is how far an exchange has come.
type Stage uint8

// The stages.
const (
	Connecting Stage = 1 + iota
	Handshake        // of TLS
	Sending
	Receiving
)

// Error is why an exchange failed. errors.Is knows a timeout by os.ErrDeadlineExceeded.
type Error struct {
	Stage Stage
	Err   error
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// waitError is that one step took too long.
type waitError struct {
	step  string
	limit time.Duration
}

func (e waitError) Error() string        { return fmt.Sprintf("timeout %s (%v)", e.step, e.limit) }
func (e waitError) Is(target error) bool { return isTimeout(target) }

// slowError is that all of it took too long.
type slowError time.Duration

func (e slowError) Error() string {
	return fmt.Sprintf("not over after %v, though something came now and then", time.Duration(e))
}
func (e slowError) Is(target error) bool { return isTimeout(target) }

func isTimeout(target error) bool {
	return target == os.ErrDeadlineExceeded || target == context.DeadlineExceeded
}

// reason makes of an error in a step what is worth telling.
func (c *Conn) reason(s Stage, step string, err error) error {
	return &Error{s, c.cause(step, err)}
}

func (c *Conn) cause(step string, err error) error {
	if c.ctx.Err() != nil {
		return context.Cause(c.ctx)
	}
	var garbage tls.RecordHeaderError
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return waitError{step, c.step}
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return fmt.Errorf("connection reset %s", step)
	case errors.As(err, &garbage):
		return errors.New("the server does not speak TLS")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("connection closed %s", step)
	}
	var op *net.OpError
	var file *fs.PathError
	switch {
	case errors.As(err, &op) && op.Op == "remote error":
		return fmt.Errorf("TLS alert of the server: %s", strings.TrimPrefix(op.Err.Error(), "tls: "))
	case errors.As(err, &op):
		err = op.Err
	case errors.As(err, &file):
		err = file.Err
	}
	return fmt.Errorf("%w %s", err, step)
}
