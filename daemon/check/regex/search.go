package regex

import (
	"context"
	"fmt"
	"unicode/utf8"
)

// What is held of a text, in bytes. A text up to window is looked at as a whole. Of a longer
// one, a match of more than overlap bytes may be missed, and looking behind and
// ahead of a match goes no further than around.
const (
	window  = 256 << 10
	overlap = 64 << 10
	around  = 4 << 10
)

// Search is one text that is searched. It is for one goroutine.
type Search struct {
	ctx     context.Context
	pattern *Pattern
	held    []byte
	base    int64 // place of held in the text
	from    int   // in held: where a match may begin; what is before it has been looked at
	found   bool
	err     error
}

// Search begins a text. No look at it begins when ctx is done.
func (p *Pattern) Search(ctx context.Context) *Search {
	return &Search{ctx: ctx, pattern: p, from: p.min}
}

// Add adds a piece of the text. An error, which stays, is that the pattern takes too
// long or that ctx is done.
func (s *Search) Add(piece []byte) error {
	for len(piece) > 0 && !s.found && s.err == nil {
		n := min(len(piece), window-len(s.held))
		s.held = append(s.held, piece[:n]...)
		piece = piece[n:]
		if len(s.held) == window {
			s.look(false)
		}
	}
	return s.err
}

// Finish looks at the rest of the text and reports whether the pattern is in it.
func (s *Search) Finish() (bool, error) {
	if !s.found && s.err == nil {
		s.look(true)
	}
	s.held = nil
	return s.found, s.err
}

// look searches what is held, and lets go of what has been looked at.
func (s *Search) look(last bool) {
	if s.pattern.utf && !utf8.Valid(s.complete(last)) {
		s.err = fmt.Errorf("regex %q has the option utf, and the body is not UTF-8", s.pattern.text)
		return
	}
	start, end, ok := s.match()
	if s.err != nil {
		return
	}
	size := len(s.held)
	if last {
		s.found = ok
		return
	}
	if !ok {
		start = size - overlap
	} else if end <= size-around || start <= around {
		s.found = true
		return
	}
	s.from = max(s.from, start)
	drop := min(s.from, size) - around
	for s.pattern.utf && drop > 0 && !utf8.RuneStart(s.held[drop]) {
		drop--
	}
	if drop > 0 {
		s.held = append(s.held[:0], s.held[drop:]...)
		s.base += int64(drop)
		s.from -= drop
	}
}

// complete is what is held without a character that is not all there yet.
func (s *Search) complete(last bool) []byte {
	n := len(s.held)
	for i := 1; !last && i <= utf8.UTFMax && i <= n; i++ {
		if utf8.RuneStart(s.held[n-i]) {
			if !utf8.FullRune(s.held[n-i:]) {
				n -= i
			}
			break
		}
	}
	return s.held[:n]
}

// match returns the first match that begins where one may.
func (s *Search) match() (start, end int, ok bool) {
	if s.from > len(s.held) || s.beyond(s.from) {
		return 0, 0, false
	}
	if s.err = context.Cause(s.ctx); s.err != nil {
		return 0, 0, false
	}
	text, from := s.runes()
	m, err := s.pattern.find(text, from)
	if s.err = err; err != nil || m == nil {
		return 0, 0, false
	}
	start, end = s.place(text, m.Index), s.place(text, m.Index+m.Length)
	return start, end, !s.beyond(start)
}

// beyond reports whether a match at a place in held begins too late.
func (s *Search) beyond(at int) bool {
	return s.pattern.max >= 0 && s.base+int64(at) > int64(s.pattern.max)
}

// runes is what is held as the engine wants it, and where a match may begin.
// Without UTF each byte is a character.
func (s *Search) runes() (text []rune, from int) {
	if !s.pattern.utf {
		text = make([]rune, len(s.held))
		for i, b := range s.held {
			text[i] = rune(b)
		}
		return text, s.from
	}
	return []rune(string(s.held)), utf8.RuneCount(s.held[:s.from])
}

// place is where in held the n-th character of text begins.
func (s *Search) place(text []rune, n int) int {
	if !s.pattern.utf {
		return n
	}
	at := 0
	for range n {
		_, size := utf8.DecodeRune(s.held[at:])
		at += size
	}
	return at
}
