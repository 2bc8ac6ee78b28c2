package syntax

import (
	"sort"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// line is a logical line: text[:end], where it stands, and where its parts come
// from if it is not a line of the file as it is.
type line struct {
	text string
	end  int
	// base is the offset in text of the line's first byte, for one that stands in
	// the file as it is. The offset is negative where text begins behind it.
	base int
	// lo and hi bound the line's parts in the reader's list; equal if it is as in
	// the file.
	lo, hi int
	// version is the state of the definitions that it was expanded with.
	version int
	// more says that the line ends in a backslash, which is not in text.
	more bool
}

// part says where the bytes of a line from at on come from.
type part struct {
	at int
	// column is the place in the line of the file, which the first byte has. With
	// width 0 the next byte has the next column; otherwise all of them stand for
	// width bytes that begin there.
	column, width int32
	// origin is the place of the first byte in a definition. With steps the next
	// byte has the next column.
	origin diag.Pos
	steps  bool
}

// part returns which of the reader's parts byte i of l is of; l has some.
func (r *Reader) part(l *line, i int) int {
	n := sort.Search(l.hi-l.lo, func(n int) bool { return r.parts[l.lo+n].at > i })
	return l.lo + max(n-1, 0)
}

// span is where the bytes from i to j of l stand in the file.
func (r *Reader) span(l *line, i, j int) diag.Span {
	s := diag.Span{Pos: diag.Pos{File: r.at.name, Line: r.at.line}}
	if l.lo == l.hi {
		s.Column, s.Width = int32(i-l.base+1), int32(j-i)
		return s
	}
	p := r.parts[r.part(l, i)]
	s.Column = p.column
	if p.width == 0 {
		s.Column += int32(i - p.at)
	}
	q := r.parts[r.part(l, max(i, j-1))]
	end := q.column + q.width
	if q.width == 0 {
		end += int32(j - q.at)
	}
	s.Width = max(end-s.Column, 0)
	return s
}

// origin is the place in a definition that the bytes from i to j of l come from,
// or the first of them that do.
func (r *Reader) origin(l *line, i, j int) (diag.Pos, bool) {
	for n := r.part(l, i); n < l.hi && (r.parts[n].at < j || r.parts[n].at <= i); n++ {
		p := &r.parts[n]
		o := p.origin
		if p.steps && i > p.at {
			o.Column += int32(i - p.at)
		}
		if o.Known() {
			return o, true
		}
	}
	return diag.Pos{}, false
}

// pieces adds to the reader's parts those of l's bytes from i to j, for a new
// line in which they begin at at.
func (r *Reader) pieces(l *line, i, j, at int) {
	if i >= j {
		return
	}
	if l.lo == l.hi {
		r.parts = append(r.parts, part{at: at, column: int32(i - l.base + 1)})
		return
	}
	for n := r.part(l, i); n < l.hi && r.parts[n].at < j; n++ {
		p := r.parts[n]
		if skip := i - p.at; skip > 0 {
			if p.width == 0 {
				p.column += int32(skip)
			}
			if p.steps {
				p.origin.Column += int32(skip)
			}
			p.at = i
		}
		p.at += at - i
		r.parts = append(r.parts, p)
	}
}
