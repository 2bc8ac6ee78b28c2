package web

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/viplab/viplab/daemon/check/regex"
)

// endless is a server that sends a beginning and then the same for ever.
type endless struct {
	head, rest string
	at         int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.head)
	if e.head = e.head[n:]; e.head == "" {
		for n < len(p) {
			m := copy(p[n:], e.rest[e.at:])
			n, e.at = n+m, (e.at+m)%len(e.rest)
		}
	}
	return n, nil
}

// TestMemory reads replies as large as they may be and wants next to nothing
// allocated for them.
func TestMemory(t *testing.T) {
	find, err := regex.Compile("needle", nil, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	long := ok + strings.Repeat("X-Long: "+strings.Repeat("y", 500)+"\r\n", 100) + "Content-Length: 4000000\r\n\r\n"
	rows := []struct {
		name    string
		server  *endless
		request Request
		most    uint64 // bytes
		want    error
	}{
		{"endless line", &endless{"", "x", 0}, Request{}, 16 << 10, ErrBigHead},
		{"endless header", &endless{ok, "X: y\r\n", 0}, Request{}, 16 << 10, ErrBigHead},
		{"large body", &endless{long, "x", 0}, Request{Digest: true}, 16 << 10, nil},
		{"endless body", &endless{ok + "\r\n", "x", 0}, Request{Digest: true}, 16 << 10, ErrBigBody},
		{"endless chunks", &endless{ok + "Transfer-Encoding: chunked\r\n\r\n", "400\r\n" + strings.Repeat("x", 1024) + "\r\n", 0}, Request{Version: Version11}, 16 << 10, ErrBigBody},
		{"searched", &endless{ok + "\r\n", "hay ", 0}, Request{Match: find}, 40 << 20, ErrBigBody}, // each window anew, a MiB; not held
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if row.name != "endless chunks" { // that one goes to the real limit
				row.request.most = 4 << 20
			}
			reply, err := receive(context.Background(), row.server, &row.request)
			runtime.ReadMemStats(&after)
			if !errors.Is(err, row.want) {
				t.Errorf("%v %v, want %v", reply, err, row.want)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > row.most {
				t.Errorf("%d bytes were allocated, %d at most", n, row.most)
			}
		})
	}
}

// FuzzReply reads what might be a reply, at once and byte by byte: both come to the same.
func FuzzReply(f *testing.F) {
	for _, s := range []string{
		ok + "Content-Length: 5\r\n\r\nhello", ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "HTTP/1.1 100 x\r\n\r\n" + ok + "\r\n",
		"HTTP/1.1 204 x\n\n", "\x00\xff", ok + "X: \x00\r\n\r\n", "ICY 200 x\r\n\r\n", ok + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n",
	} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	find, err := regex.Compile("(?<!x)[a-y]+z?$", nil, 0, 100)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte, chunks bool) {
		r := &Request{Digest: true, Match: find}
		if chunks {
			r.Version = Version11
		}
		one, err1 := receive(t.Context(), strings.NewReader(string(data)), r)
		two, err2 := receive(t.Context(), &slow{data}, r)
		if (err1 == nil) != (err2 == nil) || err1 != nil && err1.Error() != err2.Error() {
			t.Fatalf("%v, and byte by byte %v", err1, err2)
		}
		if err1 == nil && *one != *two {
			t.Fatalf("%v, and byte by byte %v", one, two)
		}
		if err1 == nil && one.Length > int64(len(data)) {
			t.Fatalf("%d bytes of %d", one.Length, len(data))
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
