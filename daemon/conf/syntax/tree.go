// Package syntax reads the syntax of keepalived.conf: lines, words, blocks,
// included files, conditional lines, definitions and sequences, each with its
// place. It knows no keywords.
package syntax

import "github.com/viplab/viplab/daemon/conf/diag"

// Word is a word of a statement.
type Word struct {
	Text   string // without its quotes
	Raw    string // as written, after expansion of definitions
	Quoted bool   // it stood in double quotes
	// Span is where the word is written. One that a definition brought is where
	// the definition is used; see Origin.
	Span   diag.Span
	origin *diag.Pos
}

// Origin is the place in a definition or a sequence that the word comes from,
// for one whose Span only says where that was used. It is valid as long as the
// statement.
func (w Word) Origin() (diag.Pos, bool) {
	if w.origin == nil {
		return diag.Pos{}, false
	}
	return *w.origin, true
}

// Notes are the notes of a diagnostic at w: the place it was expanded from.
func (w Word) Notes() []diag.Note {
	if w.origin == nil {
		return nil
	}
	return []diag.Note{{Pos: *w.origin, Text: "expanded from here"}}
}

// Statement is a line of a configuration: its words, and the block that
// follows it, if one does.
type Statement struct {
	Words []Word // one at least
	// Line is the statement as written, after expansion: from its first word to
	// its last, without braces and comments.
	Line     string
	HasBlock bool
	Block    []*Statement
	// End is the place of the brace that closes the block.
	End diag.Pos
	// Comments are those before the statement and on its line, as written. Only
	// Tree keeps them.
	Comments []Comment
	// Tail are the comments between the last statement of the block and End, and
	// those behind End on its line. Only Tree keeps them.
	Tail []Comment
}

// Comment is a comment of a file, with its "#" or "!".
type Comment struct {
	Text string
	Pos  diag.Pos
}

// Keyword is the first word; Args are the rest.
func (s *Statement) Keyword() string { return s.Words[0].Text }

// Args are the words after the first.
func (s *Statement) Args() []Word { return s.Words[1:] }

// Pos is where the statement begins.
func (s *Statement) Pos() diag.Pos { return s.Words[0].Span.Pos }
