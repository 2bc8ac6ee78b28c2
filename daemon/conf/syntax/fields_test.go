package syntax

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// TestFields has the manual's examples and what keepalived 2.2.7 runs.
func TestFields(t *testing.T) {
	for _, c := range []struct {
		text, want string
		err        error
	}{
		{`abcd" efg h jkl "mnop`, `abcd efg h jkl mnop`, nil},
		{`abcd "efg h jkl" mnop`, `abcd|efg h jkl|mnop`, nil},
		{`'/bin/true' 'a  b' "c 'd'"`, `/bin/true|a  b|c 'd'`, nil},
		{`\a\b\E\f\n\r\t\v`, "\a\b\x1b\f\n\r\t\v", nil},
		{`\x41 \x4142 \xg \x`, "A|B|xg|x", nil},
		{`\x22a b`, "*|b", nil},
		{`\101 \1012 \1 \777 \08`, "A|A2|\x01|\xff|\x008", nil},
		{`\cC \cz \c`, "\x03|\x1a|c", nil},
		{`\\ \" \' \q \  x`, `\|"|'|q| |x`, nil},
		{`"\"a\" 'b'" '\'c\' "d"'`, `"a" 'b'|'c' "d"`, nil},
		{`'' a"" ""`, `|a|`, nil},
		{"a\tb\fc\vd\re", "a|b|c|d|e", nil},
		{"  ", "", nil},
		{"a 'b c", "a", ErrQuote},
		{`a "b c'`, "a", ErrQuote},
		{`a b\`, "a", ErrEscape},
	} {
		fields, err := Fields(c.text)
		var texts []string
		for _, f := range fields {
			texts = append(texts, f.Text)
			if raw := c.text[f.Start:f.End]; raw != strings.Trim(raw, " \t") && !strings.HasSuffix(raw, `\ `) {
				t.Errorf("%s: raw word %q", c.text, raw)
			}
		}
		if got := strings.Join(texts, "|"); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %q, %v, want %q, %v", c.text, got, err, c.want, c.err)
		}
	}
}

// TestCommand is of the words of a statement as scripts have them.
func TestCommand(t *testing.T) {
	const text = `$A=x y
$B=z
script "/bin/sh -c 'echo \"a  b\"'" user
notify 'a  b' "c d" e\ f "g"h
$A 'p ${B}q'"r ${A}" s { }
bad 'a "b"
`
	const want = `script<3:1+6>|/bin/sh -c 'echo "a  b"'<3:8+28>|user<3:37+4>
notify<4:1+6>|a  b<4:8+6>|c d<4:15+5>|e f<4:21+4>|gh<4:26+4>
x<5:1+2>|y<5:1+2>|p zqr x y<5:4+17>|s<5:22+1>
bad<6:1+3> a quote is not closed: '
`
	var b strings.Builder
	r := NewReader(Options{}, func(diag.Diagnostic) {})
	for s := range r.Read(text, "", "") {
		words, err := s.Command()
		for i, w := range words {
			fmt.Fprintf(&b, "%s%s<%s+%d>", strings.Repeat("|", min(i, 1)), w.Text, w.Span.Pos, w.Span.Width)
		}
		if err != nil {
			fmt.Fprintf(&b, " %v", err)
		}
		b.WriteByte('\n')
	}
	if got := b.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
