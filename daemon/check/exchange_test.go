package check

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// httpServer answers GET with what f says of the path.
func (b *lab) httpServer(addr string, f func(path string) string) *server {
	return b.serve(addr, func(c net.Conn) {
		defer c.Close()
		line, err := bufio.NewReader(c).ReadString('\n')
		if err == nil {
			_, _ = io.WriteString(c, f(strings.Fields(line + " x x")[1]))
		}
	})
}

func webChecker(kind, addr string, paths ...string) *conf.Checker {
	return checkerOf(kind, addr, func(c *conf.Checker) {
		p := &conf.HTTPProbe{}
		for _, path := range paths {
			p.URLs = append(p.URLs, &conf.URL{Path: path})
		}
		c.Probe = p
	})
}

// TestExchanges is of servers that behave, and of ones that do not.
func TestExchanges(t *testing.T) {
	b := newLab(t)
	b.httpServer("127.0.0.1:80", func(path string) string {
		return map[string]string{"/bad": "HTTP/1.0 503 no\r\n\r\n", "/garbage": "!@#$%\x00\xff\r\n\r\n", "/nothing": ""}[path] + map[bool]string{true: "HTTP/1.0 200 OK\r\n\r\nhello"}[path == "/"]
	})
	b.serve("127.0.0.1:81", func(c net.Conn) { _, _ = io.Copy(io.Discard, c); c.Close() }) // silent
	b.serve("127.0.0.1:82", func(c net.Conn) {                                             // endless
		defer c.Close()
		_, _ = io.WriteString(c, "HTTP/1.0 200 OK\r\n")
		for n := 0; ; n++ {
			if _, err := fmt.Fprintf(c, "X-%d: %s\r\n", n, strings.Repeat("x", 500)); err != nil {
				return
			}
		}
	})
	b.serve("127.0.0.1:83", func(c net.Conn) { // drips
		defer c.Close()
		for {
			if _, err := io.WriteString(c, "H"); err != nil {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	})
	b.serve("127.0.0.1:84", func(c net.Conn) { // resets
		_, _ = c.Read(make([]byte, 10))
		_ = c.(*net.TCPConn).SetLinger(0)
		c.Close()
	})
	b.serve("127.0.0.1:25", func(c net.Conn) {
		defer c.Close()
		_, _ = io.WriteString(c, "220 hello\r\n")
		in := bufio.NewScanner(c)
		for in.Scan() {
			_, _ = io.WriteString(c, "250 yes\r\n")
		}
	})
	b.answer("127.0.0.1:53", func(in []byte) []byte { in[2], in[3] = 0x84, 0; return in })
	b.answer("127.0.0.1:54", func(in []byte) []byte { in[2], in[3] = 0x84, 2; return in })
	smtp := func(addr string) *conf.Checker {
		return checkerOf("SMTP_CHECK", addr, func(c *conf.Checker) { c.Probe = &conf.SMTPProbe{Helo: "x"} })
	}
	dns := func(addr string) *conf.Checker {
		return checkerOf("DNS_CHECK", addr, func(c *conf.Checker) { c.Probe = &conf.DNSProbe{Type: "SOA", Name: "."} })
	}
	rows := []struct {
		c      *conf.Checker
		up     bool
		reason string // part of it
	}{
		{webChecker("HTTP_GET", "127.0.0.1:80", "/"), true, ""},
		{webChecker("HTTP_GET", "127.0.0.1:80", "/bad"), false, "503"},
		{webChecker("HTTP_GET", "127.0.0.1:80", "/garbage"), false, "HTTP"},
		{webChecker("HTTP_GET", "127.0.0.1:80", "/nothing"), false, "without a reply"},
		{webChecker("HTTP_GET", "127.0.0.1:81", "/"), false, "200ms"},
		{webChecker("HTTP_GET", "127.0.0.1:82", "/"), false, "longer than"},
		{webChecker("HTTP_GET", "127.0.0.1:83", "/"), false, "-"}, // has a minute
		{webChecker("HTTP_GET", "127.0.0.1:84", "/"), false, "connection reset"},
		{webChecker("HTTP_GET", "127.0.0.1:99", "/"), false, "connection refused"},
		{webChecker("HTTP_GET", "10.9.0.5:80", "/"), false, "timed out after 0.2 s"},
		{webChecker("SSL_GET", "127.0.0.1:80", "/"), false, "TLS"},
		{webChecker("SSL_GET", "127.0.0.1:81", "/"), false, "200ms"},
		{smtp("127.0.0.1:25"), true, ""},
		{smtp("127.0.0.1:80"), false, "200ms"},
		{smtp("127.0.0.1:99"), false, "connection refused"},
		{dns("127.0.0.1:53"), true, ""},
		{dns("127.0.0.1:54"), false, "rcode 2"},
		{dns("127.0.0.1:99"), false, "port unreachable"},
	}
	var specs []Spec
	for i, row := range rows {
		specs = append(specs, specOf(ID(i), row.c))
	}
	b.start(specs...)
	for i, row := range rows {
		if row.reason == "-" {
			if r := b.m.Reports()[i]; r.Checks > 0 {
				t.Errorf("%+v", r)
			}
			continue
		}
		if x := b.take(ID(i)); x.Up != row.up || !strings.Contains(x.Reason, row.reason) {
			t.Errorf("%s %v:%d: %v %q, want %v, %q", row.c.Kind, row.c.ConnectIP, row.c.ConnectPort, x.Up, x.Reason, row.up, row.reason)
		} else if x.Reason != "" {
			t.Logf("%s: %s", row.c.Kind, x.Reason)
		}
	}
}

// TestPages asks for one url at a time.
func TestPages(t *testing.T) {
	b := newLab(t)
	paths := make(chan string, 1000)
	b.httpServer("127.0.0.1:80", func(path string) string { paths <- path; return "HTTP/1.0 200 OK\r\n\r\nhello" })
	b.start(specOf(1, webChecker("HTTP_GET", "127.0.0.1:80", "/a", "/b", "/c")))
	for _, want := range []string{"/a", "/b", "/c", "/a", "/b"} {
		if got := <-paths; got != want {
			t.Errorf("asked for %s, want %s", got, want)
		}
	}
	b.expect(t, 1, true, "")
	b.until("Remote Web server [127.0.0.1]:tcp:80 succeed on service.")
}

// TestGarbage: servers that send anything at all fail, and no more.
func TestGarbage(t *testing.T) {
	b := newLab(t)
	b.serve("127.0.0.1:80", func(c net.Conn) {
		defer c.Close()
		junk := make([]byte, rand.IntN(5000))
		for i := range junk {
			junk[i] = byte(rand.Uint32())
		}
		_, _ = c.Write(junk)
	})
	b.serve("127.0.0.1:81", nil)
	var specs []Spec
	for i, kind := range []string{"HTTP_GET", "SSL_GET", "SMTP_CHECK"} {
		c := webChecker(kind, "127.0.0.1:80", "/")
		if kind == "SMTP_CHECK" {
			c.Probe = &conf.SMTPProbe{}
		}
		c.DelayLoop = time.Millisecond
		specs = append(specs, specOf(ID(i), c))
	}
	b.start(append(specs, specOf(9, checkerOf("TCP_CHECK", "127.0.0.1:81")))...)
	b.expect(t, 9, true, "")
	eventually(func() bool {
		for _, r := range b.m.Reports()[:3] {
			if r.Checks < 100 {
				return false
			}
		}
		return true
	})
	for _, r := range b.m.Reports() {
		if r.Up != (r.ID == 9) {
			t.Errorf("%+v", r)
		}
	}
}
