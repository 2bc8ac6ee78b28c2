package schema

import (
	"iter"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// Entry is a line of an effective configuration.
type Entry struct {
	Keyword *Keyword // nil for an item's line
	Words   []string // after the keyword
	Origin  diag.Pos // where the file says it; the zero Pos for a default
	Block   []Entry  // what stands in the keyword's block, or the parts of an item's line
	Head    bool     // the part of an item's line that has no keyword

	inner iter.Seq[Entry] // in place of Block: what is not looked at before it is wanted
}

// Entries lists what obj, which the block b fills, holds: what the file gives,
// and the defaults. Reading the lines again gives the same object.
func (b *Block) Entries(obj any) []Entry {
	var list []Entry
	for e := range b.lines(obj, false) {
		list = append(list, e)
	}
	return list
}

// lines yields the Entries one after the other: a big configuration is much more
// as entries than as an object. If they are to be lazy, those of a block within
// are not in Block: they come from inner; and defaults are left out.
func (b *Block) lines(obj any, lazy bool) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		if b.Item != nil {
			for _, e := range b.Item.entries(obj) {
				if !yield(e) {
					return
				}
			}
			return
		}
		for i := range b.Keywords {
			if !b.Keywords[i].lines(obj, lazy, yield) {
				return
			}
		}
	}
}

// lines yields what obj holds of k until yield has enough.
func (k *Keyword) lines(obj any, lazy bool, yield func(Entry) bool) bool {
	switch {
	case k.Block != nil && k.Field.Each != nil:
		each := k.Field.Each(obj)
		if each == nil {
			return true
		}
		for words, child := range each {
			e := Entry{Keyword: k, Words: words}
			if lazy {
				e.inner = k.Block.lines(child, true)
			} else {
				e.Block = k.Block.Entries(child)
			}
			if src, ok := child.(sourced); ok {
				e.Origin = src.origin().Pos
			}
			if !yield(e) {
				return false
			}
		}
		return true
	case k.Block != nil:
		child := obj
		if k.Field.Sub != nil {
			child = k.Field.Sub(obj)
		}
		if lazy {
			inner := k.Block.lines(child, true)
			for range inner { // there is one
				return yield(Entry{Keyword: k, inner: inner, Origin: k.origin(obj)})
			}
			return true
		}
		block := k.Block.Entries(child)
		return len(block) == 0 || yield(Entry{Keyword: k, Block: block, Origin: k.origin(obj)})
	case k.Field.Print == nil || k.Same != "":
		return true
	}
	origin := k.origin(obj)
	if !origin.Known() && (k.Default == "" && k.Fill == nil || lazy && !k.Settled) {
		return true // what is read again has a default by itself
	}
	for _, words := range k.Field.Print(obj) {
		if !yield(Entry{Keyword: k, Words: words, Origin: origin}) {
			return false
		}
	}
	return true
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
