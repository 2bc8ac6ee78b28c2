package syntax

import (
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// endStatement ends the statement whose last word ends before l's byte j.
func (r *Reader) endStatement(l *line, j int) {
	b := &r.builder
	if len(b.words.list) == 0 {
		return
	}
	i := b.from
	s := b.endStatement(l.text[i:j])
	b.touch(s, r.at.line, false)
	switch {
	case s == nil:
		if b.dropped == 1 {
			r.sayAt(l, i, j, mistake(diag.TooMuch, "", "the block has more than %d words: the rest of it is left out", b.most))
		}
	case len(b.open) == 1 && s.Words[0].Text == "include_check":
		if in := b.open[0].owner; in != nil && in.Words[0].Text == "global_defs" {
			r.at.checks = r.at.checks.apply(s.Words[1:])
		}
	}
}

// openBlock takes the "{" at byte i of l.
func (r *Reader) openBlock(l *line, i int) {
	b := &r.builder
	deep := b.deep
	switch b.openBlock(r.span(l, i, i+1).Pos) {
	case ignored:
		r.sayAt(l, i, i+1, mistake(diag.Unbalanced, "", `unexpected "{": no keyword stands before it; it is passed over`))
	case tooDeep:
		if deep == 0 {
			r.sayAt(l, i, i+1, mistake(diag.NestedDeep, "", "blocks are nested more than %d deep: this one is left out", maxDepth))
		}
	case opened:
		if f := &b.open[len(b.open)-1]; f.owner != nil && halfQuoted(f.owner) {
			r.sayAt(l, i, i+1, warning(diag.UnclosedQuote, "use double quotes", "a brace in single quotes begins a block all the same"))
		}
	}
}

// closeBlock takes the "}" at byte i of l.
func (r *Reader) closeBlock(l *line, i int) {
	b := &r.builder
	if !b.closeBlock(r.span(l, i, i+1).Pos) {
		r.sayAt(l, i, i+1, mistake(diag.Unbalanced, "", `unexpected "}": no block is open; it is passed over`))
		return
	}
	if n := len(b.open); n < r.at.open && !r.at.below {
		r.at.below = true
		r.sayAt(l, i, i+1, warning(diag.Unbalanced, "", "this \"}\" closes a block of the file that includes this one"))
	}
	if len(b.open) == 0 && !r.asTree {
		b.flush()
	}
}

// halfQuoted reports whether a single quote is open at the end of s.
func halfQuoted(s *Statement) bool {
	n := 0
	for i := range s.Words {
		if w := &s.Words[i]; !w.Quoted {
			n += strings.Count(w.Raw, "'")
		}
	}
	return n%2 == 1
}
