package check

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// TestReload: what is the same keeps its state and its phase, wherever the file says
// so; what is gone is silent.
func TestReload(t *testing.T) {
	b := newLab(t)
	b.serve("127.0.0.1:80", nil)
	b.serve("127.0.0.2:80", func(c net.Conn) { time.Sleep(20 * time.Millisecond); c.Close() })
	b.httpServer("127.0.0.1:82", func(string) string { return "HTTP/1.0 503 no\r\n\r\n" })
	slow := func(c *conf.Checker) { c.DelayLoop = 10 * time.Minute }
	kept := func(line int32) Spec {
		return specOf(1, checkerOf("TCP_CHECK", "127.0.0.1:80", slow, func(c *conf.Checker) {
			c.Pos.Line = line
			c.Probe = nil
		}))
	}
	web := func(id ID, path string, line int32) Spec {
		return specOf(id, checkerOf("HTTP_GET", "127.0.0.1:82", slow, func(c *conf.Checker) {
			u := &conf.URL{Path: path}
			u.Pos.Line = line
			c.Probe = &conf.HTTPProbe{URLs: []*conf.URL{u}}
		}))
	}
	b.start(kept(1), specOf(2, checkerOf("TCP_CHECK", "127.0.0.1:80", slow)), web(3, "/a", 5), web(4, "/a", 6), specOf(5, checkerOf("TCP_CHECK", "127.0.0.2:80")))
	b.expect(t, 1, true, "")
	b.expect(t, 2, true, "")
	b.expect(t, 3, false, "HTTP status 503, want 200-299")
	b.expect(t, 4, false, "HTTP status 503, want 200-299")
	b.expect(t, 5, true, "")
	before := b.m.Reports()
	again := kept(7)
	again.Up = false // what it takes the server for no longer matters
	b.reload(web(3, "/a", 50), again, specOf(2, checkerOf("TCP_CHECK", "127.0.0.1:81", slow)), web(4, "/b", 6))
	gone := len(b.results)
	b.expect(t, 2, false, "connection refused")
	b.expect(t, 4, false, "HTTP status 503, want 200-299")
	after := b.m.Reports()
	if len(after) != 4 || after[1] != before[0] || after[0] != before[2] {
		t.Errorf("before %+v\nafter  %+v", before, after)
	}
	if gone > 0 || len(b.results) > 0 {
		t.Errorf("of the ones that are gone: %v", b.results)
	}
}

// TestAlpha: the first result is news, also of a server that is taken for down; what
// follows is not, until it is up.
func TestAlpha(t *testing.T) {
	b := newLab(t)
	s := specOf(1, checkerOf("TCP_CHECK", "127.0.0.1:80"))
	s.Up = false
	b.start(s)
	b.expect(t, 1, false, "connection refused")
	eventually(func() bool { return b.m.Reports()[0].Checks > 3 })
	if r := b.m.Reports()[0]; len(b.results) > 0 || !r.Known || r.Up {
		t.Errorf("%v, %+v", b.results, r)
	}
	b.serve("127.0.0.1:80", nil)
	b.expect(t, 1, true, "")
}

func TestSuspend(t *testing.T) {
	b := newLab(t)
	b.serve("127.0.0.1:80", nil)
	b.start(specOf(1, checkerOf("TCP_CHECK", "127.0.0.1:80")), specOf(2, checkerOf("TCP_CHECK", "10.9.0.5:80", func(c *conf.Checker) { c.ConnectTimeout = time.Hour })))
	b.expect(t, 1, true, "")
	b.m.Suspend(1, true)
	b.m.Suspend(2, true)
	b.m.Suspend(77, true)
	before := b.m.Reports()
	time.Sleep(100 * time.Millisecond)
	after := b.m.Reports()
	if after[0].Checks != before[0].Checks || after[1].Checks != 0 {
		t.Errorf("attempts are made: %+v", after)
	}
	if d := after[0].Next.Sub(before[0].Next); d <= 0 || d%(30*time.Millisecond) != 0 {
		t.Errorf("the phase is another one: the next attempt is %v later", d)
	}
	b.m.Suspend(1, false)
	eventually(func() bool { return b.m.Reports()[0].Checks > after[0].Checks+2 })
	b.m.SuspendAll(true)
	n := b.m.Reports()[0].Checks
	time.Sleep(50 * time.Millisecond)
	if b.m.Reports()[0].Checks != n {
		t.Error("attempts are made, although all are suspended")
	}
	b.m.SuspendAll(false)
	eventually(func() bool { return b.m.Reports()[0].Checks > n })
}

// TestClose: with attempts under way nothing is left; TestMain looks.
func TestClose(t *testing.T) {
	b := newLab(t)
	b.serve("127.0.0.1:80", func(c net.Conn) {
		_, _ = c.Read(make([]byte, 1))
		time.Sleep(time.Millisecond)
		_, _ = c.Read(make([]byte, 1000))
		c.Close()
	})
	web := checkerOf("HTTP_GET", "127.0.0.1:80", func(c *conf.Checker) {
		c.ConnectTimeout = time.Hour
		c.Probe = &conf.HTTPProbe{URLs: []*conf.URL{{Path: "/"}}}
	})
	silent := checkerOf("TCP_CHECK", "10.9.0.5:80", func(c *conf.Checker) { c.ConnectTimeout = time.Hour })
	b.start(specOf(1, web), specOf(2, silent))
	eventually(func() bool {
		r := b.m.Reports()
		return len(r) == 2 && r[0].Next.IsZero() && r[1].Next.IsZero()
	})
	if err := b.m.Close(context.Background()); err != nil {
		t.Error(err)
	}
	if err := b.m.Reload(nil); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v", err)
	}
	b.m.BFD("x", true)
	b.m.Suspend(1, true)
	if r := b.m.Reports(); r != nil {
		t.Errorf("%v", r)
	}
}

func TestBrokenThread(t *testing.T) {
	if _, err := New(Options{Log: newRecord(), OnThread: func() error { return errors.New("no") }}); err == nil {
		t.Error("there is a Manager")
	}
}
