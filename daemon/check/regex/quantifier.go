package regex

import (
	"regexp"
)

// braces are the bounds of a quantifier; anything else in braces means itself.
var braces = regexp.MustCompile(`^\{\d{1,5}(,\d{0,5})?\}`)

// quantifier translates a quantifier, if one comes next and there is what to repeat.
func (t *translator) quantifier() bool {
	size := 1
	switch t.in[t.at] {
	case '*', '+', '?':
	case '{':
		if size = len(braces.FindString(string(t.in[t.at:min(len(t.in), t.at+14)]))); size == 0 {
			return false
		}
	default:
		return false
	}
	if t.atom < 0 {
		return false
	}
	text := string(t.in[t.at : t.at+size])
	t.at += size
	for t.take(`\E`) {
	}
	lazy, possessive := t.mode.ungreedy, false
	switch t.peek(0) {
	case '?':
		lazy = !lazy
		t.at++
	case '+':
		lazy, possessive = false, true
		t.at++
	}
	if lazy {
		text += "?"
	}
	if t.repeated {
		t.wrap("(?:", ")")
	}
	t.out = append(t.out, text...)
	if possessive {
		t.wrap("(?>", ")")
	}
	t.repeated = true
	return true
}

// wrap puts the last atom between two texts.
func (t *translator) wrap(before, after string) {
	atom := string(t.out[t.atom:])
	t.out = append(append(append(t.out[:t.atom], before...), atom...), after...)
}
