package syntax

import "github.com/viplab/viplab/daemon/conf/diag"

// builder makes a tree of statements of words and braces, and yields each
// top-level statement when it is complete.
type builder struct {
	arena arena
	words words // of the line so far
	from  int   // where these begin in it
	// open are the blocks that are not closed, outermost first; list holds the
	// statements of all of them, and below these the one at the top that a "{"
	// may still follow.
	open []frame
	list []*Statement

	yield   func(*Statement) bool
	stopped bool // the consumer wants no more
	most    int  // statements and words of one top-level statement
	dropped int  // statements that were too many for a block
	deep    int  // blocks open that are nested too deep; what is in them is left out
	keep    bool // do not reuse the arena: the caller keeps the statements

	comments []Comment // those that belong to the next statement
	// last is the statement that a comment on the line lastLine belongs to, behind
	// its end if closed.
	last     *Statement
	lastLine int32
	closed   bool
}

// frame is an open block.
type frame struct {
	owner *Statement // nil for a "{" that belongs to nothing
	base  int        // of its statements in list
	pos   diag.Pos   // of its "{"
	// outdented is the first statement in it that stands as far left as its owner
	// does though one before was indented, which hints at a missing "}".
	outdented diag.Pos
	indented  bool
}

func (b *builder) start(yield func(*Statement) bool) {
	b.arena.reset()
	b.words = words{slab: &b.arena.words}
	b.open, b.list, b.comments, b.last = b.open[:0], b.list[:0], nil, nil
	b.yield, b.stopped, b.dropped, b.deep = yield, false, 0, 0
}

// word returns the next word of the line, which begins at byte i of it, to be
// filled in.
func (b *builder) word(i int) *Word {
	if len(b.words.list) == 0 {
		b.from = i
		if len(b.open) == 0 && !b.keep {
			b.flush()
		}
	}
	return b.words.next()
}

// endStatement makes a statement of the words so far, if there are any.
func (b *builder) endStatement(line string) *Statement {
	if len(b.words.list) == 0 {
		return nil
	}
	b.arena.nodes += 1 + len(b.words.list)
	if b.full() {
		b.dropped++
	}
	if b.deep > 0 || b.full() {
		b.words.list = b.words.list[:0]
		return nil
	}
	s := b.arena.statements.take()
	*s = Statement{Words: b.words.take(), Line: line, Comments: b.comments}
	b.comments = nil
	b.list = append(b.list, s)
	for n := len(b.open) - 1; n >= 0 && b.open[n].outdents(s.Words[0].Span.Pos); n-- {
	}
	return s
}

// outdents looks at where a statement in f begins, and reports whether it is as
// far left as f's owner.
func (f *frame) outdents(p diag.Pos) bool {
	switch {
	case f.owner == nil || p.Line == f.pos.Line || p.File != f.pos.File:
		return false
	case p.Column > f.owner.Words[0].Span.Column:
		f.indented = true
		return false
	case f.indented && !f.outdented.Known():
		f.outdented = p
	}
	return true
}

// full reports whether the top-level statement has more than fits.
func (b *builder) full() bool { return b.arena.nodes > b.most && !b.keep }

// brace is what became of a "{".
type brace int

const (
	opened  brace = iota
	ignored       // no keyword stands before it
	tooDeep
)

// openBlock begins the block of the last statement. Where there is none that
// could have one, what follows is read as if the "{" were not there, its "}"
// neither.
func (b *builder) openBlock(pos diag.Pos) brace {
	if b.deep > 0 || len(b.open) == maxDepth {
		b.deep++
		return tooDeep
	}
	f := frame{base: len(b.list), pos: pos}
	base := 0
	if n := len(b.open); n > 0 {
		base = b.open[n-1].base
	}
	if len(b.list) > base && !b.full() {
		if last := b.list[len(b.list)-1]; !last.HasBlock {
			last.HasBlock = true
			f.owner = last
		}
	}
	if f.owner == nil {
		f.base = base
	}
	b.open = append(b.open, f)
	if f.owner == nil && !b.full() {
		return ignored
	}
	return opened
}

// closeBlock ends the innermost block; false if none is open.
func (b *builder) closeBlock(pos diag.Pos) bool {
	if b.deep > 0 {
		b.deep--
		return true
	}
	n := len(b.open)
	if n == 0 {
		return false
	}
	f := b.open[n-1]
	b.open = b.open[:n-1]
	if f.owner != nil {
		f.owner.Block = b.arena.pointers.copy(b.list[f.base:])
		f.owner.End = pos
		f.owner.Tail = b.comments
		b.comments = nil
		b.touch(f.owner, pos.Line, true)
		b.list = b.list[:f.base]
	}
	return true
}

// touch has s take the comments that follow on the line.
func (b *builder) touch(s *Statement, line int32, closed bool) {
	b.last, b.lastLine, b.closed = s, line, closed
}

// comment keeps a comment with the statement that it belongs to.
func (b *builder) comment(c Comment) {
	switch {
	case len(b.words.list) > 0 || b.last == nil || b.lastLine != c.Pos.Line:
		b.comments = append(b.comments, c)
	case b.closed:
		b.last.Tail = append(b.last.Tail, c)
	default:
		b.last.Comments = append(b.last.Comments, c)
	}
}

// flush yields what is complete at the top.
func (b *builder) flush() {
	for _, s := range b.list {
		if b.stopped {
			break
		}
		b.stopped = !b.yield(s)
	}
	b.list = b.list[:0]
	b.dropped = 0
	if !b.keep {
		b.arena.reset()
		b.words.reset()
	}
}
