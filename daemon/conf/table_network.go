package conf

import (
	"iter"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// each yields the places of the items of a list.
func each[O, T any](at func(*O) *[]T) func(obj any) iter.Seq[any] {
	return func(obj any) iter.Seq[any] {
		return func(yield func(any) bool) {
			list := *at(obj.(*O))
			for i := range list {
				if !yield(&list[i]) {
					return
				}
			}
		}
	}
}

// lineFlag is an option without words of a line's object.
func lineFlag[O any](name, otherwise, doc string, at func(*O) *bool) schema.Keyword {
	return schema.Keyword{Name: name, Doc: doc, Else: otherwise, Field: schema.Flag(true, at)}
}

// only is the Field of an option that stands on some lines only; elsewhere it is
// reported with its words.
func only(here bool, where string, f schema.Field) schema.Field {
	if here {
		return f
	}
	f.Print = nil
	f.Read = func(c *schema.Context, _ any, words []word) {
		c.Errorf(diag.MisplacedKeyword, words[0], "%s is for %s; it is passed over", words[0].Text, where)
	}
	return f
}

// printed is the words of an option; none where text is empty.
func printed(text string) [][]string {
	if text == "" {
		return nil
	}
	return [][]string{{text}}
}

// where is the place of an object as a word, for messages.
func where(o *Origin, text string) syntax.Word {
	w := syntax.Word{Text: text}
	w.Span.Pos, w.Span.Width = o.Pos, int32(len(text))
	return w
}
