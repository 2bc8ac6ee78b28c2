package syntax

import (
	"errors"
	"fmt"
	"strings"
)

// ErrQuote and ErrEscape say why Fields could not cut a text.
var (
	ErrQuote  = errors.New("a quote is not closed")
	ErrEscape = errors.New("a backslash stands at the end")
)

// Field is a word of a command.
type Field struct {
	Text       string
	Start, End int // its bytes in the text
}

// Fields cuts text into words as keepalived does for scripts and regular
// expressions, which is not as for other keywords: single and double quotes
// protect blanks and each other, anywhere in a word, and backslashes escape, in
// quotes too: \a \b \E \f \n \r \t \v, \x and hexadecimal digits, one to three
// octal digits, \cC; before other characters they are taken away.
//
// keepalived cuts a statement so and the word with the command again. The
// words before a mistake are returned with the error.
func Fields(text string) ([]Field, error) {
	var list []Field
	for i := 0; ; {
		for i < len(text) && space(text[i]) {
			i++
		}
		if i == len(text) {
			return list, nil
		}
		start := i
		var b strings.Builder
		quote := byte(0)
		for i < len(text) && (quote != 0 || !space(text[i])) {
			switch c := text[i]; {
			case c == '\\':
				if i+1 == len(text) {
					return list, ErrEscape
				}
				var n int
				c, n = escape(text[i+1:])
				b.WriteByte(c)
				i += 1 + n
				continue
			case quote != 0 && c == quote:
				quote = 0
			case quote == 0 && (c == '"' || c == '\''):
				quote = c
			default:
				b.WriteByte(c)
			}
			i++
		}
		if quote != 0 {
			return list, fmt.Errorf("%w: %c", ErrQuote, quote)
		}
		list = append(list, Field{b.String(), start, i})
	}
}

// space reports whether c separates words. In the text of a word there may be
// line feeds, from escapes.
func space(c byte) bool { return c == '\n' || written[c] == blank }

var escapes = map[byte]byte{'a': '\a', 'b': '\b', 'E': 0x1b, 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v'}

// escape returns the character that text stands for behind a backslash, and of
// how many bytes. Hexadecimal digits beyond two push the first ones out.
func escape(text string) (c byte, n int) {
	c = text[0]
	switch {
	case c == 'x' && len(text) > 1 && hexDigit(text[1]) >= 0:
		c = 0
		for n = 1; n < len(text) && hexDigit(text[n]) >= 0; n++ {
			c = c<<4 | byte(hexDigit(text[n]))
		}
		return c, n
	case c == 'c' && len(text) > 1:
		return text[1] & 0x1f, 2
	case c >= '0' && c <= '7':
		c = 0
		for n = 0; n < min(3, len(text)) && text[n] >= '0' && text[n] <= '7'; n++ {
			c = c<<3 + text[n] - '0'
		}
		return c, n
	}
	if e, ok := escapes[c]; ok {
		c = e
	}
	return c, 1
}

// hexDigit is the value of a hexadecimal digit; -1 of other characters.
func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// Command returns the words of s as Fields cuts them, with their places.
func (s *Statement) Command() ([]Word, error) {
	fields, err := Fields(s.Line)
	words := make([]Word, len(fields))
	n, at := 0, 0 // a word of s, and where it begins in Line
	for i, f := range fields {
		n, at = s.wordAt(n, at, f.Start)
		w := s.Words[n]
		w.Raw = s.Line[f.Start:f.End]
		w.Text, w.Quoted = f.Text, strings.ContainsAny(w.Raw, `"'`)
		w.Span.Column, _ = s.Words[n].part(f.Start - at)
		n, at = s.wordAt(n, at, f.End-1)
		_, end := s.Words[n].part(f.End - 1 - at)
		w.Span.Width = max(end-w.Span.Column, 0)
		words[i] = w
	}
	return words, err
}

// wordAt returns the word of s that byte i of Line is of or follows, and where it
// begins. The search starts with word n, at byte at.
func (s *Statement) wordAt(n, at, i int) (int, int) {
	for n+1 < len(s.Words) {
		end := at + len(s.Words[n].Raw)
		next := end + strings.Index(s.Line[end:], s.Words[n+1].Raw)
		if next > i {
			break
		}
		n, at = n+1, next
	}
	return n, at
}

// part returns the columns in which byte i of w begins and ends; those of all of
// w if a definition brought some of it.
func (w *Word) part(i int) (start, end int32) {
	if int(w.Span.Width) != len(w.Raw) || w.origin != nil {
		return w.Span.Column, w.Span.Column + w.Span.Width
	}
	return w.Span.Column + int32(i), w.Span.Column + int32(i) + 1
}
