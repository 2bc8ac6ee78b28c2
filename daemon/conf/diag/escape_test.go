package diag

import (
	"testing"
)

func TestClean(t *testing.T) {
	for _, row := range [][2]string{
		{"plain ü 界 😀", "plain ü 界 😀"},
		{"a\tb\nc\rd\x00\x7f", `a\tb\nc\rd\x00\x7f`},
		{"\u0085\u009b\u00a0\u200b\u2066", `\u0085\u009b\u00a0\u200b\u2066`},
		{"\xff\xc0\xaf", `\xff\xc0\xaf`},
		{"\U000e0001", `\U000e0001`},
		{"\ufffd", "\ufffd"},
	} {
		if got := clean(row[0]); got != row[1] {
			t.Errorf("%q is shown as %s, want %s", row[0], got, row[1])
		}
	}
}
