package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/syntax"
	"github.com/viplab/viplab/internal/suggest"
)

// deprecated reports that k is to be written in another way.
func (c *Context) deprecated(k *Keyword, at syntax.Word) {
	d := diag.Diagnostic{Span: at.Span, Severity: diag.Warning, Code: diag.DeprecatedKeyword,
		Text: k.Name + " is deprecated", Help: "write " + k.Instead}
	if k.Reported {
		d.Severity = diag.Error
	}
	c.report(d)
}

// repeated reports that k, first given elsewhere, is given again.
func (c *Context) repeated(k *Keyword, at syntax.Word, first diag.Pos) {
	d := diag.Diagnostic{Span: at.Span, Severity: diag.Warning, Code: diag.Repeated,
		Text:  k.Name + " is given a second time",
		Notes: []diag.Note{{Pos: first, Text: "first given here"}}}
	if k.First {
		d.Severity, d.Text = diag.Error, d.Text+"; this one is passed over"
	}
	c.report(d)
}

// surplus reports words too many; keepalived passes over them in silence.
func (c *Context) surplus(b *Block, k *Keyword, s *syntax.Statement) {
	w := s.Words[k.Field.Max+1]
	d := diag.Diagnostic{Span: w.Span, Severity: diag.Warning, Code: diag.ExtraWord,
		Text: fmt.Sprintf("%q is passed over: %s takes %s", w.Text, k.Name, count(k.Field.Min, k.Field.Max))}
	switch {
	case k.Field.Secret:
		d.Text = fmt.Sprintf("what stands behind the words of %s is passed over: it takes %s", k.Name, count(k.Field.Min, k.Field.Max))
	case b.index[w.Text] != nil:
		d.Help = "begin a new line with it"
	}
	c.report(d)
}

// unknown reports a keyword that the block does not have, with the block where
// it belongs or the nearest word that would do. Its own block is passed over.
func (c *Context) unknown(b *Block, obj any, s *syntax.Statement) {
	word := s.Keyword()
	d := diag.Diagnostic{Span: s.Words[0].Span, Severity: diag.Error, Code: diag.UnknownKeyword,
		Text: fmt.Sprintf("unknown keyword %q %s", word, b.name())}
	near := suggest.Nearest(word, b.words())
	switch homes, newer := c.homes(word), c.newer(b, word); {
	case strings.EqualFold(near, word):
		if src, ok := obj.(sourced); ok {
			c.misspelt[misspelling{src.origin(), near}] = s.Pos()
		}
		d.Help = fmt.Sprintf("keywords are case sensitive: write %q", near)
	case newer != "":
		d.Code = diag.MisplacedKeyword
		d.Text = fmt.Sprintf("%q does not stand %s", word, b.name())
		d.Help = "write " + newer
	case len(homes) > 0:
		d.Code = diag.MisplacedKeyword
		d.Text = fmt.Sprintf("%q does not stand %s", word, b.name())
		d.Help = "it belongs " + strings.Join(homes, " or ")
	case near != "":
		d.Help = fmt.Sprintf("did you mean %q?", near)
	}
	c.report(d)
}

// misspelling is a keyword that an object was surely meant to be given.
type misspelling struct {
	object  *Origin
	keyword string
}

// Misspelt returns where the file has the keyword for the object in letters of
// another case, which is reported there; the zero Pos for nowhere.
func (c *Context) Misspelt(object *Origin, keyword string) diag.Pos {
	return c.misspelt[misspelling{object, keyword}]
}

// newer is the keyword of b that means what word, an older name, means in another
// block; empty for none.
func (c *Context) newer(b *Block, word string) string {
	for home := range c.root.all() {
		if k := home.index[word]; k != nil && k.Instead != "" && b.index[k.Same] != nil {
			return k.Same
		}
	}
	return ""
}

// homes lists the blocks that have a keyword.
func (c *Context) homes(word string) []string {
	var list []string
	for b := range c.root.all() {
		if b.index[word] != nil && !slices.Contains(list, b.name()) {
			list = append(list, b.name())
		}
	}
	if len(list) > 3 {
		list = list[:3]
	}
	return list
}

// count writes how many words are wanted: "one word", "1 to 3 words".
func count(low, high int) string {
	switch {
	case high == 0:
		return "no word"
	case low == 1 && high == 1:
		return "one word"
	case high < 0:
		return fmt.Sprintf("%d or more words", low)
	case low == high:
		return fmt.Sprintf("%d words", low)
	case low == 0 && high == 1:
		return "at most one word"
	}
	return fmt.Sprintf("%d to %d words", low, high)
}
