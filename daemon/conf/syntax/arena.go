package syntax

import "github.com/viplab/viplab/daemon/conf/diag"

// slab hands out values of chunks, one behind the other, and all of them again
// after reset. Chunks never move, so that pointers into them stay good.
type slab[T any] struct {
	chunks [][]T
	chunk  int // the one in use
	used   int // of it
}

const (
	firstChunk = 256
	maxChunk   = 1 << 15
)

// room makes n values in a row available and returns them, the old contents in
// them. They are not taken yet.
func (s *slab[T]) room(n int) []T {
	for s.chunk < len(s.chunks) {
		if c := s.chunks[s.chunk]; len(c)-s.used >= n {
			return c[s.used:]
		}
		s.chunk++
		s.used = 0
	}
	size := firstChunk
	if len(s.chunks) > 0 {
		size = min(2*len(s.chunks[len(s.chunks)-1]), maxChunk)
	}
	s.chunks = append(s.chunks, make([]T, max(size, n)))
	return s.chunks[s.chunk]
}

// take returns a pointer to the next value, with its old contents.
func (s *slab[T]) take() *T {
	free := s.room(1)
	s.used++
	return &free[0]
}

// copy returns a copy of list that lives in the slab.
func (s *slab[T]) copy(list []T) []T {
	if len(list) == 0 {
		return nil
	}
	free := s.room(len(list))[:len(list):len(list)]
	copy(free, list)
	s.used += len(list)
	return free
}

func (s *slab[T]) reset() { s.chunk, s.used = 0, 0 }

// arena holds the statements of one top-level block.
type arena struct {
	statements slab[Statement]
	words      slab[Word]
	pointers   slab[*Statement]
	origins    slab[diag.Pos]
	nodes      int // statements and words taken since reset
}

func (a *arena) reset() {
	a.statements.reset()
	a.words.reset()
	a.pointers.reset()
	a.origins.reset()
	a.nodes = 0
}

// words makes a statement's words in place, without knowing how many come.
type words struct {
	slab *slab[Word]
	list []Word
}

// next returns the next word, with its old contents.
func (w *words) next() *Word {
	if len(w.list) == cap(w.list) {
		w.grow()
	}
	w.list = w.list[:len(w.list)+1]
	return &w.list[len(w.list)-1]
}

func (w *words) grow() {
	free := w.slab.room(len(w.list) + 1)
	w.list = free[:copy(free, w.list)]
}

// take ends the statement and returns its words.
func (w *words) take() []Word {
	n := len(w.list)
	w.slab.used += n
	done := w.list[:n:n]
	w.list = w.list[n:n]
	return done
}

// reset forgets what was made, as the slab does.
func (w *words) reset() { w.list = nil }
