package exchange

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestReadLine(t *testing.T) {
	tooMuch := errors.New("too much")
	rows := []struct {
		text, want string
		err        error
	}{
		{"abc\n", "abc", nil},
		{"abc\r\ndef", "abc", nil},
		{"\n", "", nil},
		{"\r\n", "", nil},
		{"a\rb\r\r\n", "a\rb\r", nil},
		{"", "", io.EOF},
		{"abc", "", io.ErrUnexpectedEOF},
		{strings.Repeat("0123456789", 5) + "\n", "01234567890123456789", nil},
		{strings.Repeat("x", 100) + "\n", "", tooMuch},
		{strings.Repeat("x", 64), "", io.ErrUnexpectedEOF},
	}
	for _, row := range rows {
		for _, in := range []io.Reader{strings.NewReader(row.text), iotest.OneByteReader(strings.NewReader(row.text))} {
			size := 0
			line, err := ReadLine(bufio.NewReaderSize(in, 16), make([]byte, 0, 20), func(p []byte) error {
				if size += len(p); size > 64 {
					return tooMuch
				}
				return nil
			})
			if string(line) != row.want || !errors.Is(err, row.err) {
				t.Errorf("%q: %q %v, want %q %v", row.text, line, err, row.want, row.err)
			}
		}
	}
}

// failing is a connection that fails in one way.
type failing struct {
	net.Conn
	err error
}

func (f failing) Read([]byte) (int, error)    { return 0, f.err }
func (f failing) Write([]byte) (int, error)   { return 0, f.err }
func (f failing) SetDeadline(time.Time) error { return nil }
func (f failing) Close() error                { return nil }

// TestReasons says errors of sockets, and of files that are sockets, in a few words.
func TestReasons(t *testing.T) {
	rows := []struct {
		err  error
		want string
	}{
		{&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, "connection reset waiting for the greeting"},
		{&fs.PathError{Op: "read", Path: "x", Err: syscall.ECONNRESET}, "connection reset waiting for the greeting"},
		{&fs.PathError{Op: "read", Path: "x", Err: syscall.EHOSTUNREACH}, "no route to host waiting for the greeting"},
		{&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, "timeout waiting for the greeting (3s)"},
		{&fs.PathError{Op: "read", Path: "x", Err: os.ErrDeadlineExceeded}, "timeout waiting for the greeting (3s)"},
	}
	for _, row := range rows {
		c, err := Open(t.Context(), func(context.Context) (net.Conn, error) { return failing{err: row.err}, nil }, Limits{Step: 3 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		c.Awaits = "the greeting"
		_, err = c.Read(make([]byte, 1))
		var at *Error
		if !errors.As(err, &at) || at.Stage != Receiving || err.Error() != row.want {
			t.Errorf("%v, want %s", err, row.want)
		}
		if errors.Is(err, os.ErrDeadlineExceeded) != strings.HasPrefix(row.want, "timeout") {
			t.Errorf("%v: is it a timeout?", err)
		}
		if err := c.Send("x", "HELO"); !errors.As(err, &at) || at.Stage != Sending {
			t.Errorf("%v", err)
		}
		c.Close()
	}
}

// TestTotal ends a talk whose steps are quick enough.
func TestTotal(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	go func() {
		for {
			if _, err := theirs.Write([]byte("x")); err != nil {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	c, err := Open(t.Context(), func(context.Context) (net.Conn, error) { return ours, nil }, Limits{Step: time.Minute, Total: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for err == nil {
		_, err = c.Read(make([]byte, 1))
	}
	if !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), "not over after 50ms") {
		t.Error(err)
	}
}
