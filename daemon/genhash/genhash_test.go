package genhash

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"net"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const page = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"

// server sends pieces to whoever has sent a request; an empty one is a pause. It returns
// the options that name it. What is asked for goes to asked.
func server(t *testing.T, config *tls.Config, asked *strings.Builder, pieces ...string) []string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var g sync.WaitGroup
	t.Cleanup(func() { l.Close(); g.Wait() })
	g.Go(func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		if config != nil {
			c = tls.Server(c, config)
		}
		defer c.Close()
		for in := bufio.NewReader(c); ; {
			line, err := in.ReadString('\n')
			asked.WriteString(line)
			if err != nil || line == "\r\n" {
				break
			}
		}
		for _, p := range pieces {
			switch p {
			case "":
				time.Sleep(1200 * time.Millisecond)
			case "RESET":
				_ = c.(*net.TCPConn).SetLinger(0)
			default:
				_, _ = c.Write([]byte(p))
			}
		}
	})
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return []string{"-s", "127.0.0.1", "-p", port, "-u", "/x", "-t", "1"}
}

// took is the part of the output that differs each time.
var took = regexp.MustCompile(`= \d+ usecs`)

// TestOutput compares what is printed with what keepalived 2.2.7 printed. Its status was
// 0 each time.
func TestOutput(t *testing.T) {
	const header = `-----------------------[    HTTP Header Buffer    ]-----------------------
0000  48 54 54 50 2f 31 2e 31 - 20 32 30 30 20 4f 4b 0d   HTTP/1.1 200 OK.
0016  0a 43 6f 6e 6e 65 63 74 - 69 6f 6e 3a 20 63 6c 6f   .Connection: clo
0032  73 65 0d 0a 0d 0a       -                           se....          
-----------------------[ HTTP Header Ascii Buffer ]-----------------------
HTTP/1.1 200 OK
Connection: close


`
	const body = `-----------------------[        HTML Buffer        ]-----------------------
0000  68 65 6c 6c 6f          -                           hello           
`
	const hash = `
-----------------------[    HTML hash resulting    ]-----------------------
0000  5d 41 40 2a bc 4b 2a 76 - b9 71 9d 91 10 17 c5 92   ]A@*.K*v.q......
-----------------------[ HTML hash final resulting ]-----------------------
`
	const digest, time = "5d41402abc4b2a76b9719d911017c592\n", "\nGlobal response time for [/x] = N usecs\n"
	tlsServer := httptest.NewUnstartedServer(nil)
	tlsServer.StartTLS()
	defer tlsServer.Close()
	config := tlsServer.TLS
	rows := []struct {
		name   string
		config *tls.Config
		flags  string
		pieces []string
		want   string // of standard output
		errs   string
	}{
		{"plain", nil, "", []string{page + "hello"}, digest, ""},
		{"verbose", nil, "-v", []string{page + "hello"}, header + body + hash + digest + time, ""},
		{"an error page", nil, "", []string{"HTTP/1.1 500 x\r\n\r\nhello"}, digest, ""},
		{"TLS", config, "-S", []string{page + "hello"}, digest, ""},
		{"verbose with TLS", config, "-vS", []string{page + "hello"}, header + body + digest + time, ""},
		{"nothing", nil, "", nil, "", "no data received from remote webserver\n"},
		{"no header", nil, "", []string{"hello"}, "", "no data received from remote webserver\n"},
		{"reset", nil, "", []string{"RESET"}, "Read error with\n", ""},
		{"no TLS", nil, "-S", []string{"hello"}, "SSL handshake/communication error connecting to\n", ""},
		{"silence", nil, "", []string{""}, "Timeout WEB read\n", ""},
		{"silence after the header", nil, "", []string{page, ""}, "Timeout HTTP read\n", ""},
		{"silence after the header, verbose", nil, "-v", []string{page, ""}, header + "Timeout HTTP read\n" + time, ""},
		{"silence with TLS", config, "-S", []string{""}, "Timeout SSL read\n", ""},
		{"silence in the handshake", nil, "-S", []string{"", ""}, "Timeout connecting\n", ""},
		{"chunks as they are", nil, "-P1.1", []string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"}, "79e9489e3bd3f0cb0158215341de046d\n", ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var asked strings.Builder
			args := server(t, row.config, &asked, row.pieces...)
			if row.name == "no TLS" {
				args = plainServer(t)
			}
			if row.flags != "" {
				args = append(args, row.flags)
			}
			var out, errs bytes.Buffer
			if status := Main("genhash", args, &out, &errs); status != 0 {
				t.Errorf("status %d", status)
			}
			got := strings.ReplaceAll(took.ReplaceAllString(out.String(), "= N usecs"), "\r", "")
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("output (-keepalived +got)\n%s", diff)
			}
			if diff := cmp.Diff(row.errs, errs.String()); diff != "" {
				t.Errorf("errors (-keepalived +got)\n%s", diff)
			}
		})
	}
}

// plainServer answers whatever it gets in plain text.
func plainServer(t *testing.T) []string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_, _ = c.Read(make([]byte, 4096))
		_, _ = c.Write([]byte(page))
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return []string{"-s", "127.0.0.1", "-p", port, "-u", "/"}
}

// TestConnectionFailed asks where nobody is.
func TestConnectionFailed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	var out, errs bytes.Buffer
	if status := Main("genhash", []string{"-s", "127.0.0.1", "-p", port, "-u", "/"}, &out, &errs); status != 0 || out.String() != "Connection failed\n" || errs.Len() > 0 {
		t.Errorf("%d %q %q", status, &out, &errs)
	}
}
