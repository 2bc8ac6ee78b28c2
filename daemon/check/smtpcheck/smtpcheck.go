// Package smtpcheck asks whether a mail server is ready: the checker SMTP_CHECK.
package smtpcheck

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/viplab/viplab/daemon/check/exchange"
)

// bufferSize is what is held of what a server sends, in bytes.
const bufferSize = 512

// Run connects with dial, wants 220, says HELO with a name, wants 250, says QUIT and
// wants any reply. An error is a short reason, or what dial says.
func Run(ctx context.Context, dial func(context.Context) (net.Conn, error), helo string, l exchange.Limits) error {
	c, err := exchange.Open(ctx, dial, l)
	if err != nil {
		return err
	}
	defer c.Close()
	in := bufio.NewReaderSize(c, bufferSize)
	if err := want(c, in, "220", "greeting"); err != nil {
		return err
	}
	if err := c.Send("HELO "+helo+"\r\n", "HELO"); err != nil {
		return err
	}
	if err := want(c, in, "250", "reply to HELO"); err != nil {
		return err
	}
	if err := c.Send("QUIT\r\n", "QUIT"); err != nil {
		return err
	}
	return want(c, in, "", "reply to QUIT")
}

// want reads a reply, which must have a code; empty: any.
func want(c *exchange.Conn, in *bufio.Reader, code, what string) error {
	c.Awaits = "the " + what
	r, err := readReply(in)
	switch {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("connection closed without a %s", what)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("connection closed within the %s", what)
	case errors.Is(err, errBig), errors.Is(err, errNoCode), errors.Is(err, errMixed):
		return fmt.Errorf("the %s %w", what, err)
	case err != nil:
		return err
	case code != "" && r.code != code:
		return fmt.Errorf("%s %q, want %s", what, r.line, code)
	}
	return nil
}
