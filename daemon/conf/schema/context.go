package schema

import (
	"fmt"
	"iter"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// Context is a configuration being read: what is wrong with it, which objects
// it has, and what of it is not acted on.
type Context struct {
	report func(diag.Diagnostic)
	root   *Block
	stack  []any            // the objects whose blocks are open
	made   [][]made         // in pieces, which need not be copied to grow
	used   map[*Keyword]int // index in uses
	uses   []Use
	quiet  int     // depth of blocks that are not acted on as a whole
	errors int     // reported so far, of severity Error or worse
	given  *Origin // its last Setting is the keyword whose words are being read
	line   *syntax.Statement
	lax    bool // that keyword is Lax

	misspelt map[misspelling]diag.Pos

	settings []Setting // room for the first ones of objects to come
}

// made is an object with what it was made for.
type made struct {
	block       *Block
	parent, obj any
}

// Use is a keyword in a file that vipd does not act on.
type Use struct {
	Keyword *Keyword
	Path    string   // of its block
	Pos     diag.Pos // the first time
	Times   int
}

// NewContext starts to read by the table that begins at root. What is wrong
// goes to report.
func NewContext(root *Block, report func(diag.Diagnostic)) *Context {
	c := &Context{root: root, used: map[*Keyword]int{}, misspelt: map[misspelling]diag.Pos{}}
	c.report = func(d diag.Diagnostic) {
		if c.lax && d.Severity == diag.Error {
			d.Severity = diag.Warning
		}
		if d.Severity >= diag.Error {
			c.errors++
		}
		report(c.expanded(d))
	}
	return c
}

// expanded adds to a diagnostic of a word that a definition or a sequence
// brought into the line where it was written.
func (c *Context) expanded(d diag.Diagnostic) diag.Diagnostic {
	if c.line == nil {
		return d
	}
	for _, w := range c.line.Words {
		if w.Span == d.Span {
			d.Notes = append(d.Notes, w.Notes()...)
			break
		}
	}
	return d
}

// Report says what is wrong.
func (c *Context) Report(d diag.Diagnostic) { c.report(d) }

// Reject undoes that the file gives the keyword that is being read: its words
// are wrong, and the object stays as if they were not there.
func (c *Context) Reject() {
	if c.given != nil {
		c.given.Set = c.given.Set[:len(c.given.Set)-1]
		c.given = nil
	}
}

// Keep has the keyword that is being read count, whatever is wrong with its
// words: others of them are good.
func (c *Context) Keep() { c.given = nil }

// Warnf, Errorf and Fatalf report at a word.
func (c *Context) Warnf(code diag.Code, at syntax.Word, format string, args ...any) {
	c.report(diag.Diagnostic{Span: at.Span, Severity: diag.Warning, Code: code, Text: fmt.Sprintf(format, args...)})
}

// Errorf is Warnf for what the daemon runs without.
func (c *Context) Errorf(code diag.Code, at syntax.Word, format string, args ...any) {
	c.report(diag.Diagnostic{Span: at.Span, Severity: diag.Error, Code: code, Text: fmt.Sprintf(format, args...)})
}

// Fatalf is Warnf for what makes the configuration impossible to run.
func (c *Context) Fatalf(code diag.Code, at syntax.Word, format string, args ...any) {
	c.report(diag.Diagnostic{Span: at.Span, Severity: diag.Fatal, Code: code, Text: fmt.Sprintf(format, args...)})
}

// Up returns the nearest open object of type T; nil if none is open.
func Up[T any](c *Context) *T {
	for i := len(c.stack) - 1; i >= 0; i-- {
		if o, ok := c.stack[i].(*T); ok {
			return o
		}
	}
	return nil
}

// New makes an object for b with the defaults of b's keywords.
func New[T any](b *Block) *T {
	o := new(T)
	if p, ok := b.proto.(*T); ok {
		*o = *p
	}
	return o
}

// Uses are the keywords of the file that vipd does not act on, in the order of
// their first use. One that stands in a block that is not acted on as a whole
// is left out.
func (c *Context) Uses() []Use { return c.uses }

func (c *Context) use(b *Block, k *Keyword, pos diag.Pos) {
	if k.Status == Implemented || c.quiet > 0 {
		return
	}
	i, ok := c.used[k]
	if !ok {
		i = len(c.uses)
		c.used[k] = i
		c.uses = append(c.uses, Use{Keyword: k, Path: b.Path, Pos: pos})
	}
	c.uses[i].Times++
}

// Start begins to read into root, the object of the table's root.
func (c *Context) Start(root any) {
	c.stack = append(c.stack, root)
	c.own(c.root, nil, root)
}

// own remembers obj, which b fills, and the objects that it always has.
func (c *Context) own(b *Block, parent, obj any) {
	c.remember(made{b, parent, obj})
	for _, k := range b.subs {
		c.own(k.Block, obj, k.Field.Sub(obj))
	}
}

// remember keeps an object for Fill and Values, if they are to do anything with
// it.
func (c *Context) remember(m made) {
	if len(m.block.fills)+len(m.block.values) == 0 {
		return
	}
	last := len(c.made) - 1
	if last < 0 || len(c.made[last]) == cap(c.made[last]) {
		c.made = append(c.made, make([]made, 0, 512))
		last++
	}
	c.made[last] = append(c.made[last], m)
}

// Fill fetches, for the objects in the order that they were made, the values
// that the file does not give and that have no constant default.
func (c *Context) Fill() {
	for _, piece := range c.made {
		for _, m := range piece {
			src, ok := m.obj.(sourced)
			if !ok {
				continue
			}
			o := src.origin()
			for _, k := range m.block.fills {
				if !o.Given(k.Name) {
					k.Fill(m.parent, m.obj)
				}
			}
		}
	}
}

// Values yields what the Field.Value of each keyword says of each object that was
// read, in the order that these were made.
func (c *Context) Values() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		for _, piece := range c.made {
			for _, m := range piece {
				for _, k := range m.block.values {
					if !yield(Value{k, m.obj, k.Field.Value(m.obj)}) {
						return
					}
				}
			}
		}
	}
}

// Value is a part of an object that was read.
type Value struct {
	Keyword *Keyword
	Object  any
	Part    any
}

// Where is where the file gives the object a keyword.
func (v Value) Where(keyword string) diag.Pos {
	if src, ok := v.Object.(sourced); ok {
		return src.origin().Where(keyword)
	}
	return diag.Pos{}
}

// Refused reports whether vipd does not start with the keyword.
func (u Use) Refused() bool { return u.Keyword.Status == Refused }
