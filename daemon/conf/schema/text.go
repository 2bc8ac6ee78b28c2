package schema

import (
	"bufio"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/viplab/viplab/daemon/conf/syntax"
)

// WriteText writes entries as a configuration file, each value with a comment
// that says where it comes from.
func WriteText(w io.Writer, entries []Entry) error {
	return writeText(w, slices.Values(entries), false)
}

// WriteText writes the Entries of obj, as the function WriteText does.
func (b *Block) WriteText(w io.Writer, obj any) error {
	return writeText(w, b.lines(obj, false), false)
}

// WriteBare is WriteText for a program to read: defaults are left out, nothing is
// set in, and only where a block begins there is a comment, for its place.
func (b *Block) WriteBare(w io.Writer, obj any) error { return writeText(w, b.lines(obj, true), true) }

func writeText(w io.Writer, entries iter.Seq[Entry], bare bool) error {
	p := &textPrinter{w: bufio.NewWriter(w), bare: bare}
	first, block := true, false // the one before
	for e := range entries {
		if !first && !bare && (e.Block != nil || block) {
			p.w.WriteByte('\n')
		}
		p.entry(e, 0)
		first, block = false, e.Block != nil
	}
	return p.w.Flush()
}

type textPrinter struct {
	w    *bufio.Writer
	bare bool
}

// column is where the comments begin.
const column = 48

func (p *textPrinter) entry(e Entry, depth int) {
	p.spaces(depth * indent)
	width := depth*indent + p.line(&e)
	block := e.Keyword != nil && e.Keyword.Block != nil
	if block {
		p.w.WriteString(" {")
		width += len(" {")
	}
	if p.bare && e.Origin.Known() && block || !p.bare && (e.Origin.Known() || e.Keyword != nil && !block) {
		if p.bare {
			p.w.WriteByte(' ')
		}
		p.spaces(max(1, column-width))
		p.w.WriteString("# ")
		if e.Origin.Known() {
			p.w.WriteString(comment(e.Origin.String()))
		} else {
			p.w.WriteString("default")
		}
	}
	p.w.WriteByte('\n')
	if !block {
		return
	}
	if e.inner != nil {
		for e := range e.inner {
			p.entry(e, depth+1)
		}
	}
	for i := range e.Block {
		p.entry(e.Block[i], depth+1)
	}
	p.spaces(depth * indent)
	p.w.WriteString("}\n")
}

// line writes e without its block and returns its length.
func (p *textPrinter) line(e *Entry) int {
	if !p.bare || e.Keyword == nil {
		text := e.Line()
		p.w.WriteString(text)
		return len(text)
	}
	p.w.WriteString(e.Keyword.Name)
	quote := e.Keyword.quote()
	for _, word := range e.Words {
		p.w.WriteByte(' ')
		p.w.WriteString(quote(word))
	}
	return 0 // nothing is set in
}

// indent is how many spaces a block is set in.
const indent = 4

func (p *textPrinter) spaces(n int) {
	if p.bare {
		return
	}
	for range n {
		p.w.WriteByte(' ')
	}
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
	if len(e.Words) == 1 {
		return e.Keyword.Name + " " + e.Keyword.quote()(e.Words[0])
	}
	return strings.Join(append([]string{e.Keyword.Name}, e.Keyword.quoted(e.Words)...), " ")
}

// quote makes a word of k safe to be read again.
func (k *Keyword) quote() func(string) string {
	if k.Field.Quote != nil {
		return k.Field.Quote
	}
	return syntax.Quote
}

func (k *Keyword) quoted(words []string) []string {
	quote := k.quote()
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
