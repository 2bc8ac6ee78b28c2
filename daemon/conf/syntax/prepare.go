package syntax

import (
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// prepare returns the line l from byte i on without its comment, the backslash
// at its end and those before a "#" or "!", which are no comments then. A
// backslash before a quote keeps the quote from opening or closing here, though
// words are cut at it all the same: so does keepalived.
func (r *Reader) prepare(l *line, i int) line {
	p := *l
	text := l.text[:l.end]
	if n := strings.IndexByte(text[i:], 0); n >= 0 {
		r.sayAt(l, i+n, i+n+1, mistake(diag.BadByte, "", "a NUL byte: the rest of the line is passed over"))
		text = text[:i+n]
	}
	if n := strings.IndexByte(text[i:], '\r'); n >= 0 {
		r.sayAt(l, i+n, i+n+1, warning(diag.BadByte, "end lines with line feeds", "a carriage return in a line is taken for a space: it ends no line, and no comment"))
	}
	quoted, end, from := false, len(text), i
	r.buf = r.buf[:0]
	for j := i; j < len(text); j++ {
		switch c := text[j]; {
		case c == '\\' && j+1 == len(text):
			p.more = true // in a comment too
		case c == '\\':
			if !quoted && end == len(text) && !r.asTree && (text[j+1] == '#' || text[j+1] == '!') {
				r.sayAt(l, j, j+2, warning(diag.CommentInValue, "put it in double quotes",
					"keepalived 2.2 takes the %c for the beginning of a comment in most places, in spite of the backslash", text[j+1]))
				r.copyPart(&p, l, from, j)
				from = j + 1
			}
			j++
		case end < len(text):
		case c == '"':
			quoted = !quoted
		case !quoted && (c == '#' || c == '!'):
			end = j
			if r.asTree {
				r.comment(l, j)
			}
		}
	}
	end = from + len(strings.TrimRight(text[from:end], blanks))
	if n := end - from - len(strings.TrimRight(text[from:end], `\`)); n%2 == 1 {
		p.more = true
		end = from + len(strings.TrimRight(text[from:end-1], blanks))
	}
	if from > i {
		r.copyPart(&p, l, from, end)
		p.text, p.end, p.hi = string(r.buf), len(r.buf), len(r.parts)
		return p
	}
	p.end = end
	return p
}

// copyPart adds l's bytes from i to j to the line that p will be.
func (r *Reader) copyPart(p, l *line, i, j int) {
	if len(r.buf) == 0 {
		p.lo = len(r.parts)
	}
	r.pieces(l, i, j, len(r.buf))
	r.buf = append(r.buf, l.text[i:j]...)
}
