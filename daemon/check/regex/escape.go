package regex

import (
	"errors"
	"unicode"
)

var errBackslash = errors.New(`a \ stands at its end`)

// Word boundaries of ASCII.
const (
	boundary   = `(?:(?<=[0-9A-Z_a-z])(?![0-9A-Z_a-z])|(?<![0-9A-Z_a-z])(?=[0-9A-Z_a-z]))`
	noBoundary = `(?:(?<=[0-9A-Z_a-z])(?=[0-9A-Z_a-z])|(?<![0-9A-Z_a-z])(?![0-9A-Z_a-z]))`
	lineBreak  = `(?>\r\n|[\n-\r\x{85}\x{2028}\x{2029}])`
)

// escape translates what stands behind a \ outside classes.
func (t *translator) escape() error {
	if t.at >= len(t.in) {
		return errBackslash
	}
	if done, err := t.reference(); done || err != nil {
		return err
	}
	var s set
	if is, err := t.shorthand(&s); is || err != nil {
		if err == nil {
			t.emit(s.text(false, t.last()))
		}
		return err
	}
	c := t.peek(0)
	if text, ok := map[rune]string{'A': `\A`, 'Z': `\Z`, 'z': `\z`, 'G': `\G`, 'R': lineBreak, 'b': boundary, 'B': noBoundary, 'K': ""}[c]; ok {
		t.at++
		if t.ucp && (c == 'b' || c == 'B') {
			text = `\` + string(c)
		}
		t.emit(text)
		return nil
	}
	switch {
	case c == 'Q':
		t.at++
		t.quoted()
		return nil
	case c == 'E':
		t.at++
		return nil
	case c == 'X' || c == 'C' && t.utf:
		return unsupported(`\` + string(c))
	}
	c, _, err := t.charEscape()
	if err == nil {
		t.character(c)
	}
	return err
}

// quoted translates what \Q quotes.
func (t *translator) quoted() {
	text, ok := t.until(`\E`)
	if !ok {
		text, t.at = string(t.in[t.at:]), len(t.in)
	}
	for _, c := range text {
		t.character(c)
	}
}

// shorthand reads an escape that is a set, such as \d, if one comes next.
func (t *translator) shorthand(s *set) (bool, error) {
	c := t.peek(0)
	if c == 'p' || c == 'P' {
		t.at++
		return true, t.property(s, c == 'P')
	}
	if c == 'N' {
		t.at++
		s.spans = append(s.spans, without(spans('\n', '\n'), t.last())...)
		return true, nil
	}
	if c == 'C' && !t.utf {
		t.at++
		s.spans = append(s.spans, span{0, t.last()})
		return true, nil
	}
	var list []span
	switch unicode.ToLower(c) {
	case 'd':
		list, _ = posix("digit")
	case 'w':
		list, _ = posix("word")
	case 's':
		list, _ = posix("space")
	case 'h':
		list = horizontal()
	case 'v':
		list = vertical()
	default:
		return false, nil
	}
	t.at++
	if u, ok := map[rune]string{'d': `\p{Nd}`, 'D': `\P{Nd}`, 'w': `\w`, 'W': `\W`, 's': `\s`, 'S': `\S`}[c]; ok && t.ucp {
		s.props = append(s.props, u)
		return true, nil
	}
	if unicode.IsUpper(c) {
		list = without(list, t.last())
	}
	s.spans = append(s.spans, clip(list, t.last())...)
	return true, nil
}

// clip is what of s there is up to last.
func clip(s []span, last rune) []span {
	var out []span
	for _, x := range s {
		if x.lo <= last {
			out = append(out, span{x.lo, min(x.hi, last)})
		}
	}
	return out
}
