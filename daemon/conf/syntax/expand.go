package syntax

import (
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// expander makes a line with its definitions replaced, in the reader's buf and
// parts.
type expander struct {
	*Reader
	line    *line
	tail    []bodyLine // the further lines of definitions at the end of the line
	depth   int
	changed bool
	full    bool // the line is too long, or there were too many steps
	// column and width are the reference in line that is being replaced.
	column, width int32
	at            int // and its offset
}

// expand replaces the definitions that are used in l from byte i on. It returns
// the new line, and the lines that follow it if one of several lines stands at
// the end; false if there is nothing to replace.
func (r *Reader) expand(l *line, i int) (line, []bodyLine, bool) {
	e := expander{Reader: r, line: l}
	lo := len(r.parts)
	r.buf = r.buf[:0]
	text := l.text[:l.end]
	from, again := i, false
	for j := i; j < len(text) && !e.full; {
		n := strings.IndexByte(text[j:], '$')
		if n < 0 {
			break
		}
		j += n
		x := reference(text, j, 0)
		if x.name == "" {
			j = x.end
			continue
		}
		d := r.lookup(l, j, x)
		if d == nil || d.multi && x.end < len(text) {
			j = x.end
			continue
		}
		r.pieces(l, from, j, len(r.buf))
		r.buf = append(r.buf, text[from:j]...)
		span := r.span(l, j, x.end)
		e.at, e.column, e.width = j, span.Column, max(span.Width, 1)
		next := byte(0)
		if x.end < len(text) {
			next = text[x.end]
		}
		e.put(d, next)
		j, from = x.end, x.end
		if isSequence(d) {
			again = true
			break
		}
	}
	if !e.changed {
		r.parts = r.parts[:lo]
		return line{}, nil, false
	}
	if !e.full {
		r.pieces(l, from, len(text), len(r.buf))
		r.buf = append(r.buf, text[from:]...)
	}
	next := line{text: string(r.buf), end: len(r.buf), lo: lo, hi: len(r.parts), version: r.version, more: l.more}
	if again {
		next.version = 0
	}
	r.checkComment(&next)
	if len(r.buf) == 0 {
		r.parts = append(r.parts[:lo], part{column: e.column, width: e.width})
		next.hi = lo + 1
	}
	return next, e.tail, true
}

// isSequence reports whether d begins a sequence: what stands behind it is
// expanded later, once for each of its values.
func isSequence(d *definition) bool {
	return strings.HasPrefix(strings.TrimLeft(d.lines[0].text, " \t"), "~")
}

// checkComment warns of a comment that began with an expansion.
func (r *Reader) checkComment(l *line) {
	quoted := false
	for i := range l.end {
		switch c := l.text[i]; {
		case c == '"':
			quoted = !quoted
		case !quoted && (c == '#' || c == '!'):
			r.sayAt(l, i, i+1, warning(diag.CommentInValue, "put it in double quotes",
				"keepalived 2.2 takes the %c for the beginning of a comment, though a definition brought it", c))
			return
		}
	}
}

// put adds the first line of d, with what it uses replaced in turn, and notes
// its other lines. next is the byte behind the reference.
func (e *expander) put(d *definition, next byte) {
	e.changed = true
	first := &d.lines[0]
	if !e.room(len(first.text)) {
		return
	}
	e.depth++
	defer func() { e.depth-- }()
	text, from := first.text, 0
	for j := 0; j < len(text) && !e.full; {
		n := strings.IndexByte(text[j:], '$')
		if n < 0 {
			break
		}
		j += n
		x := reference(text, j, next)
		inner := (*definition)(nil)
		if x.name != "" {
			inner = e.lookup(e.line, e.at, x)
		}
		last := x.end == len(text) && next == 0
		if inner == nil || inner.multi && !last {
			j = x.end
			continue
		}
		e.copy(first, from, j)
		behind := next
		if x.end < len(text) {
			behind = text[x.end]
		}
		e.put(inner, behind)
		j, from = x.end, x.end
	}
	if !e.full {
		e.copy(first, from, len(text))
	}
	for _, l := range d.lines[1:] {
		l.column, l.width = e.column, e.width
		e.tail = append(e.tail, l)
	}
}

// copy adds the bytes from i to j of a line of a definition.
func (e *expander) copy(l *bodyLine, i, j int) {
	if i >= j {
		return
	}
	p := part{at: len(e.buf), column: e.column, width: e.width, origin: l.pos, steps: l.steps}
	if l.steps {
		p.origin.Column += int32(i)
	}
	e.parts = append(e.parts, p)
	e.buf = append(e.buf, l.text[i:j]...)
}

// room reports whether n more bytes may be added.
func (e *expander) room(n int) bool {
	switch {
	case e.full:
	case !e.spendAt(e.line, e.at, n):
		e.full = true
	case e.depth == maxNested:
		e.full = true
		e.sayAt(e.line, e.at, e.at+1, mistake(diag.BadDefinition, "", "the definition uses itself, or %d others in each other: the rest of the line is passed over", maxNested))
	case len(e.buf)+n > maxLine:
		e.full = true
		e.sayAt(e.line, e.at, e.at+1, mistake(diag.TooMuch, "", "the line is longer than %d bytes when it is expanded: the rest of it is passed over", maxLine))
	}
	return !e.full
}

// spendAt is spend that reports when nothing is left.
func (r *Reader) spendAt(l *line, i, n int) bool {
	if r.spend(n) {
		return true
	}
	if !r.spent {
		r.spent = true
		r.sayAt(l, i, i+1, diag.Diagnostic{Severity: diag.Fatal, Code: diag.TooMuch,
			Text: "definitions, sequences and includes make too much text: reading ends here"})
	}
	return false
}

// body reads a further line of a definition that was used in the current line.
func (r *Reader) body(b *bodyLine) {
	mark := len(r.parts)
	r.parts = append(r.parts, part{column: b.column, width: b.width, origin: b.pos, steps: b.steps})
	l := line{text: b.text, end: len(b.text), lo: mark, hi: mark + 1}
	if r.spendAt(&l, 0, len(b.text)) {
		r.logical(&l, 0)
	}
	r.parts = r.parts[:mark]
}
