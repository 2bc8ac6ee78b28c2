package conf

import "strings"

// kind is what a token is.
type kind int

const (
	wordToken kind = iota
	openToken
	closeToken
	lineToken // end of a line
	endToken  // end of the file
)

// token is a piece of a configuration file.
type token struct {
	kind   kind
	text   string // of a word, without its quotes
	quoted bool
	pos    Pos
}

// scanner cuts a file into tokens. Words are separated by white space; braces
// stand for themselves even glued to a word, "#" and "!" begin a comment
// anywhere, and double quotes protect all of these up to the end of the line.
type scanner struct {
	src    string
	off    int
	line   int
	start  int // offset of the line's first byte
	file   string
	report func(Severity, Pos, string, ...any)
}

func newScanner(src, file string, report func(Severity, Pos, string, ...any)) *scanner {
	src = strings.ReplaceAll(src, "\r\n", "\n")
	return &scanner{src: src, line: 1, file: file, report: report}
}

func (s *scanner) pos() Pos { return Pos{File: s.file, Line: s.line, Column: s.off - s.start + 1} }

// next returns the next token; after the end it returns endToken for ever.
func (s *scanner) next() token {
	s.skipBlanks()
	p := s.pos()
	if s.off >= len(s.src) {
		return token{kind: endToken, pos: p}
	}
	switch s.src[s.off] {
	case '\n':
		s.off++
		s.line++
		s.start = s.off
		return token{kind: lineToken, pos: p}
	case '{':
		s.off++
		return token{kind: openToken, pos: p}
	case '}':
		s.off++
		return token{kind: closeToken, pos: p}
	}
	return s.word(p)
}

func (s *scanner) skipBlanks() {
	for s.off < len(s.src) {
		switch s.src[s.off] {
		case ' ', '\t', '\r', '\v', '\f', 0:
			s.off++
		case '#', '!':
			if i := strings.IndexByte(s.src[s.off:], '\n'); i >= 0 {
				s.off += i
			} else {
				s.off = len(s.src)
			}
		default:
			return
		}
	}
}

// word reads a word, quotes anywhere in it. "${NAME}" does not end at its brace.
func (s *scanner) word(p Pos) token {
	var b strings.Builder
	quoted := false
	for s.off < len(s.src) {
		switch c := s.src[s.off]; c {
		case ' ', '\t', '\r', '\v', '\f', 0, '\n', '#', '!', '{', '}':
			return token{kind: wordToken, text: b.String(), quoted: quoted, pos: p}
		case '"':
			quoted = true
			s.quote(&b)
		case '$':
			n := 1
			if end := strings.IndexAny(s.src[s.off:], "}\n"); strings.HasPrefix(s.src[s.off:], "${") && end > 0 && s.src[s.off+end] == '}' {
				n = end + 1
			}
			b.WriteString(s.src[s.off : s.off+n])
			s.off += n
		default:
			b.WriteByte(c)
			s.off++
		}
	}
	return token{kind: wordToken, text: b.String(), quoted: quoted, pos: p}
}

// quote copies a quoted part of a word to b. A backslash before a quote or a
// backslash is taken away.
func (s *scanner) quote(b *strings.Builder) {
	p := s.pos()
	s.off++
	for s.off < len(s.src) && s.src[s.off] != '\n' {
		c := s.src[s.off]
		s.off++
		switch {
		case c == '"':
			return
		case c == '\\' && s.off < len(s.src) && (s.src[s.off] == '"' || s.src[s.off] == '\\'):
			b.WriteByte(s.src[s.off])
			s.off++
		default:
			b.WriteByte(c)
		}
	}
	s.report(Error, p, "quote is not closed on its line")
}
