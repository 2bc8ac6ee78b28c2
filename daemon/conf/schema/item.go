package schema

import (
	"fmt"
	"slices"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/syntax"
	"github.com/viplab/viplab/internal/suggest"
)

// item reads a line of a block whose lines are items.
func (c *Context) item(b *Block, obj any, s *syntax.Statement) {
	it := b.Item
	if s.HasBlock {
		c.report(diag.Diagnostic{Span: s.Words[0].Span, Severity: diag.Error, Code: diag.ExtraBlock,
			Text: fmt.Sprintf("%q takes no block; what stands in the braces is passed over", s.Keyword())})
	}
	o := it.Begin(c, obj, s)
	if src, ok := o.(sourced); ok {
		src.origin().Pos = s.Pos()
	}
	c.remember(made{b, obj, o})
	ok := c.options(b, o, s.Words)
	if it.End != nil {
		it.End(c, obj, o, s, ok)
	}
}

// options reads the words of an item's line into o and reports whether all of
// them were understood.
func (c *Context) options(b *Block, o any, words []syntax.Word) bool {
	it, ok, head := b.Item, true, b.Item.Head.Name != ""
	before := c.errors
	for n := 0; n < len(words); {
		w := words[n]
		k := it.option(w.Text)
		if head && (k == nil || it.HeadFirst) {
			head = false
			n += c.option(b, &it.Head, o, words[n:], 0)
			continue
		}
		if k == nil {
			c.unknownOption(b, w)
			ok = false
			n++
			continue
		}
		n += c.option(b, k, o, words[n:], 1)
	}
	if head && !it.HeadOr {
		c.Errorf(diag.MissingWord, words[0], "%s %s is missing", it.Head.Name, b.name())
		ok = false
	}
	return ok && c.errors == before
}

// option reads one option with its words, which begin behind it, and returns
// how many words that took. The head of an item (skip is 0) is its own first
// word.
func (c *Context) option(b *Block, k *Keyword, o any, words []syntax.Word, skip int) int {
	rest := words[skip:]
	n := 0
	switch {
	case skip == 0:
		n = 1
		if k.Field.Take != nil {
			n = k.Field.Take(rest)
		}
	case k.Field.Take != nil:
		n = k.Field.Take(rest)
	default:
		for n < len(rest) && (n < k.Field.Min || (k.Field.Max < 0 || n < k.Field.Max) && b.Item.option(rest[n].Text) == nil) {
			n++
		}
	}
	n = max(min(n, len(rest)), 1-skip)
	c.use(b, k, words[0].Span.Pos)
	if skip > 0 && n < k.Field.Min {
		c.report(diag.Diagnostic{Span: words[0].Span, Severity: diag.Error, Code: diag.MissingWord,
			Text: fmt.Sprintf("%s needs %s", k.Name, count(k.Field.Min, k.Field.Max)), Help: "write " + k.Usage()})
		return skip + n
	}
	if skip > 0 && !c.mark(k, o, words[0]) {
		return skip + n
	}
	if k.Field.Read != nil {
		read := words[:skip+n]
		if skip == 0 { // the head has no keyword of its own before it
			read = append([]syntax.Word{{Text: k.Name, Span: words[0].Span}}, words[:n]...)
		}
		k.Field.Read(c, o, read)
	}
	c.given = nil
	return skip + n
}

func (it *Item) option(word string) *Keyword {
	for i := range it.Options {
		if k := &it.Options[i]; k.Name == word || slices.Contains(k.Aliases, word) {
			return k
		}
	}
	return nil
}

func (c *Context) unknownOption(b *Block, w syntax.Word) {
	var names []string
	for i := range b.Item.Options {
		names = append(names, b.Item.Options[i].Name)
	}
	d := diag.Diagnostic{Span: w.Span, Severity: diag.Error, Code: diag.UnknownKeyword,
		Text: fmt.Sprintf("unknown word %q %s", w.Text, b.name())}
	if near := suggest.Nearest(w.Text, names); near != "" {
		d.Help = fmt.Sprintf("did you mean %q?", near)
	}
	c.Report(d)
}
