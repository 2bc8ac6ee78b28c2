package regex

import (
	"errors"
	"fmt"
	"strings"
)

var errClass = errors.New("a [ has no ]")

// class translates a class; its [ has been read.
func (t *translator) class() error {
	negated := t.take("^")
	var s set
	for first := true; ; first = false {
		switch {
		case t.at >= len(t.in):
			return errClass
		case t.peek(0) == ']' && (!first || t.has("allow_empty_class")):
			t.at++
			if t.mode.caseless {
				s.spans = folded(s.spans, t.utf)
			}
			t.emit(s.text(negated, t.last()))
			return nil
		}
		if err := t.item(&s); err != nil {
			return err
		}
	}
}

// take passes over text, if that comes next.
func (t *translator) take(text string) bool {
	if t.rest(text) {
		t.at += len(text)
		return true
	}
	return false
}

// item adds one item of a class to s: a character, a range, or a named class.
func (t *translator) item(s *set) error {
	if t.take(`\E`) {
		return nil
	}
	if t.take(`\Q`) {
		text, ok := t.until(`\E`)
		if !ok {
			return errClass
		}
		for _, c := range text {
			s.spans = append(s.spans, span{c, c})
		}
		return nil
	}
	if ok, err := t.named(s); ok || err != nil {
		return err
	}
	lo, isChar, err := t.member(s)
	if err != nil || !isChar {
		return err
	}
	hi := lo
	if t.peek(0) == '-' && t.peek(1) != ']' && t.at+1 < len(t.in) && !t.setFollows() {
		t.at++
		if hi, _, err = t.member(s); err != nil {
			return err
		}
		if hi < lo {
			return errors.New("a range in a class is out of order")
		}
	}
	s.spans = append(s.spans, span{lo, hi})
	return nil
}

// setFollows reports whether behind a - comes a set, so that the - means itself.
func (t *translator) setFollows() bool {
	return t.peek(1) == '[' && t.peek(2) == ':' || t.peek(1) == '\\' && t.peek(2) >= 0 && strings.ContainsRune("dDwWsShHvVpPN", t.peek(2))
}

// named adds a class such as [:alpha:] or [:^alpha:], if one comes next.
func (t *translator) named(s *set) (bool, error) {
	if !t.rest("[:") {
		return false, nil
	}
	from := t.at
	t.at += 2
	negated := t.take("^")
	name, ok := t.until(":]")
	if !ok || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") != "" {
		t.at = from
		return false, nil
	}
	list, ok := posix(name)
	if !ok {
		return false, fmt.Errorf("there is no class [:%s:]", name)
	}
	if t.mode.caseless {
		list = folded(list, false)
	}
	if negated {
		list = without(list, t.last())
	}
	s.spans = append(s.spans, list...)
	return true, nil
}

// member reads one character of a class; what is a set it adds to s.
func (t *translator) member(s *set) (c rune, isChar bool, err error) {
	c = t.in[t.at]
	t.at++
	if c != '\\' {
		return c, true, nil
	}
	if t.at >= len(t.in) {
		return 0, false, errClass
	}
	if t.peek(0) == 'b' {
		t.at++
		return '\b', true, nil
	}
	if is, err := t.shorthand(s); is || err != nil {
		return 0, false, err
	}
	if d := t.peek(0); '0' <= d && d <= '9' {
		return t.octal(3), true, nil
	}
	return t.charEscape()
}
