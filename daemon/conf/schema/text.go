package schema

import (
	"bufio"
	"io"
	"strings"

	"github.com/viplab/viplab/daemon/conf/syntax"
)

// WriteText writes entries as a configuration file, each value with a comment
// that says where it comes from.
func WriteText(w io.Writer, entries []Entry) error {
	p := &textPrinter{w: bufio.NewWriter(w)}
	for i, e := range entries {
		if i > 0 && (e.Block != nil || entries[i-1].Block != nil) {
			p.w.WriteByte('\n')
		}
		p.entry(e, 0)
	}
	return p.w.Flush()
}

type textPrinter struct{ w *bufio.Writer }

// column is where the comments begin.
const column = 48

func (p *textPrinter) entry(e Entry, depth int) {
	text := strings.Repeat("    ", depth) + e.Line()
	if e.Keyword != nil && e.Keyword.Block != nil {
		text += " {"
	}
	from := "default"
	if e.Origin.Known() {
		from = e.Origin.String()
	}
	p.w.WriteString(text)
	if e.Origin.Known() || e.Keyword != nil && e.Keyword.Block == nil {
		p.w.WriteString(strings.Repeat(" ", max(1, column-len(text))) + "# " + comment(from))
	}
	p.w.WriteByte('\n')
	if e.Keyword == nil || e.Keyword.Block == nil {
		return
	}
	for _, sub := range e.Block {
		p.entry(sub, depth+1)
	}
	p.w.WriteString(strings.Repeat("    ", depth) + "}\n")
}

// Line writes e without its block, its words quoted where they must be.
func (e *Entry) Line() string {
	var words []string
	if e.Keyword == nil {
		for _, part := range e.Block {
			if !part.Head {
				words = append(words, part.Keyword.Name)
			}
			words = append(words, part.Keyword.quoted(part.Words)...)
		}
		return strings.Join(words, " ")
	}
	return strings.Join(append([]string{e.Keyword.Name}, e.Keyword.quoted(e.Words)...), " ")
}

func (k *Keyword) quoted(words []string) []string {
	quote := k.Field.Quote
	if quote == nil {
		quote = syntax.Quote
	}
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = quote(w)
	}
	return list
}

// comment makes a file's name safe to stand in a comment.
func comment(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, text)
}
