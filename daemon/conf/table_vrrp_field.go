package conf

import (
	"net/netip"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// The functions below make Fields that the schema does not have.

// inherit is the Fill of a keyword that has a default in global_defs.
func inherit[O any](set func(*O, *Global)) func(parent, obj any) {
	return func(parent, obj any) { set(obj.(*O), &parent.(*Config).Global) }
}

// settled is the Fill of a value that is worked out elsewhere, from more than one
// keyword: it is printed even where the file does not give it.
func settled(_, _ any) {}

// linkName is the name of a network interface.
func linkName[O any](text string, at func(*O) *string) schema.Field {
	f := schema.String(at).As(text)
	f.Read = func(c *schema.Context, obj any, words []syntax.Word) {
		if name, _, alias := strings.Cut(words[1].Text, ":"); alias {
			c.Report(diag.Diagnostic{Span: words[1].Span, Severity: diag.Error, Code: diag.BadText,
				Text: words[1].Text + " is the label of an address, no interface; it is passed over",
				Help: "write " + words[0].Text + " " + name + ", and label " + words[1].Text + " behind the address"})
		} else if name := readInterface(c, words[1]); name != "" {
			*at(obj.(*O)) = name
			return
		}
		c.Reject()
	}
	return f
}

// hostAddr reads an address without a zone. keepalived takes no notice of a
// prefix length.
func hostAddr(c *schema.Context, key, w syntax.Word) (netip.Addr, bool) {
	text, length, cut := strings.Cut(w.Text, "/")
	w.Text = text
	a, ok := c.Addr(key, w)
	switch {
	case ok && a.Zone() != "":
		c.Reject()
		c.Errorf(diag.BadAddress, w, "%s: %q names an interface, which has no place here", key.Text, w.Text)
		return a, false
	case ok && cut:
		c.Warnf(diag.NoEffect, w, "%s: the prefix length %s is passed over", key.Text, length)
	}
	return a, ok
}

// takeFamily holds an instance to one family: the first address decides.
func takeFamily(c *schema.Context, i *Instance, a netip.Addr, key, w syntax.Word) bool {
	if i.Family == 0 {
		i.Family = familyOf(a)
	}
	if i.Family == familyOf(a) {
		return true
	}
	c.Errorf(diag.BadFamily, w, "%s: %s is not an IPv%d address as those before it; it is passed over", key.Text, w.Text, i.Family)
	return false
}
