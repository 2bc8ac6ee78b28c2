package syntax

import (
	"path"
	"strings"
	"unicode/utf8"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// file is a file being read.
type file struct {
	name   string // as in diag.Pos
	id     string // its absolute name
	dir    string // where its relative includes are, relative to the root
	text   string
	line   int32 // the number of the current one
	next   int   // offset of the next one
	checks check // of its includes
	parent *file
	depth  int  // of includes, from 1
	open   int  // blocks that were open before it
	below  bool // it closed one of these
	bytes  bool // some of it is no UTF-8

	// special is the offset of the next byte, if any, that the fast way of reading
	// cannot deal with: that of each kind, all of them at next or behind it.
	special [len(specials)]int
}

const (
	specials      = "$\\\x00\r"
	byteOrderMark = "\ufeff"
)

// readFile reads f in the place of a line of the current file.
func (r *Reader) readFile(f file) {
	if _, again := r.texts[f.name]; !again {
		r.texts[f.name] = f.text
		r.sources = append(r.sources, Source{f.name, f.text})
	}
	b := &r.builder
	f.id = path.Join("/", f.dir, path.Base(f.name))
	f.parent, f.open, f.depth = r.at, len(b.open), 1
	if f.parent != nil {
		f.depth = f.parent.depth + 1
	}
	f.bytes = !utf8.ValidString(f.text)
	for n := range f.special {
		f.special[n] = -1
	}
	r.at = &f
	if strings.HasPrefix(f.text, byteOrderMark) {
		f.next = len(byteOrderMark)
		r.say(byteOrder(f.name))
	}
	for f.next < len(f.text) && !r.done() {
		r.nextLine()
	}
	if n := len(b.open); f.parent != nil && n > f.open && !r.done() {
		d := warning(diag.Unbalanced, "", "%d of the blocks that begin in this included file are not closed in it", n-f.open)
		d.Span = diag.Span{Pos: b.open[f.open].pos, Width: 1}
		r.say(d)
	}
	r.at = f.parent
}

func byteOrder(name string) diag.Diagnostic {
	d := mistake(diag.BadByte, "save the file as UTF-8 without a byte order mark",
		"the file begins with a byte order mark, which keepalived takes for letters of the first word")
	d.Span = diag.Span{Pos: diag.Pos{File: name, Line: 1, Column: 1}, Width: int32(len(byteOrderMark))}
	return d
}

// cut takes the next line of f and returns where it begins and ends, without
// its line feed and the carriage returns before it.
func (f *file) cut() (start, end int) {
	start = f.next
	f.line++
	if n := strings.IndexByte(f.text[start:], '\n'); n >= 0 {
		end = start + n
	} else {
		end = len(f.text)
	}
	f.next = end + 1
	for end > start && f.text[end-1] == '\r' {
		end--
	}
	return start, end
}

// plain reports whether the bytes up to end have nothing special.
func (f *file) plain(start, end int) bool {
	for n := range specials {
		if f.special[n] < start {
			f.special[n] = len(f.text)
			if at := strings.IndexByte(f.text[start:], specials[n]); at >= 0 {
				f.special[n] = start + at
			}
		}
		if f.special[n] < end {
			return false
		}
	}
	return true
}

// nextLine reads a line of the current file. Most have nothing but words and
// braces, which need neither changes nor copies.
func (r *Reader) nextLine() {
	f := r.at
	start, end := f.cut()
	if end-start > theirLine || f.bytes {
		end = r.checkBytes(start, end)
	}
	l := line{text: f.text, end: end, base: start}
	if f.line == 1 && start > 0 {
		l.base = 0
	}
	if !f.plain(start, end) || r.slow {
		r.special(&l, start)
		return
	}
	for i := start; i >= 0 && !r.done(); {
		if i = skipBlanks(f.text[:end], i); i == end {
			return
		}
		switch c := f.text[i]; {
		case c == '@' || c == '~' || c == 'i' && strings.HasPrefix(f.text[i:end], "include"):
			r.special(&l, i)
			return
		}
		i = r.scan(&l, i, written)
	}
}

func skipBlanks(text string, i int) int {
	for i < len(text) && written[text[i]] == blank {
		i++
	}
	return i
}

// special reads the line l from byte i on the way that works for all lines.
func (r *Reader) special(l *line, i int) {
	mark := len(r.parts)
	p := r.prepare(l, i)
	switch {
	case r.asTree:
		r.treeLine(&p, i)
	case p.lo < p.hi:
		r.logical(&p, 0)
	default:
		r.logical(&p, i)
	}
	r.parts = r.parts[:mark]
}

// checkBytes reports what is wrong with the length and the encoding of the
// line from start to end, and returns where it ends.
func (r *Reader) checkBytes(start, end int) int {
	f := r.at
	l := line{text: f.text, end: end, base: start}
	length := end - start
	switch {
	case length > maxLine:
		r.sayAt(&l, start, start, mistake(diag.LongLine, "", "the line is longer than %d bytes: the rest of it is passed over", maxLine))
		end = start + maxLine
		l.end = end
	case length > theirLine:
		r.sayAt(&l, start, start, warning(diag.LongLine, "write it as several lines",
			"keepalived breaks a line after %d bytes, even in a word or a comment: this one has %d", theirLine, length))
	}
	if f.bytes {
		for i := start; i < end; {
			c, n := utf8.DecodeRuneInString(f.text[i:end])
			if c == utf8.RuneError && n == 1 {
				r.sayAt(&l, i, i+1, warning(diag.BadByte, "", "byte 0x%02x is no UTF-8 text: it is taken as it is", f.text[i]))
				break
			}
			i += n
		}
	}
	return end
}
