package web

import (
	"bufio"
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dlclark/regexp2"
	"go.uber.org/goleak"

	"github.com/viplab/viplab/daemon/check/exchange"
)

// withClock ends the clock that the engine of patterns keeps for its timeouts.
type withClock struct{ *testing.M }

func (m withClock) Run() int {
	defer regexp2.StopTimeoutClock()
	return m.M.Run()
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(withClock{m}) }

// dialFunc connects to a test's server.
type dialFunc = func(context.Context) (net.Conn, error)

// listen has serve answer each connection, which is closed after it.
func listen(t testing.TB, serve func(net.Conn)) dialFunc {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var g sync.WaitGroup
	t.Cleanup(func() { l.Close(); g.Wait() })
	g.Go(func() {
		for {
			c, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				t.Error(err)
				return
			}
			g.Go(func() { defer c.Close(); serve(c) })
		}
	})
	return func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	}
}

// request reads a request up to its empty line, and returns it.
func request(c net.Conn) string {
	var all strings.Builder
	for in := bufio.NewReader(c); ; {
		line, err := in.ReadString('\n')
		all.WriteString(line)
		if err != nil || line == "\r\n" {
			return all.String()
		}
	}
}

// answer is a server that reads the request and sends pieces.
func answer(pieces ...string) func(net.Conn) {
	return func(c net.Conn) {
		request(c)
		for _, p := range pieces {
			if _, err := c.Write([]byte(p)); err != nil {
				return
			}
		}
	}
}

// then serves with several functions, one after the other.
func then(all ...func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		for _, f := range all {
			f(c)
		}
	}
}

// hold keeps a connection open until the client ends it.
func hold(c net.Conn) {
	_, _ = c.Read(make([]byte, 1))
}

// send writes text, over and over until the client has gone if it is for ever.
func send(text string, forever bool, pause time.Duration) func(net.Conn) {
	return func(c net.Conn) {
		for {
			if _, err := c.Write([]byte(text)); err != nil || !forever {
				return
			}
			time.Sleep(pause)
		}
	}
}

// reset ends a connection with RST.
func reset(c net.Conn) {
	_ = c.(*net.TCPConn).SetLinger(0)
}

// quick are limits for servers that do not answer.
func quick() exchange.Limits {
	return exchange.Limits{Step: 100 * time.Millisecond, Total: 400 * time.Millisecond}
}
