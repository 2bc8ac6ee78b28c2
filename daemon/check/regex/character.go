package regex

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// property reads the name behind \p.
func (t *translator) property(s *set, negated bool) error {
	name := string(t.peek(0))
	t.at++
	if name == "{" {
		var ok bool
		if name, ok = t.until("}"); !ok {
			return errors.New(`a \p{ has no }`)
		}
	}
	if strings.HasPrefix(name, "^") {
		negated, name = !negated, name[1:]
	}
	name = strings.TrimSpace(name)
	_, category := unicode.Categories[name]
	_, script := unicode.Scripts[name]
	if !category && !script {
		return unsupported(`\p{` + name + "}")
	}
	s.props = append(s.props, fmt.Sprintf(`\%s{%s}`, choose(negated, "P", "p"), name))
	return nil
}

// charEscape reads an escape that is one character. It always is one.
func (t *translator) charEscape() (rune, bool, error) {
	c := t.peek(0)
	t.at++
	if r, ok := map[rune]rune{'a': 7, 'e': 27, 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}[c]; ok {
		return r, true, nil
	}
	switch {
	case c == 'c':
		d := unicode.ToUpper(t.peek(0))
		if t.at++; d < ' ' || d > '~' {
			return 0, false, errors.New(`\c has no character`)
		}
		return d ^ 64, true, nil
	case c == '0':
		t.at--
		return t.octal(3), true, nil
	case c == 'x' && t.has("alt_bsux"):
		if !hexPair.MatchString(string(t.in[t.at:min(len(t.in), t.at+2)])) {
			return 'x', true, nil
		}
		return t.hex(2), true, nil
	case c == 'o' || c == 'x' && t.peek(0) == '{':
		return t.braced(c)
	case c == 'x':
		return t.hex(2), true, nil
	case c == 'u' && t.has("alt_bsux"):
		return t.hex(4), true, nil
	case c < unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c)):
		return 0, false, fmt.Errorf(`\%c is unknown`, c)
	}
	return c, true, nil
}

var hexPair = regexp.MustCompile(`^[0-9A-Fa-f]{2}$`)

// braced reads \x{HEX} or \o{OCTAL}.
func (t *translator) braced(c rune) (rune, bool, error) {
	text, ok := "", t.take("{")
	if ok {
		text, ok = t.until("}")
	}
	n, err := strconv.ParseUint(text, map[rune]int{'x': 16, 'o': 8}[c], 32)
	if !ok || err != nil || rune(n) > t.last() || n > unicode.MaxRune {
		return 0, false, fmt.Errorf(`\%c{%s} is no character`, c, text)
	}
	return rune(n), true, nil
}

// hex reads up to most hex digits.
func (t *translator) hex(most int) rune { return t.digits("0123456789abcdef", most) }

// octal reads up to most octal digits.
func (t *translator) octal(most int) rune { return t.digits("01234567", most) & t.last() }

func (t *translator) digits(known string, most int) rune {
	n := rune(0)
	for range most {
		i := slices.Index([]rune(known), unicode.ToLower(t.peek(0)))
		if i < 0 {
			break
		}
		n = n*rune(len(known)) + rune(i)
		t.at++
	}
	return n
}
