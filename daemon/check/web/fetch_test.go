package web

import (
	"crypto/md5"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/check/regex"
)

const ok = "HTTP/1.1 200 OK\r\n"

// TestRequestText compares requests with keepalived 2.2.7's, byte for byte.
func TestRequestText(t *testing.T) {
	rows := []struct {
		r    Request
		want string
	}{
		{Request{Path: "/a", Host: "127.0.0.1:8081"}, "GET /a HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 127.0.0.1:8081\r\n\r\n"},
		{Request{Path: "/", Host: "u.x", Version: Version10}, "GET / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: u.x\r\n\r\n"},
		{Request{Path: "/", Host: "u.x", Version: Version11}, "GET / HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: u.x\r\n\r\n"},
		{Request{Path: "/", Host: "u.x", Version: Version10C}, "GET / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: u.x\r\n\r\n"},
		{Request{Path: "x/y", Host: HostOf(netip.MustParseAddrPort("[::1]:80"))}, "GET x/y HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: [::1]:80\r\n\r\n"},
		{Request{Path: "", Host: HostOf(netip.MustParseAddrPort("127.0.0.1:443"))}, "GET  HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 127.0.0.1:443\r\n\r\n"},
	}
	for _, row := range rows {
		if diff := cmp.Diff(row.want, row.r.text()); diff != "" {
			t.Errorf("(-keepalived +got)\n%s", diff)
		}
	}
}

// TestReplies reads replies of all forms.
func TestReplies(t *testing.T) {
	const hello = "5d41402abc4b2a76b9719d911017c592"
	rows := []struct {
		name, version, reply string
		status               int
		length               int64
		plain, raw           string // the body that is digested
	}{
		{"to the end", "", ok + "\r\nhello", 200, 5, "hello", ""},
		{"sized", "", ok + "Content-Length: 5\r\n\r\nhello", 200, 5, "hello", ""},
		{"sized in another form", "", ok + "content-length:\t5 \r\n\r\nhello", 200, 5, "hello", ""},
		{"longer than it says", "", ok + "Content-Length: 3\r\n\r\nhello", 200, 3, "hel", ""},
		{"shorter than it says", "", ok + "Content-Length: 10\r\n\r\nhello", 200, 5, "hello", ""},
		{"no size", "", ok + "Content-Length: x\r\n\r\nhello", 200, 5, "hello", ""},
		{"negative size", "", ok + "Content-Length: -1\r\n\r\nhello", 200, 5, "hello", ""},
		{"gigantic size", "", ok + "Content-Length: 99999999999999999999999\r\n\r\nhello", 200, 5, "hello", ""},
		{"empty", "", ok + "\r\n", 200, 0, "", ""},
		{"no content", "", "HTTP/1.1 204 No\r\n\r\n", 204, 0, "", ""},
		{"not modified with a size", "", "HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\n", 304, 0, "", ""},
		{"chunks", Version11, ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nT: u\r\n\r\n", 200, 5, "hello", "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nT: u\r\n\r\n"},
		{"chunks in HTTP/1.0", "", ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 200, 15, "5\r\nhello\r\n0\r\n\r\n", ""},
		{"chunks and a size", Version11, ok + "Transfer-Encoding: Chunked\r\nContent-Length: 2\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 200, 5, "hello", "5\r\nhello\r\n0\r\n\r\n"},
		{"continue", "", "HTTP/1.1 100 Continue\r\n\r\n" + ok + "\r\nhello", 200, 5, "hello", ""},
		{"early hints", "", "HTTP/1.1 103 x\r\nLink: y\r\n\r\n" + ok + "\r\nhello", 200, 5, "hello", ""},
		{"line feeds alone", "", "HTTP/1.1 200 OK\nX: y\n\nhello", 200, 5, "hello", ""},
		{"no reason phrase", "", "HTTP/1.1 404\r\n\r\nhello", 404, 5, "hello", ""},
		{"two blanks", "", "HTTP/1.1  503 x\r\n\r\nhello", 503, 5, "hello", ""},
		{"another protocol", "", "ICY 200 OK\r\n\r\nhello", 200, 5, "hello", ""},
		{"no number", "", "HTTP/1.1 20x OK\r\n\r\nhello", 0, 5, "hello", ""},
		{"too many digits", "", "HTTP/1.1 2000 OK\r\n\r\nhello", 0, 5, "hello", ""},
		{"NUL in the header", "", ok + "X: a\x00b\r\n\r\nhello", 200, 5, "hello", ""},
		{"NUL in the body", "", ok + "\r\n\x00hel\x00lo", 200, 7, "\x00hel\x00lo", ""},
		{"a long line", "", ok + "X: " + strings.Repeat("y", 10000) + "\r\n\r\nhello", 200, 5, "hello", ""},
		{"a line without a colon", "", ok + "nonsense\r\n\r\nhello", 200, 5, "hello", ""},
		{"empty header names", "", ok + ":\r\n: 5\r\n\r\nhello", 200, 5, "hello", ""},
	}
	find, err := regex.Compile("l+o", nil, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			dial := listen(t, answer(row.reply))
			got, err := Fetch(t.Context(), dial, &Request{Path: "/", Host: "h", Version: row.version, Digest: true, Match: find})
			if err != nil {
				t.Fatal(err)
			}
			if row.raw == "" {
				row.raw = row.plain
			}
			want := &Reply{Status: row.status, Length: row.length, Digest: md5.Sum([]byte(row.plain)), RawDigest: md5.Sum([]byte(row.raw)),
				Matched: strings.Contains(row.plain, "lo"), Announced: got.Announced, Took: got.Took}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	if got := md5.Sum([]byte("hello")); !strings.HasPrefix(hello, hexOf(got[:2])) {
		t.Error("the digest of hello")
	}
}
