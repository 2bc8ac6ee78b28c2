package schema

import (
	"github.com/viplab/viplab/daemon/conf/diag"
)

// Entry is a line of an effective configuration.
type Entry struct {
	Keyword *Keyword // nil for an item's line
	Words   []string // after the keyword
	Origin  diag.Pos // where the file says it; the zero Pos for a default
	Block   []Entry  // what stands in the keyword's block, or the parts of an item's line
	Head    bool     // the part of an item's line that has no keyword
}

// Entries lists what obj, which the block b fills, holds: what the file gives,
// and the defaults. Reading the lines again gives the same object.
func (b *Block) Entries(obj any) []Entry {
	if b.Item != nil {
		return b.Item.entries(obj)
	}
	var list []Entry
	for i := range b.Keywords {
		list = append(list, b.Keywords[i].entries(obj)...)
	}
	return list
}

func (k *Keyword) entries(obj any) []Entry {
	switch {
	case k.Block != nil && k.Field.Each != nil:
		var list []Entry
		for words, child := range k.Field.Each(obj) {
			e := Entry{Keyword: k, Words: words, Block: k.Block.Entries(child)}
			if src, ok := child.(sourced); ok {
				e.Origin = src.origin().Pos
			}
			list = append(list, e)
		}
		return list
	case k.Block != nil:
		child := obj
		if k.Field.Sub != nil {
			child = k.Field.Sub(obj)
		}
		if block := k.Block.Entries(child); len(block) > 0 {
			return []Entry{{Keyword: k, Block: block, Origin: k.origin(obj)}}
		}
		return nil
	case k.Field.Print == nil || k.Same != "":
		return nil
	}
	origin := k.origin(obj)
	if !origin.Known() && k.Default == "" && k.Fill == nil {
		return nil
	}
	var list []Entry
	for _, words := range k.Field.Print(obj) {
		list = append(list, Entry{Keyword: k, Words: words, Origin: origin})
	}
	return list
}

// origin is where the file gives k to obj.
func (k *Keyword) origin(obj any) diag.Pos {
	if src, ok := obj.(sourced); ok {
		return src.origin().Where(k.Name)
	}
	return diag.Pos{}
}

// entries lists the lines of the items of obj.
func (it *Item) entries(obj any) []Entry {
	var list []Entry
	for o := range it.Each(obj) {
		var e Entry
		if src, ok := o.(sourced); ok {
			e.Origin = src.origin().Pos
		}
		e.part(&it.Head, o, true)
		for i := range it.Options {
			e.part(&it.Options[i], o, false)
		}
		list = append(list, e)
	}
	return list
}

// part adds what one word of a line, the head or an option, says of o.
func (e *Entry) part(k *Keyword, o any, head bool) {
	if k.Field.Print == nil || k.Same != "" {
		return
	}
	for _, words := range k.Field.Print(o) {
		e.Block = append(e.Block, Entry{Keyword: k, Words: words, Head: head})
	}
}
