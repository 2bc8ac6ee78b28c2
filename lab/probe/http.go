package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/timeline"
)

// maxBody is how much of an answer's body is kept.
const maxBody = 1 << 10

// ErrBroken says that the connection that a client kept is gone.
var ErrBroken = errors.New("the connection is broken")

// httpAsker asks for a URL, each time over a connection of its own, as many
// clients would, or, as one client at work would, over a single one: the
// requests wait for each other then, and once it is gone all fail. It may be
// asked concurrently.
type httpAsker struct {
	url    *url.URL
	client *http.Client
}

func newHTTP(n Node, ports *Ports, u *url.URL, keep bool) *httpAsker {
	transport := &http.Transport{
		DisableKeepAlives: !keep,
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			return dial(ctx, n, ports, address)
		},
	}
	if keep {
		transport.MaxConnsPerHost = 1
		transport.DialContext = once(transport.DialContext)
	}
	return &httpAsker{url: u, client: &http.Client{Transport: transport}}
}

type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// once dials until it has a connection, and never again.
func once(d dialer) dialer {
	var connected atomic.Bool
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if connected.Load() {
			return nil, ErrBroken
		}
		conn, err := d(ctx, network, address)
		connected.Store(err == nil)
		return conn, err
	}
}

func (a *httpAsker) ask(ctx context.Context, _ int, p *timeline.Probe) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url.String(), nil)
	if err != nil {
		p.Error = err.Error()
		return
	}
	res, err := a.client.Do(req)
	if err != nil {
		p.Error = err.Error()
		return
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil {
		p.Error = err.Error()
		return
	}
	p.Status, p.Body = res.StatusCode, strings.TrimSpace(string(body))
	p.OK = res.StatusCode < 400
}

func (a *httpAsker) close() error {
	a.client.CloseIdleConnections()
	return nil
}

// dial connects a TCP socket that belongs to the node, from one of ports, or, if
// that is nil, from one of the kernel's choice. Only making the socket has to happen
// there, so that waiting for an answer holds nobody up.
func dial(ctx context.Context, n Node, ports *Ports, address string) (net.Conn, error) {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, fmt.Errorf("address to connect to: %w", err)
	}
	fd := -1
	if err := n.Do(func() (err error) {
		fd, err = unix.Socket(family(to.Addr()), unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		return err
	}); err != nil {
		return nil, fmt.Errorf("make socket: %w", err)
	}
	f := os.NewFile(uintptr(fd), "tcp "+address)
	defer f.Close() // FileConn duplicates it
	if ports != nil {
		if err := ports.bind(fd, family(to.Addr())); err != nil {
			return nil, err
		}
	}
	if err := connect(ctx, f, fd, to); err != nil {
		return nil, fmt.Errorf("connect to %s: %w", address, err)
	}
	return net.FileConn(f)
}

// connect starts to connect and waits until the socket can be written to, which
// is when the kernel knows the outcome (connect(2), EINPROGRESS).
func connect(ctx context.Context, f *os.File, fd int, to netip.AddrPort) error {
	if err := unix.Connect(fd, sockaddr(to)); err != nil && err != unix.EINPROGRESS {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = f.SetWriteDeadline(time.Unix(1, 0)) })
	defer stop()
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var outcome error
	err = raw.Write(func(uintptr) bool {
		// Neither an error nor a peer: it is not decided yet. The error comes first,
		// since it may be there before anybody waits for the socket.
		code, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
		if outcome = err; err == nil && code != 0 {
			outcome = unix.Errno(code)
		}
		_, noPeer := unix.Getpeername(fd)
		return outcome != nil || noPeer == nil
	})
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return err
	}
	return outcome
}

func family(a netip.Addr) int {
	if a.Is4() {
		return unix.AF_INET
	}
	return unix.AF_INET6
}

func sockaddr(a netip.AddrPort) unix.Sockaddr {
	if a.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
	}
	return &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
}
