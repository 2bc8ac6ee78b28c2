package syntax

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// sequence takes the "~SEQ(...)", "~SEQx(...)" or "~LST(...)" at byte i of l, and
// reads the rest of the line once for each of its values.
func (r *Reader) sequence(l *line, i int) bool {
	text := l.text[:l.end]
	word := "~" + identifier(text[i+1:])
	j := skipBlanks(text, i+len(word))
	if word != "~SEQ" && word != "~SEQx" && word != "~LST" {
		r.sayAt(l, i, max(i+len(word), i+1), mistake(diag.BadSequence, "a line repeats with ~SEQ, ~SEQx or ~LST", "%s is none of keepalived's: the line is passed over", word))
		return true
	}
	closing := -1
	if j < len(text) && text[j] == '(' {
		closing = strings.IndexByte(text[j:], ')')
	}
	if closing < 0 {
		r.sayAt(l, i, i+len(word), mistake(diag.BadSequence, "", "%s needs (...) behind it: the line is passed over", word))
		return true
	}
	closing += j
	rest := skipBlanks(text, closing+1)
	if rest == len(text) {
		r.sayAt(l, i, closing+1, warning(diag.BadSequence, "", "nothing stands behind %s", text[i:closing+1]))
		return true
	}
	var err error
	if word == "~LST" {
		err = r.list(l, i, j+1, closing, rest)
	} else {
		err = r.numbers(l, i, j+1, closing, rest, word == "~SEQx")
	}
	if err != nil {
		r.sayAt(l, i, closing+1, mistake(diag.BadSequence, "", "%s: %v: the line is passed over", text[i:closing+1], err))
	}
	return true
}

// repeat reads l from byte rest on, with the values for the names.
func (r *Reader) repeat(l *line, i, rest int, names, values []string) bool {
	pos := r.span(l, i, i).Pos
	if o, ok := r.origin(l, i, i+1); ok {
		pos = o
	}
	size := 0
	for n, name := range names {
		value := ""
		if n < len(values) {
			value = values[n]
		}
		size += len(value)
		r.set(name, &definition{lines: []bodyLine{{text: value, pos: pos}}})
	}
	if !r.spendAt(l, i, valueWork+size+l.end-rest) {
		return false
	}
	again := *l
	again.more = false
	mark := len(r.parts)
	r.logical(&again, rest)
	r.parts = r.parts[:mark]
	return !r.done()
}

// numbers does ~SEQ(NAME, [[START,] STEP,] END), whose arguments stand in l from
// byte from to byte to.
func (r *Reader) numbers(l *line, i, from, to, rest int, hex bool) error {
	name, args, ok := strings.Cut(l.text[from:to], ",")
	if !ok {
		return fmt.Errorf("it needs a name and a last value at least")
	}
	if name = strings.Trim(name, " \t"); strings.ContainsAny(name, " \t") {
		return fmt.Errorf("a comma is missing behind its name")
	}
	r.checkName(l, from, name)
	mark := len(r.parts)
	part := *l
	part.end = to
	if next, tail, ok := r.expand(&part, to-len(args)); ok {
		if len(tail) > 0 {
			return fmt.Errorf("a value has several lines")
		}
		args = next.text
	}
	r.parts = r.parts[:mark]
	start, step, end, err := bounds(strings.Split(args, ","))
	if err != nil {
		return err
	}
	base := 10
	if hex {
		base = 16
		if start < 0 || end < 0 {
			return fmt.Errorf("~SEQx takes no negative numbers")
		}
	}
	names, values := []string{name}, []string{""}
	for n := start; ; n += step {
		values[0] = strconv.FormatInt(n, base)
		if !r.repeat(l, i, rest, names, values) {
			return nil
		}
		// What is left is compared, since n + step may be beyond all numbers.
		if step > 0 && uint64(end-n) < uint64(step) || step < 0 && uint64(n-end) < uint64(-step) {
			return nil
		}
	}
}

// bounds reads the numbers of a ~SEQ.
func bounds(args []string) (start, step, end int64, err error) {
	var n [3]int64
	if len(args) > len(n) {
		return 0, 0, 0, fmt.Errorf("it has more than three numbers")
	}
	for i, arg := range args {
		if n[i], err = number(arg); err != nil {
			return 0, 0, 0, err
		}
	}
	switch len(args) {
	case 1:
		start, step, end = 1, 1, n[0]
		if end < 0 {
			start = -1
		}
		if end < 1 {
			step = -1
		}
	case 2:
		start, step, end = n[0], 1, n[1]
		if start > end {
			step = -1
		}
	case 3:
		start, step, end = n[0], n[1], n[2]
		if step == 0 || start < end && step < 0 || start > end && step > 0 {
			return 0, 0, 0, fmt.Errorf("steps of %d do not lead from %d to %d", step, start, end)
		}
	}
	if start == math.MinInt64 || end == math.MinInt64 || step == math.MinInt64 {
		return 0, 0, 0, fmt.Errorf("a number is too small")
	}
	return start, step, end, nil
}

// number reads a number as C writes it: decimal, 0x hexadecimal, 0 octal.
func number(text string) (int64, error) {
	text = strings.Trim(text, " \t")
	digits := strings.ToLower(strings.TrimLeft(text, "+-"))
	if strings.ContainsAny(digits, "_bo") && !strings.HasPrefix(digits, "0x") || strings.Contains(digits, "_") {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	n, err := strconv.ParseInt(text, 0, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number, or too large", text)
	}
	return n, nil
}

// checkName warns of a name that no line can refer to.
func (r *Reader) checkName(l *line, i int, name string) {
	if name == "" || identifier(name) != name {
		r.sayAt(l, i, i+len(name), warning(diag.BadSequence, "", "%q is not a name that $NAME could refer to (letters, digits and _, no digit first)", name))
	}
}
