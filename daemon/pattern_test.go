package daemon

import (
	"fmt"
	"strings"
	"testing"

	"github.com/viplab/viplab/daemon/conf"
)

// TestUnusablePatterns names each pattern that no check can use, once, where it stands.
func TestUnusablePatterns(t *testing.T) {
	var text strings.Builder
	text.WriteString("virtual_server 10.0.0.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n")
	for i, url := range []string{"path /", "path /\nregex a.c", `path /` + "\n" + `regex "(a)(?1)"`, "path /\nregex a(*SKIP)b\n", "path /\nregex a)b"} {
		fmt.Fprintf(&text, "real_server 10.0.0.2 %d {\nHTTP_GET {\nurl {\n%s\n}\n}\n}\n", 80+i, url)
	}
	text.WriteString("}\n")
	cfg, err := conf.Read(strings.NewReader(text.String()), "k.conf")
	if cfg == nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range unusablePatterns(cfg) {
		got = append(got, d.Error())
	}
	want := []string{
		`k.conf:24:1: warning: regex "(a)(?1)": (?1): not supported by vipd: the check fails always [bad-pattern]`,
		`k.conf:32:1: warning: regex "a(*SKIP)b": (*SKIP): not supported by vipd: the check fails always [bad-pattern]`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s\nwant\n%s\nof\n%v", strings.Join(got, "\n"), strings.Join(want, "\n"), cfg.Diagnostics)
	}
}
