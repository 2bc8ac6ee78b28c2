package web

import (
	"crypto/md5"
	"encoding/hex"
	"testing"

	"github.com/viplab/viplab/daemon/conf"
)

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// TestJudge has what keepalived 2.2.7 made of the same replies.
func TestJudge(t *testing.T) {
	sum := md5.Sum([]byte("hello"))
	raw := md5.Sum([]byte("5\r\nhello\r\n0\r\n\r\n"))
	page := func(status int, matched bool) *Reply {
		return &Reply{Status: status, Length: 5, Digest: sum, RawDigest: raw, Matched: matched}
	}
	codes := func(bounds ...uint16) (list []conf.StatusRange) {
		for i := 0; i < len(bounds); i += 2 {
			list = append(list, conf.StatusRange{Low: bounds[i], High: bounds[i+1]})
		}
		return list
	}
	good, bad := hexOf(sum[:]), "00000000000000000000000000000000"
	pattern := &conf.Regex{Pattern: "a.c", Max: -1}
	none := &conf.Regex{Pattern: "a.c", Max: -1, NoMatch: true}
	rows := []struct {
		name  string
		url   conf.URL
		reply *Reply
		want  string
	}{
		{"no test", conf.URL{}, page(200, false), ""},
		{"no test, 299", conf.URL{}, page(299, false), ""},
		{"no test, redirection", conf.URL{}, page(301, false), "HTTP status 301, want 200-299"},
		{"no test, error", conf.URL{}, page(500, false), "HTTP status 500, want 200-299"},
		{"no status", conf.URL{}, page(0, false), "the reply has no HTTP status, want 200-299"},
		{"in a range", conf.URL{StatusCodes: codes(200, 202, 300, 300)}, page(202, false), ""},
		{"in a list", conf.URL{StatusCodes: codes(200, 202, 300, 300)}, page(300, false), ""},
		{"between", conf.URL{StatusCodes: codes(200, 202, 300, 300)}, page(203, false), "HTTP status 203, want 200-202 300"},
		{"wanted error", conf.URL{StatusCodes: codes(500, 500)}, page(500, false), ""},
		{"digest", conf.URL{Digest: good}, page(200, false), ""},
		{"digest of the chunks", conf.URL{Digest: hexOf(raw[:])}, page(200, false), ""},
		{"wrong digest", conf.URL{Digest: bad}, page(200, false), "MD5 digest " + good + ", want " + bad},
		{"digest of an error", conf.URL{Digest: good}, page(500, false), "HTTP status 500, want 200-299"},
		{"digest of a wanted error", conf.URL{Digest: good, StatusCodes: codes(500, 500)}, page(500, false), ""},
		{"found", conf.URL{Regex: pattern}, page(200, true), ""},
		{"not found", conf.URL{Regex: pattern}, page(200, false), `regex "a.c" not found in 5 bytes`},
		{"found, unwanted", conf.URL{Regex: none}, page(200, true), `regex "a.c" found in 5 bytes`},
		{"not found, unwanted", conf.URL{Regex: none}, page(200, false), ""},
		{"found in an error", conf.URL{Regex: pattern}, page(500, true), "HTTP status 500, want 200-299"},
		{"found, wrong digest", conf.URL{Regex: pattern, Digest: bad}, page(200, true), "MD5 digest " + good + ", want " + bad},
		{"not found, right digest", conf.URL{Regex: pattern, Digest: good}, page(200, false), `regex "a.c" not found in 5 bytes`},
	}
	for _, row := range rows {
		got := ""
		if err := Judge(&row.url, row.reply); err != nil {
			got = err.Error()
		}
		if got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}
