package notify

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("l", maxLine)
	rows := []struct {
		name    string
		limit   int
		writes  []string
		want    []string
		dropped int
	}{
		{"lines", 100, []string{"a\nb\n"}, []string{"a", "b"}, 0},
		{"in pieces", 100, []string{"a", "b\nc", "d"}, []string{"ab", "cd"}, 0},
		{"empty lines", 100, []string{"\n\n  \na\r\n\n"}, []string{"a"}, 0},
		{"a long line", 2000, []string{long + "x\ny"}, []string{long, "x", "y"}, 0},
		{"just as long", 2000, []string{long + "\ny"}, []string{long, "y"}, 0},
		{"bounded", 5, []string{"abc\n", "defg\nh"}, []string{"abc", "d"}, 5},
		{"unprintable", 100, []string{"\x1b[31m\tred \"\\\" \xff é\n"}, []string{"\\x1b[31m\tred \"\\\" \\xff é"}, 0},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			var got []string
			x := excerpt{left: row.limit, line: func(text string) { got = append(got, text) }}
			for _, w := range row.writes {
				x.write([]byte(w))
			}
			x.flush()
			if diff := cmp.Diff(row.want, got); diff != "" || x.dropped != row.dropped {
				t.Errorf("dropped %d, want %d (-want +got)\n%s", x.dropped, row.dropped, diff)
			}
		})
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add([]byte("a\nb\r\n"), 1, 100)
	f.Add([]byte("\x1b[2J\u2028\x00\xff"), 3, 2)
	f.Fuzz(func(t *testing.T, text []byte, piece, limit int) {
		x := excerpt{left: max(limit, 0) % 5000, line: func(text string) {
			bad := func(r rune) bool { return r != '\t' && !unicode.IsPrint(r) }
			if text == "" || len(text) > 10*maxLine || strings.ContainsFunc(text, bad) {
				t.Errorf("line %q", text)
			}
		}}
		left := x.left
		for rest := text; len(rest) > 0; {
			n := min(max(piece, 1), len(rest))
			x.write(rest[:n])
			rest = rest[n:]
		}
		x.flush()
		if x.dropped != max(0, len(text)-left) {
			t.Errorf("%d of %d bytes dropped, %d allowed", x.dropped, len(text), left)
		}
	})
}
