package regex

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// reference translates a reference to a capture (\1, \g{-1}, \k<name>), if one comes
// behind a \.
func (t *translator) reference() (bool, error) {
	switch c := t.peek(0); {
	case '1' <= c && c <= '9':
		return t.numbered()
	case c == 'g' && (t.peek(1) == '<' || t.peek(1) == '\''):
		return false, unsupported(`\g` + string(t.peek(1)))
	case c == 'g' || c == 'k':
		t.at++
		name, ok := t.referenceName()
		if !ok {
			return false, fmt.Errorf(`\%c has no name`, c)
		}
		return true, t.refer(name)
	}
	return false, nil
}

// numbered reads \1 and its likes: a number of two digits or more that no capture
// has is octal.
func (t *translator) numbered() (bool, error) {
	from := t.at
	for c := t.peek(0); '0' <= c && c <= '9'; c = t.peek(0) {
		t.at++
	}
	text := string(t.in[from:t.at])
	n, err := strconv.Atoi(text)
	if err == nil && (len(text) == 1 || n <= t.groups) {
		return true, t.refer(text)
	}
	if t.at = from; t.in[from] >= '8' {
		return false, fmt.Errorf(`\%s refers to no group`, text)
	}
	t.character(t.octal(3))
	return true, nil
}

// referenceName reads what stands behind \g or \k.
func (t *translator) referenceName() (string, bool) {
	for _, pair := range []string{"{}", "<>", "''"} {
		if t.take(pair[:1]) {
			return t.until(pair[1:])
		}
	}
	from := t.at
	if t.peek(0) == '-' || t.peek(0) == '+' {
		t.at++
	}
	for c := t.peek(0); '0' <= c && c <= '9'; c = t.peek(0) {
		t.at++
	}
	return string(t.in[from:t.at]), t.at > from
}

// refer writes a reference to a capture by number, relative number or name.
func (t *translator) refer(name string) error {
	n, err := t.number(name)
	if err != nil {
		return err
	}
	text := fmt.Sprintf(`\%d`, n)
	if t.mode.caseless {
		text = "(?i:" + text + ")"
	}
	if t.has("match_unset_backref") {
		text = fmt.Sprintf("(?(%d)%s)", n, text)
	}
	t.emit("(?:" + text + ")")
	return nil
}

// number is the number of a capture.
func (t *translator) number(name string) (int, error) {
	n, err := strconv.Atoi(name)
	switch {
	case err != nil && len(t.names[name]) > 1:
		return 0, unsupported("a name of several groups (" + name + ")")
	case err != nil && len(t.names[name]) == 1:
		return t.names[name][0], nil
	case err == nil && name[0] == '-':
		n += t.captures + 1
	case err == nil && name[0] == '+':
		n += t.captures
	}
	if err != nil || n < 1 || n > t.groups {
		return 0, fmt.Errorf("there is no group %s", name)
	}
	return n, nil
}

// capture finds captures and their names, and what looks like one and is none.
var capture = regexp.MustCompile(`(?s)\\Q.*?(?:\\E|$)|\\c?.|\[\^?\]?(?:\[:\^?[a-z]+:\]|\\.|[^\]\\])*\]|\(\?#[^)]*\)|\((?:\?P?[<']([A-Za-z_]\w*)[>']|\?|\*)?`)

// survey counts the captures and finds their names, since references may stand
// before them.
func (t *translator) survey() {
	for _, m := range capture.FindAllStringSubmatch(string(t.in), -1) {
		if name := m[1]; name != "" {
			t.groups++
			t.names[name] = append(t.names[name], t.groups)
		} else if m[0] == "(" && !t.mode.plain {
			t.groups++
		}
	}
}

// prologue reads what may stand before a pattern, such as (*UTF), and returns the rest.
func (t *translator) prologue(pattern string) (string, error) {
	for strings.HasPrefix(pattern, "(*") {
		word, rest, ok := strings.Cut(pattern[2:], ")")
		key, _, _ := strings.Cut(word, "=")
		switch {
		case !ok:
			return pattern, nil
		case key == "UTF" || key == "UTF8":
			t.utf = true
		case key == "UCP":
			t.ucp = true
		case key == "LF" || strings.HasPrefix(key, "NO_") || strings.HasPrefix(key, "LIMIT_") || key == "BSR_UNICODE":
		case key == "CR" || key == "CRLF" || key == "ANY" || key == "ANYCRLF" || key == "NUL" || strings.HasPrefix(key, "NOTEMPTY") || key == "BSR_ANYCRLF":
			return "", unsupported("(*" + word + ")")
		default:
			return pattern, nil
		}
		pattern = rest
	}
	return pattern, nil
}
