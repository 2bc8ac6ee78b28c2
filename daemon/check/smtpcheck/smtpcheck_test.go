package smtpcheck

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/viplab/viplab/daemon/check/exchange"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server answers one connection: first it greets, then it answers line by line. A word
// in capitals alone is what it does instead.
func server(t *testing.T, got *strings.Builder, answers ...string) func(context.Context) (net.Conn, error) {
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
		defer c.Close()
		in := bufio.NewReader(c)
		for i, a := range answers {
			if i > 0 {
				line, err := in.ReadString('\n')
				got.WriteString(line)
				if err != nil {
					return
				}
			}
			switch a {
			case "HOLD":
				_, _ = in.ReadByte()
			case "RESET":
				_ = c.(*net.TCPConn).SetLinger(0)
				return
			case "DRIP":
				for err == nil {
					_, err = c.Write([]byte("2"))
					time.Sleep(10 * time.Millisecond)
				}
			case "ENDLESS":
				for err == nil {
					_, err = c.Write([]byte("220-hello hello hello\r\n"))
				}
			default:
				_, _ = c.Write([]byte(a))
			}
		}
	})
	return func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	}
}

// TestRun has what keepalived 2.2.7 made of the same servers, but for what the name
// says.
func TestRun(t *testing.T) {
	const greeting, fine, bye = "220 x\r\n", "250 x\r\n", "221 x\r\n"
	rows := []struct {
		name    string
		answers []string
		want    string // empty: success
	}{
		{"success", []string{greeting, fine, bye}, ""},
		{"line feeds alone", []string{"220 x\n", "250 x\n", "221 x\n"}, ""},
		{"any reply to QUIT", []string{greeting, fine, "500 x\r\n"}, ""},
		{"several lines (keepalived: fails)", []string{"220-a\r\n220-b\r\n220 c\r\n", "250-a\r\n250 b\r\n", bye}, ""},
		{"code alone (keepalived: fails)", []string{"220\r\n", "250\r\n", bye}, ""},
		{"long line (keepalived: fails)", []string{"220 " + strings.Repeat("x", 2000) + "\r\n", fine, bye}, ""},
		{"refused", []string{"554 no\r\n"}, `greeting "554 no", want 220`},
		{"busy", []string{"421 later\r\n"}, `greeting "421 later", want 220`},
		{"HELO refused", []string{greeting, "502 no\r\n"}, `reply to HELO "502 no", want 250`},
		{"another success", []string{greeting, "251 x\r\n"}, `reply to HELO "251 x", want 250`},
		{"different codes", []string{"220-a\r\n554 b\r\n"}, "the greeting has lines with different codes"},
		{"no SMTP", []string{"HTTP/1.0 400 x\r\n"}, "the greeting does not begin with a code of three digits"},
		{"empty line", []string{"\r\n220 x\r\n"}, "the greeting does not begin with a code of three digits"},
		{"four digits", []string{"2200 x\r\n"}, "the greeting does not begin with a code of three digits"},
		{"NUL", []string{"\x00220 x\r\n"}, "the greeting does not begin with a code of three digits"},
		{"closes", []string{""}, "connection closed without a greeting"},
		{"closes within a line", []string{"220 x"}, "connection closed within the greeting"},
		{"closes between lines", []string{"220-x\r\n"}, "connection closed within the greeting"},
		{"closes after HELO", []string{greeting, ""}, "connection closed without a reply to HELO"},
		{"closes after QUIT", []string{greeting, fine, ""}, "connection closed without a reply to QUIT"},
		{"silence", []string{"HOLD"}, "timeout waiting for the greeting (100ms)"},
		{"silence after HELO", []string{greeting, "HOLD"}, "timeout waiting for the reply to HELO (100ms)"},
		{"silence after QUIT", []string{greeting, fine, "HOLD"}, "timeout waiting for the reply to QUIT (100ms)"},
		{"reset", []string{greeting, "RESET"}, "connection reset waiting for the reply to HELO"},
		{"endless", []string{"ENDLESS"}, "the greeting is longer than 16384 bytes"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var got strings.Builder
			err := Run(t.Context(), server(t, &got, row.answers...), "my.name", exchange.Limits{Step: 100 * time.Millisecond})
			switch {
			case row.want == "" && err != nil:
				t.Error(err)
			case row.want != "" && (err == nil || err.Error() != row.want):
				t.Errorf("%v, want %s", err, row.want)
			}
		})
	}
}

// TestSaid looks at what the server gets: what keepalived 2.2.7 sends.
func TestSaid(t *testing.T) {
	var got strings.Builder
	t.Run("talk", func(t *testing.T) {
		if err := Run(t.Context(), server(t, &got, "220 x\r\n", "250 x\r\n", "221 x\r\n"), "smtpchecker.keepalived.org", exchange.Limits{}); err != nil {
			t.Fatal(err)
		}
	})
	if want := "HELO smtpchecker.keepalived.org\r\nQUIT\r\n"; got.String() != want {
		t.Errorf("%q, want %q", got.String(), want)
	}
}

// TestCancel ends a talk in the middle.
func TestCancel(t *testing.T) {
	gone := errors.New("the checker is no more")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(20*time.Millisecond, func() { cancel(gone) })
	var got strings.Builder
	if err := Run(ctx, server(t, &got, "DRIP"), "h", exchange.Limits{Step: time.Second}); !errors.Is(err, gone) {
		t.Error(err)
	}
}

// FuzzReply reads what might be a reply, at once and byte by byte.
func FuzzReply(f *testing.F) {
	for _, s := range []string{"220 x\r\n", "220-a\r\n220 b\r\n", "220\n", "22", "\r\n", "220-a\r\n554 b\r\n", "2200\r\n", "220-" + strings.Repeat("x", 600) + "\n220 \xff\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		one, err1 := readReply(bufio.NewReaderSize(strings.NewReader(string(data)), bufferSize))
		two, err2 := readReply(bufio.NewReaderSize(&slow{data}, 16))
		if one != two || (err1 == nil) != (err2 == nil) || err1 != nil && err1.Error() != err2.Error() {
			t.Fatalf("%v %v, and byte by byte %v %v", one, err1, two, err2)
		}
		if err1 == nil && (len(one.code) != 3 || !strings.HasPrefix(one.line, one.code)) {
			t.Fatalf("%q", one)
		}
	})
}

// slow gives a byte at a time.
type slow struct{ rest []byte }

func (s *slow) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		return 0, io.EOF
	}
	p[0], s.rest = s.rest[0], s.rest[1:]
	return 1, nil
}
