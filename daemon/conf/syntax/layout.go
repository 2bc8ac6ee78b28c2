package syntax

import (
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// Layout is the syntax of one file as written.
type Layout struct {
	Statements []*Statement
	// Tail are the comments behind the last statement.
	Tail []Comment
}

// Tree returns the statements of a file's text as written; see Parse.
func Tree(text string) []*Statement { return Parse(text).Statements }

// Parse returns the syntax of a file's text as written, comments with it: no
// includes, conditions or expansion. It makes out what it can of a text with
// mistakes. It is for tools that rewrite a file.
//
// A definition is a statement whose first word is "$NAME=", and whose others are
// the lines of its text. The arguments of ~SEQ and ~LST are of the same word as
// these, and the pattern of an include is one word. Raw is the bytes at Span.
func Parse(text string) Layout {
	r := NewReader(Options{}, func(diag.Diagnostic) {})
	r.asTree, r.builder.keep = true, true
	var l Layout
	r.start(func(s *Statement) bool {
		l.Statements = append(l.Statements, s)
		return true
	})
	r.readFile(file{text: text, dir: "."})
	l.Tail = r.builder.comments
	r.builder.comments = nil
	r.end()
	return l
}

// comment keeps the comment at byte i of l.
func (r *Reader) comment(l *line, i int) {
	r.builder.comment(Comment{Text: strings.TrimRight(l.text[i:l.end], " \t\r"), Pos: r.span(l, i, i).Pos})
}

// treeLine reads the line l from byte i on as written.
func (r *Reader) treeLine(l *line, i int) {
	for i >= 0 {
		text := l.text[:l.end]
		if i = skipBlanks(text, i); i == l.end {
			return
		}
		if text[i] == '$' && r.treeDefinition(l, i) {
			return
		}
		if keyword := isInclude(text[i:]); keyword != "" {
			i = r.treeInclude(l, i, keyword)
			continue
		}
		for strings.HasPrefix(text[i:], "~SEQ") || strings.HasPrefix(text[i:], "~LST") {
			n := strings.IndexByte(text[i:], ')')
			if n < 0 {
				break
			}
			r.add(l, i, i+n+1, text[i:i+n+1], false)
			if i = skipBlanks(text, i+n+1); i == l.end {
				r.endStatement(l, i)
				return
			}
		}
		i = r.scan(l, i, prepared)
	}
}

// treeInclude reads the include at byte i of l, and returns where the line goes
// on, -1 at its end.
func (r *Reader) treeInclude(l *line, i int, keyword string) int {
	text := l.text[:l.end]
	j := i + len(keyword)
	r.add(l, i, j, keyword, false)
	k := skipBlanks(text, j)
	end, brace := patternEnd(text, k)
	if k < end {
		r.add(l, k, end, text[k:end], false)
		j = end
	}
	r.endStatement(l, j)
	return brace
}

// treeDefinition reads the definition at byte i of l, if there is one.
func (r *Reader) treeDefinition(l *line, i int) bool {
	name := identifier(l.text[i+1 : l.end])
	j := i + 1 + len(name)
	if name == "" || j == l.end || l.text[j] != '=' {
		return false
	}
	r.add(l, i, j+1, l.text[i:j+1], false)
	d := &definition{}
	if k := skipBlanks(l.text[:l.end], j+1); k < l.end {
		d.lines = append(d.lines, r.bodyLine(l, k))
	}
	if l.more {
		r.continued(d)
	}
	for _, b := range d.lines {
		w := r.builder.word(i)
		*w = Word{Text: b.text, Raw: b.text, Span: diag.Span{Pos: b.pos, Width: int32(len(b.text))}}
	}
	r.endStatement(l, max(j+1, l.end))
	return true
}
