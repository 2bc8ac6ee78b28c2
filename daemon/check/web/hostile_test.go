package web

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/check/exchange"
)

// TestHostile has servers that do what they should not. Each check ends in time, and
// says why.
func TestHostile(t *testing.T) {
	forever := func(text string) func(net.Conn) { return then(answer(), send(text, true, 0)) }
	drip := func(head string) func(net.Conn) {
		return then(answer(head), send("x", true, 20*time.Millisecond))
	}
	rows := []struct {
		name    string
		serve   func(net.Conn)
		want    string
		version string
	}{
		{"silence", then(answer(), hold), "timeout waiting for the reply (100ms)", ""},
		{"closes at once", func(net.Conn) {}, "connection reset waiting for the reply|connection closed without a reply|connection reset sending the request", ""},
		{"closes without a reply", answer(), "connection closed without a reply", ""},
		{"closes within the status", answer("HTTP/1.1 2"), "connection closed within the header of the reply", ""},
		{"closes within the header", answer(ok + "X: y\r\n"), "connection closed within the header of the reply", ""},
		{"HTTP/0.9", answer("<html>hello</html>\n"), "the reply is not of HTTP", ""},
		{"HTTP/0.9 in one line", answer("hello"), "connection closed within the header of the reply", ""},
		{"garbage", answer("\x00\xff\x13\x37\n\x01\r\n"), "the reply is not of HTTP", ""},
		{"an empty line first", answer("\r\n" + ok + "\r\n"), "the reply is not of HTTP", ""},
		{"stops within the header", then(answer(ok+"X:"), hold), "timeout waiting for the rest of the reply (100ms)", ""},
		{"stops within the body", then(answer(ok+"Content-Length: 9\r\n\r\nhello"), hold), "timeout waiting for the rest of the reply (100ms)", ""},
		{"reset", then(answer(), reset), "connection reset waiting for the reply", ""},
		{"reset within the body", then(answer(ok+"Content-Length: 9\r\n\r\nhello"), func(c net.Conn) { time.Sleep(20 * time.Millisecond); reset(c) }), "connection reset waiting for the rest of the reply", ""},
		{"drips a header", drip(ok + "X: "), "not over after 400ms, though something came now and then", ""},
		{"drips header lines", then(answer(ok), send("X: y\r\n", true, 20*time.Millisecond)), "not over after 400ms, though something came now and then", ""},
		{"drips a body", drip(ok + "\r\n"), "not over after 400ms, though something came now and then", ""},
		{"endless header", forever("HTTP/1.1 200 x\r\nX: y\r\n"), "the header of the reply is longer than 65536 bytes", ""},
		{"endless line", forever("HTTP/1.1 200 xxxxxxx"), "the header of the reply is longer than 65536 bytes", ""},
		{"endless 1xx", forever("HTTP/1.1 100 x\r\n\r\n"), "too many replies 1xx", ""},
		{"wrong chunks", answer(ok + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"), "the reply is cut into chunks wrongly", Version11},
		{"a chunk without an end", answer(ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloo\r\n0\r\n\r\n"), "the reply is cut into chunks wrongly", Version11},
		{"a negative chunk", answer(ok + "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n"), "the reply is cut into chunks wrongly", Version11},
		{"a gigantic chunk", answer(ok + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nhello\r\n"), "the reply is cut into chunks wrongly", Version11},
		{"closes within a chunk", answer(ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel"), "connection closed within the chunks of the reply", Version11},
		{"closes between chunks", answer(ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), "connection closed within the chunks of the reply", Version11},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			_, err := Fetch(t.Context(), listen(t, row.serve), &Request{Path: "/", Host: "h", Version: row.version, Limits: quick(), Digest: true})
			if err == nil || !contains(strings.Split(row.want, "|"), err.Error()) {
				t.Errorf("%v, want %s", err, row.want)
			}
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func contains(list []string, text string) bool {
	for _, s := range list {
		if s == text {
			return true
		}
	}
	return false
}

// TestEndlessBody has a body that never ends come fast: it is given up at its limit,
// and next to nothing of it is held.
func TestEndlessBody(t *testing.T) {
	for _, row := range []struct{ name, version, head, piece string }{
		{"to the end", "", ok + "\r\n", strings.Repeat("x", 1<<16)},
		{"sized", "", ok + "Content-Length: 1000000000000\r\n\r\n", strings.Repeat("x", 1<<16)},
		{"chunks", Version11, ok + "Transfer-Encoding: chunked\r\n\r\n", strings.Repeat("10\r\n0123456789abcdef\r\n", 1<<12)},
		{"one chunk", Version11, ok + "Transfer-Encoding: chunked\r\n\r\nffffffffffff\r\n", strings.Repeat("x", 1<<16)},
		{"a trailer", Version11, ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n", strings.Repeat("x: y\r\n", 1<<12)},
	} {
		t.Run(row.name, func(t *testing.T) {
			dial := listen(t, then(answer(row.head), send(row.piece, true, 0)))
			_, err := Fetch(t.Context(), dial, &Request{Path: "/", Host: "h", Version: row.version, Digest: true, most: 1 << 20})
			if !errors.Is(err, ErrBigBody) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestCancel ends an exchange in the middle.
func TestCancel(t *testing.T) {
	gone := errors.New("the checker is no more")
	ctx, cancel := context.WithCancelCause(t.Context())
	dial := listen(t, func(c net.Conn) { request(c); cancel(gone); hold(c) })
	if _, err := Fetch(ctx, dial, &Request{Path: "/", Host: "h"}); !errors.Is(err, gone) {
		t.Errorf("%v", err)
	}
}

// TestDialErrors passes on what dial says, but for there being no more time.
func TestDialErrors(t *testing.T) {
	refused := errors.New("refused")
	_, err := Fetch(t.Context(), func(context.Context) (net.Conn, error) { return nil, refused }, &Request{Path: "/"})
	if err != refused {
		t.Errorf("%v", err)
	}
	_, err = Fetch(t.Context(), func(ctx context.Context) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }, &Request{Path: "/", Limits: quick()})
	var at *exchange.Error
	if !errors.As(err, &at) || at.Stage != exchange.Connecting || err.Error() != "timeout connecting (100ms)" {
		t.Errorf("%v", err)
	}
}
