package schema

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// Usage is the keyword with the form of its words: "advert_int SECONDS". What
// the form says of a block is left out.
func (k *Keyword) Usage() string {
	form, _, _ := strings.Cut(k.Field.Form, " + block")
	form = strings.TrimSuffix(form, ",")
	if form == "" || form == "flag" || strings.HasPrefix(form, "block") {
		return k.Name
	}
	return k.Name + " " + form
}

// Index prepares the table that begins at root for reading: it must be called
// once, before anything else. The error is a mistake of the table: a keyword
// that stands twice in a block, a default that its own row does not accept.
func Index(root *Block) error {
	var errs []error
	for b := range root.all() {
		b.index = make(map[string]*Keyword, len(b.Keywords))
		for i := range b.Keywords {
			k := &b.Keywords[i]
			for _, name := range append([]string{k.Name}, k.Aliases...) {
				if b.index[name] != nil {
					errs = append(errs, fmt.Errorf("%s: keyword %q stands twice", b.Path, name))
				}
				b.index[name] = k
			}
			b.sort(k)
		}
		errs = append(errs, b.prototype())
	}
	return errors.Join(errs...)
}

// sort puts k, a keyword of b, in the lists that are gone through for each object.
func (b *Block) sort(k *Keyword) {
	if k.Field.Value != nil {
		b.values = append(b.values, k)
	}
	if k.Fill != nil {
		b.fills = append(b.fills, k)
	}
	if k.Field.Sub != nil {
		b.subs = append(b.subs, k)
	}
}

// prototype makes the object that carries the defaults of b's keywords.
func (b *Block) prototype() (err error) {
	if b.New == nil {
		return nil
	}
	b.proto = b.New()
	c := NewContext(b, func(d diag.Diagnostic) { err = errors.Join(err, fmt.Errorf("default in %s: %w", b.Path, d)) })
	b.defaults(c, b.proto)
	return err
}

// defaults reads the defaults of b's keywords into obj, and into the objects that
// it always has.
func (b *Block) defaults(c *Context, obj any) {
	for i := range b.Keywords {
		switch k := &b.Keywords[i]; {
		case k.Field.Sub != nil:
			k.Block.defaults(c, k.Field.Sub(obj))
		case k.Default != "" && k.Field.Read != nil:
			k.Field.Read(c, obj, defaultWords(k))
		}
	}
}

func defaultWords(k *Keyword) []syntax.Word {
	words := []syntax.Word{{Text: k.Name, Raw: k.Name}}
	for _, f := range strings.Fields(k.Default) {
		words = append(words, syntax.Word{Text: f, Raw: f})
	}
	return words
}

// all yields b and the blocks below it, each once.
func (b *Block) all() iter.Seq[*Block] {
	return func(yield func(*Block) bool) {
		seen := map[*Block]bool{}
		var visit func(*Block) bool
		visit = func(b *Block) bool {
			if seen[b] {
				return true
			}
			seen[b] = true
			if !yield(b) {
				return false
			}
			for i := range b.Keywords {
				if sub := b.Keywords[i].Block; sub != nil && !visit(sub) {
					return false
				}
			}
			return true
		}
		visit(b)
	}
}

// words lists the keywords of b.
func (b *Block) words() []string {
	list := make([]string, len(b.Keywords))
	for i := range b.Keywords {
		list[i] = b.Keywords[i].Name
	}
	return list
}

// name names the block for messages: "in url", "at the top level".
func (b *Block) name() string {
	if b.Path == "(root)" {
		return "at the top level"
	}
	return "in " + b.Path[strings.LastIndexByte(b.Path, '/')+1:]
}
