// Package dnscheck asks a name server a question: the checker DNS_CHECK.
package dnscheck

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

const defaultTimeout = 5 * time.Second

// Run sends the question of probe over the UDP socket that dial returns, and wants an answer to it
// without an error within timeout; zero: 5 s. Datagrams that are no answer to it are passed
// over. An error is a short reason.
func Run(ctx context.Context, dial func(context.Context) (net.Conn, error), probe *conf.DNSProbe, timeout time.Duration) error {
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	id, err := newID()
	if err != nil {
		return err
	}
	query, err := question(id, probe.Type, probe.Name)
	if err != nil {
		return err
	}
	deadline := time.Now().Add(timeout)
	step, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	conn, err := dial(step)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	_ = conn.SetDeadline(deadline)
	if _, err := conn.Write(query); err != nil {
		return reason(ctx, timeout, err)
	}
	answer := make([]byte, 512)
	for {
		n, err := conn.Read(answer)
		if err != nil && !errors.Is(err, io.EOF) { // an empty datagram is that, read as a file
			return reason(ctx, timeout, err)
		}
		if ok, err := judge(answer[:n], id); ok {
			return err
		}
	}
}

func newID() (uint16, error) {
	var b [2]byte
	if _, err := rand.Read(b[:]); err != nil {
		return 0, fmt.Errorf("make an id: %w", err)
	}
	return binary.BigEndian.Uint16(b[:]), nil
}

func reason(ctx context.Context, timeout time.Duration, err error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("no answer within %v", timeout)
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("port unreachable")
	}
	return err
}
