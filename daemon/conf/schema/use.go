package schema

import "github.com/viplab/viplab/daemon/conf/diag"

// Use is a keyword in a file that vipd does not act on.
type Use struct {
	Keyword *Keyword
	Path    string   // of its block
	Pos     diag.Pos // the first time
	Times   int
}

// Refused reports whether vipd does not start with the keyword.
func (u Use) Refused() bool { return u.Keyword.Status == Refused }

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
