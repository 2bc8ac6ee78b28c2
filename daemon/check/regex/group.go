package regex

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// group translates the beginning of a group; its ( has been read.
func (t *translator) group() error {
	if t.take("*") {
		return t.verb()
	}
	if !t.take("?") {
		if t.mode.plain {
			t.begin("(?:")
			return nil
		}
		t.capture()
		return nil
	}
	for _, kind := range []string{":", "=", "!", ">", "<=", "<!"} {
		if t.take(kind) {
			t.begin("(?" + kind)
			return nil
		}
	}
	switch {
	case t.take("#"):
		if _, ok := t.until(")"); !ok {
			return errors.New("a ( has no )")
		}
		return nil
	case t.take("|"):
		if len(t.names) > 0 || t.groups > 0 && backReference.MatchString(string(t.in)) {
			return unsupported("(?| with references")
		}
		t.begin("(?:")
		return nil
	case t.take("("):
		return t.condition()
	}
	if m := groupName.FindString(string(t.in[t.at:])); m != "" {
		t.at += len([]rune(m))
		t.capture()
		return nil
	}
	if t.take("P=") {
		name, _ := t.until(")")
		return t.refer(name)
	}
	return t.inline()
}

var (
	backReference = regexp.MustCompile(`\\[1-9gk]|\(\?P=|\(\?\(`)
	groupName     = regexp.MustCompile(`^P?(<[A-Za-z_]\w*>|'[A-Za-z_]\w*')`)
	inlineOptions = regexp.MustCompile(`^(\^?)([imnsxJU]*)(-([imnsxJU]*))?([:)])`)
)

// capture begins a group that captures.
func (t *translator) capture() {
	t.captures++
	t.begin("(")
}

func (t *translator) begin(text string) {
	t.open = append(t.open, group{start: len(t.out), mode: t.mode})
	t.out, t.atom = append(t.out, text...), -1
}

// close ends a group, which is an atom then.
func (t *translator) close() error {
	if len(t.open) == 0 {
		return errors.New("a ) has no (")
	}
	g := t.open[len(t.open)-1]
	t.open = t.open[:len(t.open)-1]
	if g.test { // the engine's would have to match
		t.out = append(t.out, '|')
	}
	t.out = append(t.out, ')')
	t.mode, t.atom, t.repeated = g.mode, g.start, false
	return nil
}

// inline translates options such as (?i) or (?i:; the ? has been read.
func (t *translator) inline() error {
	m := inlineOptions.FindStringSubmatch(string(t.in[t.at:]))
	if m == nil {
		text, _ := t.until(")")
		if strings.HasPrefix(text, "C") {
			return nil // a callout
		}
		return unsupported("(?" + text + ")")
	}
	t.at += len(m[0])
	before := t.mode
	if m[1] != "" {
		t.mode.caseless, t.mode.multiline, t.mode.plain, t.mode.dotall, t.mode.extended = false, false, false, false, false
	}
	t.set(m[2], true)
	t.set(m[4], false)
	if m[5] == ")" {
		return nil // up to the end of the group round it, whose ) has the mode of before
	}
	t.begin("(?:")
	t.open[len(t.open)-1].mode = before
	return nil
}

func (t *translator) set(letters string, on bool) {
	for _, c := range letters {
		switch c {
		case 'i':
			t.mode.caseless = on
		case 'm':
			t.mode.multiline = on
		case 'n':
			t.mode.plain = on
		case 's':
			t.mode.dotall = on
		case 'x':
			t.mode.extended = on
		case 'U':
			t.mode.ungreedy = on
		}
	}
}

// verb translates what stands behind (*: assertions in words. The others steer the
// matcher, which the engine has nothing for.
func (t *translator) verb() error {
	for _, v := range [][2]string{
		{"pla:", "(?="}, {"positive_lookahead:", "(?="}, {"nla:", "(?!"}, {"negative_lookahead:", "(?!"},
		{"plb:", "(?<="}, {"positive_lookbehind:", "(?<="}, {"nlb:", "(?<!"}, {"negative_lookbehind:", "(?<!"}, {"atomic:", "(?>"},
	} {
		if t.take(v[0]) {
			t.begin(v[1])
			return nil
		}
	}
	text, _ := t.until(")")
	switch {
	case text == "F" || text == "FAIL":
		t.emit(never)
		return nil
	case strings.HasPrefix(text, ":") || strings.HasPrefix(text, "MARK:"):
		return nil
	}
	return unsupported("(*" + text + ")")
}

// condition translates a condition; its (?( has been read.
func (t *translator) condition() error {
	if t.peek(0) == '?' || t.peek(0) == '*' {
		t.test("(?")
		return t.group()
	}
	text, ok := t.until(")")
	if !ok {
		return errors.New("a ( has no )")
	}
	n, err := t.number(strings.Trim(text, "<>'"))
	if err != nil {
		return unsupported("(?(" + text + ")")
	}
	t.test(fmt.Sprintf("(?(%d)", n))
	return nil
}

func (t *translator) test(text string) {
	t.begin(text)
	t.open[len(t.open)-1].test = true
}
