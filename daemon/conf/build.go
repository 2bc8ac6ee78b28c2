package conf

import (
	"slices"
	"strings"

	"github.com/viplab/viplab/internal/suggest"
)

// build is a configuration being made: the model, and the objects of the
// blocks that are open.
type build struct {
	cfg      *Config
	diags    Diagnostics
	table    map[string]block
	files    []string
	source   source
	instance *Instance
	script   *Script
	vs       *VirtualServer
	rs       *RealServer
	checker  *Checker
	url      *URL

	// set remembers which keywords were given to each object, by object.
	set map[any]map[string]Pos
	// defaults of global_defs for what instances leave open.
	defaults Instance
}

func (b *build) warnf(p Pos, format string, args ...any)  { b.diags.add(Warning, p, format, args...) }
func (b *build) errorf(p Pos, format string, args ...any) { b.diags.add(Error, p, format, args...) }
func (b *build) fatalf(p Pos, format string, args ...any) { b.diags.add(Fatal, p, format, args...) }

// mark remembers that word was given to object, and reports a second time.
func (b *build) mark(object any, word string, p Pos) {
	if b.set[object] == nil {
		b.set[object] = map[string]Pos{}
	}
	b.set[object][word] = p
}

// given reports whether word was given to object.
func (b *build) given(object any, word string) bool {
	_, ok := b.set[object][word]
	return ok
}

// walk validates the statements of the block at key and applies them.
func (b *build) walk(key string, list []*Statement) {
	spec := b.table[key]
	for _, s := range list {
		switch word := s.Keyword(); {
		case spec.read != nil:
			spec.read(b, s)
		case word == "include":
			b.include(key, s)
		case strings.HasPrefix(word, "@") || strings.HasPrefix(word, "$") || strings.HasPrefix(word, "~"):
			b.errorf(s.Pos(), "%s: conditional lines, variables and sequences are not read", word)
		default:
			r, ok := spec.find(word)
			if !ok {
				b.unknown(key, s)
				continue
			}
			b.apply(key, r, s)
		}
	}
}

// apply runs one row.
func (b *build) apply(key string, r row, s *Statement) {
	if n := len(s.Args()); n < r.args.min {
		b.errorf(s.Pos(), "%s needs %s", r.word, r.args)
		return
	} else if r.args.max >= 0 && n > r.args.max {
		b.surplus(key, r, s)
	}
	if s.HasBlock && r.block == "" {
		b.errorf(s.Pos(), "%s takes no block", r.word)
	}
	if !s.HasBlock && r.block != "" && r.block != unread {
		b.errorf(s.Pos(), "%s needs a block", r.word)
		return
	}
	if r.apply == nil && r.block == unread {
		b.warnf(s.Pos(), "%s is a keyword of keepalived that has no effect here", r.word)
		return
	}
	if r.apply != nil {
		r.apply(b, s)
	}
	if r.block != "" && r.block != unread {
		b.walk(r.block, s.Block)
	}
	if r.close != nil {
		r.close(b, s)
	}
}

// surplus reports words too many; keepalived passes over them in silence.
func (b *build) surplus(key string, r row, s *Statement) {
	w := s.Args()[r.args.max]
	if _, ok := b.table[key].find(w.Text); ok {
		b.errorf(w.Pos, "%q is passed over after %s: it must begin a line of its own", w.Text, r.word)
		return
	}
	b.errorf(w.Pos, "%q is passed over: %s takes %s", w.Text, r.word, r.args)
}

// unknown reports a keyword that the block does not have, with the block where
// it belongs or the nearest word that would do.
func (b *build) unknown(key string, s *Statement) {
	word := s.Keyword()
	var homes []string
	for home, spec := range b.table {
		if _, ok := spec.find(word); ok {
			homes = append(homes, home)
		}
	}
	slices.Sort(homes)
	near := suggest.Nearest(word, b.table[key].words())
	switch {
	case len(homes) > 0:
		b.errorf(s.Pos(), "unknown keyword %q %s, it belongs %s", word, blockName(key), blockName(homes[0]))
	case near != "":
		b.errorf(s.Pos(), "unknown keyword %q %s, did you mean %q?", word, blockName(key), near)
	default:
		b.errorf(s.Pos(), "unknown keyword %q %s", word, blockName(key))
	}
}
