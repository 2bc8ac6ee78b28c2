package syntax

import (
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// definition is the text of a $NAME.
type definition struct {
	lines []bodyLine // one at least
	multi bool       // it was written on several lines
}

// bodyLine is a line of a definition.
type bodyLine struct {
	text string
	// pos is where it stands. steps says that it stands there byte by byte.
	pos   diag.Pos
	steps bool
	// column and width are where the definition is used, in the current line.
	column, width int32
}

// set defines name.
func (r *Reader) set(name string, d *definition) {
	r.defs[name] = d
	r.version++
}

// define takes the definition "$NAME=TEXT" at byte i of l, with the lines that
// follow if it is continued. It reports false if there is none.
func (r *Reader) define(l *line, i int) bool {
	text := l.text[:l.end]
	name := identifier(text[i+1:])
	j := i + 1 + len(name)
	if name == "" || j == len(text) || text[j] != '=' {
		return r.notDefined(l, i, j)
	}
	j++
	for j < len(text) && (text[j] == ' ' || text[j] == '\t') {
		j++
	}
	d := &definition{}
	if j < len(text) {
		d.lines = append(d.lines, r.bodyLine(l, j))
	}
	if l.more {
		l.more = false
		r.continued(d)
	}
	d.multi = len(d.lines) > 1
	if len(d.lines) == 0 {
		d.lines = []bodyLine{{pos: r.span(l, j, j).Pos}}
	}
	r.set(name, d)
	return true
}

// notDefined reports what looks like a definition and is none. j is the end of
// the name at byte i of l.
func (r *Reader) notDefined(l *line, i, j int) bool {
	text := l.text[:l.end]
	k := j
	for k < len(text) && prepared[text[k]] == inWord && text[k] != '=' {
		k++
	}
	if k > i+1 && k < len(text) && text[k] == '=' {
		r.sayAt(l, i, k, mistake(diag.BadDefinition, "", "%s is not a name of a definition (letters, digits and _, no digit first): the line is passed over", text[i:k]))
		return true
	}
	if spaces := skipBlanks(text, j); j > i+1 && spaces > j && spaces < len(text) && text[spaces] == '=' {
		r.sayAt(l, i, spaces+1, mistake(diag.BadDefinition, "write "+text[i:j]+"=", "a space before the = makes this no definition: the line is passed over"))
		return true
	}
	return false
}

// bodyLine is the line of a definition that stands in l from byte i on.
func (r *Reader) bodyLine(l *line, i int) bodyLine {
	b := bodyLine{text: l.text[i:l.end], pos: r.span(l, i, i).Pos, steps: l.lo == l.hi}
	if strings.Count(b.text, `"`)%2 == 1 {
		r.sayAt(l, i, l.end, warning(diag.UnclosedQuote, "", "the definition has a quote that is not closed on its line"))
	}
	if pos, ok := r.origin(l, i, l.end); ok {
		b.pos = pos
	}
	return b
}

// continued adds the lines of the current file that continue d. Those with
// nothing but a comment are left out. An empty line ends the definition, unless
// a block of it is open: keepalived ends it there too.
func (r *Reader) continued(d *definition) {
	f := r.at
	warned := false
	for f.next < len(f.text) {
		start, end := f.cut()
		l := line{text: f.text, end: end, base: start}
		if start == end {
			if depth(d.lines) <= 0 {
				return
			}
			if !warned {
				r.sayAt(&l, start, start, warning(diag.BadDefinition, "write a backslash on the empty line too",
					"keepalived ends the definition at this empty line, in the middle of a block"))
			}
			warned = true
			continue
		}
		p := r.prepare(&l, start)
		i := start
		if p.lo < p.hi {
			i = 0
		}
		i = skipBlanks(p.text[:p.end], i)
		if i < p.end {
			d.lines = append(d.lines, r.bodyLine(&p, i))
		}
		if i < p.end && !p.more {
			return
		}
	}
}

// depth is how many blocks lines open more than they close.
func depth(lines []bodyLine) int {
	n := 0
	for _, l := range lines {
		quoted, inReference := false, false
		for i := range len(l.text) {
			switch c := l.text[i]; {
			case c == '"':
				quoted = !quoted
			case quoted:
			case c == '{' && i > 0 && l.text[i-1] == '$':
				inReference = true
			case c == '{':
				n++
			case c == '}' && inReference:
				inReference = false
			case c == '}':
				n--
			}
		}
	}
	return n
}

// identifier is the name at the start of text; empty if there is none.
func identifier(text string) string {
	for i := range len(text) {
		switch c := text[i] | 0x20; {
		case c >= 'a' && c <= 'z', text[i] == '_':
		case text[i] >= '0' && text[i] <= '9' && i > 0:
		default:
			return text[:i]
		}
	}
	return text
}
