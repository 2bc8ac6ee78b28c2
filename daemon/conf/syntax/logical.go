package syntax

import (
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// logical reads the line l from byte i on: conditions, definitions, sequences,
// references to definitions, includes, and at last statements. What stands
// behind a brace is a line of its own.
func (r *Reader) logical(l *line, i int) {
	if r.nested++; r.nested > maxNested {
		r.sayAt(l, i, l.end, mistake(diag.TooMuch, "", "definitions and sequences are nested more than %d deep: the line is passed over", maxNested))
		r.nested--
		return
	}
	mark := len(r.parts)
	var tail []bodyLine
	for i >= 0 && !r.done() {
		if i = skipBlanks(l.text[:l.end], i); i == l.end {
			break
		}
		if c := l.text[i]; c == '@' {
			i = r.condition(l, i)
			continue
		} else if c == '$' && r.define(l, i) || c == '~' && r.sequence(l, i) {
			break
		}
		if l.version != r.version && strings.IndexByte(l.text[i:l.end], '$') >= 0 {
			if next, rest, ok := r.expand(l, i); ok {
				*l, i, tail = next, 0, append(rest, tail...)
				continue
			}
		}
		l.version = r.version
		if keyword := isInclude(l.text[i:l.end]); keyword != "" {
			i = r.include(l, i, keyword)
			continue
		}
		i = r.scan(l, i, prepared)
	}
	if l.more && !r.done() {
		r.sayAt(l, l.end, l.end+1, mistake(diag.BadDefinition, "write it in one line",
			"a backslash at the end of a line continues definitions only: it is passed over"))
	}
	r.parts = r.parts[:mark]
	for n := range tail {
		r.body(&tail[n])
	}
	r.nested--
}

// condition takes the "@ID" or "@^ID" at byte i of l, and returns where the line
// goes on, or -1 if it is not for this host.
func (r *Reader) condition(l *line, i int) int {
	text := l.text[:l.end]
	from := i + 1
	negated := from < len(text) && text[from] == '^'
	if negated {
		from++
	}
	n := strings.IndexAny(text[from:], " \t")
	if n < 0 {
		r.sayAt(l, i, len(text), warning(diag.BadCondition, "", "nothing stands behind the condition: the line is passed over"))
		return -1
	}
	id := text[from : from+n]
	if id == "" {
		r.sayAt(l, i, from, warning(diag.BadCondition, "write the name behind the @ without a space", "the condition names no host"))
	}
	if (id == r.opts.ConfigID && r.opts.ConfigID != "") != negated {
		next := skipBlanks(text, from+n)
		if next < len(text) && text[next] == '@' {
			r.sayAt(l, next, len(text), mistake(diag.BadCondition, "", "a line has one condition; keepalived takes the second for a keyword: the line is passed over"))
			return -1
		}
		return next
	}
	if l.more {
		l.more = false
		r.sayAt(l, i, from+n, warning(diag.BadCondition, "put the condition before each of the lines",
			"the lines that continue this one are read, though the condition is false"))
	}
	return -1
}
