package schema

import (
	"fmt"

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
