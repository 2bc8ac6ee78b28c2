package regex

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// mode is what may change within a pattern.
type mode struct{ caseless, dotall, extended, multiline, ungreedy, plain bool }

// translator reads a pattern in PCRE2's language and writes it in the engine's, which is
// .NET's. What the two see differently is written out: sets of characters and both
// cases as classes, lines by looking around, captures by number.
type translator struct {
	in      []rune
	at      int
	out     []byte
	mode    mode
	options []string
	utf     bool // characters are those of UTF-8; else bytes
	ucp     bool // \w and the like are Unicode's

	open     []group
	captures int
	groups   int              // all captures of the pattern
	names    map[string][]int // captures by name
	atom     int              // where in out the last atom begins; -1: there is none to be repeated
	repeated bool             // it has a quantifier
}

// group is a ( that waits for its ).
type group struct {
	start int // in out
	mode  mode
	test  bool // it is a condition that has no second branch yet
}

// errUnsupported is that a pattern has what the engine cannot do.
var errUnsupported = errors.New("not supported by vipd")

func unsupported(what string) error { return fmt.Errorf("%s: %w", what, errUnsupported) }

// translate returns a pattern in the engine's language, and whether it is of
// characters of UTF-8.
func translate(pattern string, options []string) (text string, utf bool, err error) {
	t := &translator{options: options, atom: -1, names: map[string][]int{}}
	has := func(o string) bool { return slices.Contains(options, o) }
	t.utf, t.ucp = has("utf"), has("ucp")
	t.mode = mode{has("caseless"), has("dotall"), has("extended"), has("multiline"), has("ungreedy"), has("no_auto_capture")}
	if pattern, err = t.prologue(pattern); err != nil {
		return "", false, err
	}
	t.in = t.characters(pattern)
	t.survey()
	for t.at < len(t.in) && err == nil {
		err = t.next()
	}
	switch {
	case err != nil:
		return "", false, err
	case len(t.open) > 0:
		return "", false, errors.New("a ( has no )")
	case has("firstline"):
		return `(?<=\A[^\n]*)(?:` + string(t.out) + ")", t.utf, nil
	}
	return string(t.out), t.utf, nil
}

func (t *translator) has(option string) bool { return slices.Contains(t.options, option) }

// characters are those of the pattern: of UTF-8, or bytes.
func (t *translator) characters(pattern string) []rune {
	if t.utf {
		return []rune(pattern)
	}
	list := make([]rune, len(pattern))
	for i := range len(pattern) {
		list[i] = rune(pattern[i])
	}
	return list
}

// last is the last character that there is.
func (t *translator) last() rune {
	if t.utf {
		return unicode.MaxRune
	}
	return 0xff
}

// peek returns the character n behind the next one; -1 behind the end.
func (t *translator) peek(n int) rune {
	if t.at+n < len(t.in) {
		return t.in[t.at+n]
	}
	return -1
}

// rest reports whether the rest of the pattern begins with text.
func (t *translator) rest(text string) bool {
	for i, c := range []rune(text) {
		if t.peek(i) != c {
			return false
		}
	}
	return true
}

// until returns what comes before end, and passes over both.
func (t *translator) until(end string) (string, bool) {
	for i := t.at; i < len(t.in); i++ {
		from := t.at
		t.at = i
		found := t.rest(end)
		t.at = from
		if found {
			text := string(t.in[from:i])
			t.at = i + len(end)
			return text, true
		}
	}
	return "", false
}

// next translates what comes next.
func (t *translator) next() error {
	c := t.in[t.at]
	if t.mode.extended && (c == '#' || strings.ContainsRune(" \t\n\v\f\r", c)) {
		t.skip()
		return nil
	}
	if t.quantifier() {
		return nil
	}
	t.at++
	switch c {
	case '\\':
		return t.escape()
	case '[':
		return t.class()
	case '(':
		return t.group()
	case ')':
		return t.close()
	case '|':
		t.out, t.atom = append(t.out, '|'), -1
		if n := len(t.open); n > 0 {
			t.open[n-1].test = false
		}
	case '.':
		t.emit(t.dot())
	case '^':
		t.emit(choose(t.mode.multiline, `(?<=\A|\n)`, `\A`))
	case '$':
		t.emit(choose(t.mode.multiline, `(?=\n|\z)`, choose(t.has("dollar_endonly"), `\z`, `\Z`)))
	case '*', '+', '?':
		return fmt.Errorf("there is nothing before %c to repeat", c)
	default:
		t.character(c)
	}
	return nil
}
