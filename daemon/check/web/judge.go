package web

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/viplab/viplab/daemon/conf"
)

// Judge reports what of a reply is not as url wants it; nil: nothing. Where url names no
// status, it must be from 200 to 299, whatever else is tested.
func Judge(url *conf.URL, reply *Reply) error {
	if err := judgeStatus(url, reply); err != nil {
		return err
	}
	if url.Digest != "" {
		raw := hex.EncodeToString(reply.RawDigest[:])
		if got := hex.EncodeToString(reply.Digest[:]); got != url.Digest && raw != url.Digest {
			return fmt.Errorf("MD5 digest %s, want %s", got, url.Digest)
		}
	}
	switch r := url.Regex; {
	case r == nil || reply.Matched != r.NoMatch:
		return nil
	case r.NoMatch:
		return fmt.Errorf("regex %q found in %d bytes", r.Pattern, reply.Length)
	default:
		return fmt.Errorf("regex %q not found in %d bytes", r.Pattern, reply.Length)
	}
}

func judgeStatus(url *conf.URL, reply *Reply) error {
	want := url.StatusCodes
	if len(want) == 0 {
		want = []conf.StatusRange{{Low: 200, High: 299}}
	}
	text := make([]string, len(want))
	for i, r := range want {
		if int(r.Low) <= reply.Status && reply.Status <= int(r.High) {
			return nil
		}
		text[i] = rangeText(r)
	}
	if reply.Status == 0 {
		return fmt.Errorf("the reply has no HTTP status, want %s", strings.Join(text, " "))
	}
	return fmt.Errorf("HTTP status %d, want %s", reply.Status, strings.Join(text, " "))
}

func rangeText(r conf.StatusRange) string {
	text := strconv.Itoa(int(r.Low))
	if r.High != r.Low {
		text += "-" + strconv.Itoa(int(r.High))
	}
	return text
}
