package schema

import (
	"iter"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// made is an object with what it was made for.
type made struct {
	block       *Block
	parent, obj any
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
