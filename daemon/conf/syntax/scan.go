package syntax

import (
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// class is what a byte means outside of quotes.
type class uint8

const (
	inWord class = iota
	blank
	comment
	quote
	openBrace
	closeBrace
	dollar
)

// blanks separate words.
const blanks = " \t\f\v\r"

// classes of a line as written, and of one whose comments are gone and whose
// definitions are expanded.
var (
	written  = classes('#', '!')
	prepared = classes(0, 0)
)

func classes(comment1, comment2 byte) *[256]class {
	t := &[256]class{' ': blank, '\t': blank, '\f': blank, '\v': blank, '\r': blank, '"': quote, '{': openBrace, '}': closeBrace}
	if comment1 == 0 {
		t['$'] = dollar
		return t
	}
	t[comment1], t[comment2] = comment, comment
	return t
}

// scan reads words of l from byte i on up to a brace, which it takes too, or the
// end of the line. Words are separated by blanks, or by the double quotes
// around one; other characters mean nothing special here. It returns where to
// go on, or -1 at the end of the line.
func (r *Reader) scan(l *line, i int, table *[256]class) int {
	text := l.text[:l.end]
	last := i
	for i < len(text) {
		switch table[text[i]] {
		case blank:
			i++
			continue
		case comment:
			if r.asTree {
				r.comment(l, i)
			}
			r.endStatement(l, last)
			return -1
		case openBrace:
			r.endStatement(l, last)
			r.openBlock(l, i)
			return i + 1
		case closeBrace:
			r.endStatement(l, last)
			r.closeBlock(l, i)
			return i + 1
		}
		j := r.word(l, i, table)
		if j < 0 {
			end := len(strings.TrimRight(text, blanks))
			r.sayAt(l, i, end, mistake(diag.UnclosedQuote, `write a second " on the same line`,
				"the quote is not closed on its line: the rest of the line is passed over"))
			last = max(r.builder.from, last)
			break
		}
		i, last = j, j
	}
	r.endStatement(l, last)
	return -1
}

// word adds the word at byte i and returns its end; -1 if its quote is not
// closed.
func (r *Reader) word(l *line, i int, table *[256]class) int {
	text := l.text[:l.end]
	if text[i] == '"' {
		n := strings.IndexByte(text[i+1:], '"')
		if n < 0 {
			return -1
		}
		j := i + n + 2
		r.add(l, i, j, text[i+1:j-1], true)
		if table == prepared && !r.asTree {
			r.undefined(l, i, j)
		}
		return j
	}
	j := i
	for j < len(text) {
		switch table[text[j]] {
		case inWord:
			j++
			continue
		case dollar:
			j = reference(text, j, 0).end
			continue
		}
		break
	}
	r.add(l, i, j, text[i:j], false)
	if table == prepared && !r.asTree {
		r.undefined(l, i, j)
	}
	return j
}

// add makes the word of the bytes from i to j.
func (r *Reader) add(l *line, i, j int, text string, quoted bool) {
	w := r.builder.word(i)
	w.Text, w.Raw, w.Quoted, w.origin = text, l.text[i:j], quoted, nil
	if l.lo == l.hi {
		w.Span = diag.Span{Pos: diag.Pos{File: r.at.name, Line: r.at.line, Column: int32(i - l.base + 1)}, Width: int32(j - i)}
		return
	}
	w.Span = r.span(l, i, j)
	if pos, ok := r.origin(l, i, j); ok {
		w.origin = r.builder.arena.origins.take()
		*w.origin = pos
	}
}
