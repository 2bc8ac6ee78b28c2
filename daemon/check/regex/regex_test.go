package regex

import (
	"strings"
	"testing"
	"time"
)

// search looks for p in text, which comes in pieces.
func search(t *testing.T, p *Pattern, text []byte, piece int) (bool, error) {
	t.Helper()
	s := p.Search(t.Context())
	for len(text) > 0 {
		n := min(piece, len(text))
		if err := s.Add(text[:n]); err != nil {
			return false, err
		}
		text = text[n:]
	}
	return s.Finish()
}

// TestFound has what keepalived 2.2.7 answered to a page with these lines, but for the
// rows that say otherwise.
func TestFound(t *testing.T) {
	const page = "0123456789abcdefABCDEF\nline two\xe9 end\n"
	rows := []struct {
		pattern  string
		options  string
		min, max int
		want     bool
	}{
		{"abc", "", 0, -1, true},
		{"xyz", "", 0, -1, false},
		{"abc", "", 10, -1, true},
		{"abc", "", 11, -1, false},
		{"abc", "", 0, 10, true},
		{"abc", "", 0, 9, false},
		{"abc", "", 100, -1, false},
		{"^abc", "", 10, -1, false},
		{`\Aabc`, "", 10, -1, false},
		{"^abc", "multiline", 10, -1, false},
		{"(?<=9)abc", "", 10, -1, true},
		{"^012", "", 0, -1, true}, // keepalived: only where the header came before it
		{"^line", "", 0, -1, false},
		{"^line", "multiline", 0, -1, true},
		{"F$", "", 0, -1, false},
		{"F$", "multiline", 0, -1, true},
		{"end$", "", 0, -1, true}, // keepalived knows no end of a page
		{"end$", "dollar_endonly", 0, -1, false},
		{`end\n\z`, "", 0, -1, true},
		{"LINE", "caseless", 0, -1, true},
		{"F.line", "", 0, -1, false},
		{"F.line", "dotall", 0, -1, true},
		{`two\xe9`, "", 0, -1, true},
		{`two\W`, "", 0, -1, true},
		{"(?<=9)abc(?!x)", "", 0, -1, true},
		{`(\d)++a`, "", 0, -1, true},
		{"(?i:LINE)", "", 0, -1, true},
		{"a\\Kbc", "", 0, -1, true},
		{"(?|abc|d)", "", 0, -1, true},
		{"[[:digit:]]a", "", 0, -1, true},
		{`\Qabc\E`, "", 0, -1, true},
		{"TWO\xc9", "caseless", 0, -1, false}, // bytes have no case beyond ASCII
		{"(?s)0.*abc", "", 0, -1, true},       // keepalived: never, the .* waits for more
		{"abc", "extended firstline", 0, -1, true},
		{"line", "firstline", 0, -1, false},
		{"", "", 0, -1, true},
	}
	for _, row := range rows {
		p, err := Compile(row.pattern, strings.Fields(row.options), row.min, row.max)
		if err != nil {
			t.Errorf("%q: %v", row.pattern, err)
			continue
		}
		for _, piece := range []int{1, 7, len(page)} {
			if got, err := search(t, p, []byte(page), piece); got != row.want || err != nil {
				t.Errorf("%q (%s) from %d to %d in pieces of %d: %v %v, want %v", row.pattern, row.options, row.min, row.max, piece, got, err, row.want)
			}
		}
	}
}

// TestCompileErrors wants patterns refused with what is wrong with them.
func TestCompileErrors(t *testing.T) {
	rows := []struct{ pattern, want string }{
		{"[", `regex "[": a [ has no ]`},
		{"a(", `regex "a(": a ( has no )`},
		{"a)", `regex "a)": a ) has no (`},
		{`a\`, `regex "a\\": a \ stands at its end`},
		{"*a", `regex "*a": there is nothing before * to repeat`},
		{`\y`, `regex "\\y": \y is unknown`},
		{`\2(a)`, `regex "\\2(a)": there is no group 2`},
		{`(a)(?1)`, `regex "(a)(?1)": (?1): not supported by vipd`},
		{`a(*SKIP)b`, `regex "a(*SKIP)b": (*SKIP): not supported by vipd`},
		{`[z-a]`, `regex "[z-a]": a range in a class is out of order`},
		{`[[:foo:]]`, `regex "[[:foo:]]": there is no class [:foo:]`},
		{`\p{Klingon}`, `regex "\\p{Klingon}": \p{Klingon}: not supported by vipd`},
	}
	for _, row := range rows {
		if _, err := Compile(row.pattern, nil, 0, -1); err == nil || err.Error() != row.want {
			t.Errorf("%q: %v, want %s", row.pattern, err, row.want)
		}
	}
}

// TestCatastrophe has a pattern that would keep the engine busy for ever.
func TestCatastrophe(t *testing.T) {
	p, err := Compile("^(a+)+$", nil, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	p.re.MatchTimeout = 50 * time.Millisecond
	began := time.Now()
	_, err = search(t, p, []byte(strings.Repeat("a", 100)+"b"), 4096)
	if err == nil || !strings.Contains(err.Error(), "takes more than") {
		t.Errorf("%v", err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
}

// FuzzCompile looks for patterns that make the translator fail or the engine panic.
func FuzzCompile(f *testing.F) {
	for _, p := range []string{`(?i)[^\W\d-]++\Qa(b\E`, `(?<n>a)\k<n>\g{-1}(?(1)b|c)`, `[[:alpha:]\x{41}-\x5a]{2,}?`, `(?x) a # b`, `(*UTF)\p{L}(?|a|b)`, `\c[`, `(?(?=a)b`} {
		f.Add(p, "a(bA é\n", uint8(0))
	}
	all := []string{"caseless", "extended", "utf", "allow_empty_class", "ucp", "multiline", "alt_bsux", "no_auto_capture"}
	f.Fuzz(func(t *testing.T, pattern, text string, options uint8) {
		if len(pattern) > 100 || len(text) > 100 {
			return
		}
		var names []string
		for i, o := range all {
			if options>>i&1 == 1 {
				names = append(names, o)
			}
		}
		p, err := Compile(pattern, names, 0, -1)
		if err != nil {
			return
		}
		p.re.MatchTimeout = 100 * time.Millisecond
		_, _ = search(t, p, []byte(text), 5)
	})
}
