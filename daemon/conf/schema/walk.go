package schema

import (
	"fmt"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// Read takes a top-level statement into root, the object of the table's root. The
// first one starts to, if Start did not.
func (c *Context) Read(root any, s *syntax.Statement) {
	if len(c.stack) == 0 {
		c.Start(root)
	}
	c.statement(c.root, root, s)
}

// maxErrors is where reading ends: nobody reads that many, and a line that a
// sequence repeats without end should cost no more than that. It is more than a
// diag.Collector keeps, which says that there are others.
const maxErrors = 100_000

// statement validates one line of block b and applies it to obj.
func (c *Context) statement(b *Block, obj any, s *syntax.Statement) {
	if c.errors > maxErrors {
		return
	}
	c.line = s
	if b.Item != nil {
		c.item(b, obj, s)
		return
	}
	k := b.index[s.Keyword()]
	if k == nil {
		c.unknown(b, obj, s)
		return
	}
	c.use(b, k, s.Pos())
	ok := c.words(b, k, obj, s)
	c.lax = false
	if ok && k.Block != nil {
		c.enter(k, obj, s)
	}
}

// words reads the words of k's line into obj, and reports whether the keyword
// counts.
func (c *Context) words(b *Block, k *Keyword, obj any, s *syntax.Statement) bool {
	if k.Field.Split != nil {
		if s.Words = k.Field.Split(c, s); s.Words == nil {
			return false
		}
	}
	c.lax = k.Lax
	if !c.fits(b, k, s) {
		return false
	}
	if k.Instead != "" {
		c.deprecated(k, s.Words[0])
	}
	if !c.mark(k, obj, s.Words[0]) {
		return false
	}
	if k.Field.Read != nil {
		k.Field.Read(c, obj, s.Words)
	}
	c.given = nil
	return true
}

// enter reads the block of k into the object that is made for it.
func (c *Context) enter(k *Keyword, obj any, s *syntax.Statement) {
	child := obj
	switch {
	case k.Field.Begin != nil:
		child = k.Field.Begin(c, obj, s)
		c.own(k.Block, obj, child)
	case k.Field.Sub != nil:
		child = k.Field.Sub(obj)
	}
	if src, ok := child.(sourced); ok && child != obj {
		src.origin().Pos = s.Pos()
	}
	c.stack = append(c.stack, child)
	if k.Status != Implemented {
		c.quiet++
	}
	for _, line := range s.Block {
		c.statement(k.Block, child, line)
	}
	if k.Status != Implemented {
		c.quiet--
	}
	c.stack = c.stack[:len(c.stack)-1]
	if k.Field.End != nil {
		k.Field.End(c, child, s)
	}
}

// mark remembers that obj was given k, and reports a second time. It returns
// whether what k says counts.
func (c *Context) mark(k *Keyword, obj any, at syntax.Word) bool {
	src, ok := obj.(sourced)
	if !ok {
		return true
	}
	o, name := src.origin(), k.Name
	if k.Same != "" {
		name = k.Same
	}
	if !k.Many && len(o.Set) > 0 {
		if first := o.Where(name); first.Known() {
			c.repeated(k, at, first)
			if k.First {
				return false
			}
		}
	}
	if o.Set == nil {
		o.Set = c.room()
	}
	o.Set = append(o.Set, Setting{name, at.Span.Pos})
	c.given = o
	return true
}

// room is room for the settings of an object. Most have few, and there may be
// very many objects.
func (c *Context) room() []Setting {
	const few, piece = 4, 256
	if len(c.settings) < few {
		c.settings = make([]Setting, piece)
	}
	s := c.settings[:0:few]
	c.settings = c.settings[few:]
	return s
}

// fits reports whether s has the words and the block that k wants.
func (c *Context) fits(b *Block, k *Keyword, s *syntax.Statement) bool {
	n := len(s.Words) - 1
	switch {
	case n < k.Field.Min:
		c.report(diag.Diagnostic{Span: s.Words[0].Span, Severity: diag.Error, Code: diag.MissingWord,
			Text: fmt.Sprintf("%s needs %s", k.Name, count(k.Field.Min, k.Field.Max)), Help: "write " + k.Usage()})
		return false
	case k.Field.Max >= 0 && n > k.Field.Max:
		c.surplus(b, k, s)
	}
	switch {
	case s.HasBlock && k.Block == nil:
		c.report(diag.Diagnostic{Span: s.Words[0].Span, Severity: diag.Error, Code: diag.ExtraBlock,
			Text: k.Name + " takes no block; what stands in the braces is passed over"})
	case !s.HasBlock && k.Block != nil:
		c.report(diag.Diagnostic{Span: s.Words[0].Span, Severity: diag.Error, Code: diag.MissingBlock,
			Text: k.Name + " needs a block", Help: fmt.Sprintf("write %s { ... }", k.Usage())})
		return false
	}
	return true
}
