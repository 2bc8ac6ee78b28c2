// Package genhash prints the MD5 digest of a page, for the keyword digest: what
// keepalived does as genhash.
package genhash

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/check/exchange"
	"github.com/viplab/viplab/daemon/check/web"
)

// Exit statuses. A page that cannot be had is no error, as in keepalived.
const (
	exitOK    = 0
	exitUsage = 1
)

// Main runs genhash with the words behind its name, and returns the exit status. The name is
// what the usage text begins with.
func Main(name string, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args)
	if err != nil {
		if err.Error() != "" {
			fmt.Fprintln(stderr, err)
		}
		usage(stderr, name)
		return exitUsage
	}
	o.run(context.Background(), stdout, stderr)
	return exitOK
}

// run asks for the page and prints what comes of it.
func (o *options) run(ctx context.Context, stdout, stderr io.Writer) {
	out := &output{w: stdout, verbose: o.verbose, tls: o.tls}
	began := time.Now()
	reply, err := o.fetch(ctx, out)
	switch {
	case err == nil:
		out.digest(reply.RawDigest)
	case noReply(err):
		fmt.Fprintln(stderr, "no data received from remote webserver")
		out.empty()
	default:
		if bytes.HasSuffix(out.head.Bytes(), []byte("\r\n\r\n")) {
			out.header()
		}
		fmt.Fprintln(stdout, out.message(err))
	}
	if o.verbose {
		fmt.Fprintf(stdout, "\nGlobal response time for [%s] = %d usecs\n", o.url, time.Since(began).Microseconds())
	}
}

func (o *options) fetch(ctx context.Context, out *output) (*web.Reply, error) {
	server := netip.AddrPortFrom(o.server, o.port)
	r := &web.Request{Path: o.url, Host: o.host, Version: o.version, Limits: exchange.Limits{Step: o.timeout}, Digest: true}
	if r.Host == "" {
		r.Host = web.HostOf(server)
	}
	r.Head = &out.head
	if o.verbose {
		r.Body = pieces{out}
	}
	if o.tls {
		name := ""
		if o.sni {
			name = o.host
		}
		var err error
		if r.TLS, err = web.NewTLS(name, nil); err != nil {
			return nil, err
		}
	}
	dialer := net.Dialer{Control: o.mark}
	return web.Fetch(ctx, func(ctx context.Context) (net.Conn, error) {
		c, err := dialer.DialContext(ctx, "tcp", server.String())
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() == nil {
			err = &exchange.Error{Stage: exchange.Connecting, Err: err}
		}
		return c, err
	}, r)
}

// mark sets the firewall mark of a socket.
func (o *options) mark(_, _ string, c syscall.RawConn) error {
	if o.fwmark == 0 {
		return nil
	}
	var err error
	if cerr := c.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_MARK, int(o.fwmark))
	}); cerr != nil {
		return cerr
	}
	return err
}

// noReply reports whether a server sent nothing that is a reply of HTTP.
func noReply(err error) bool {
	for _, e := range []error{web.ErrNoReply, web.ErrCutHead, web.ErrNotHTTP, web.ErrBigHead, web.ErrInterim} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
