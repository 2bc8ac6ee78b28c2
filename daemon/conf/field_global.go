package conf

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// The functions below make rows and Fields that global_defs has many of.

// on is the row of a word that switches something on.
func on[O any](name, doc string, at func(*O) *bool) schema.Keyword {
	return schema.Keyword{Name: name, Doc: doc, Else: "off", Field: schema.Flag(true, at)}
}

// truth is the row of an optional truth that is false unless given.
func truth[O any](name, doc string, at func(*O) *bool) schema.Keyword {
	return schema.Keyword{Name: name, Doc: doc, Default: "off", Field: schema.Bool(at)}
}

// lifted is f, a number from 1 on, of which 0 makes 1 with an error.
func lifted[O any](f schema.Field, one func(*O)) schema.Field {
	read := f.Read
	f.Read = func(c *schema.Context, obj any, words []syntax.Word) {
		if n, err := strconv.Atoi(words[1].Text); err != nil || n != 0 {
			read(c, obj, words)
			return
		}
		c.Errorf(diag.OutOfRange, words[1], "%s 0 is not 1 or more; 1 is taken", words[0].Text)
		one(obj.(*O))
	}
	return f
}

// wholeMicros is a time in whole microseconds.
func wholeMicros[O any](form string, low, high int, at func(*O) *time.Duration) schema.Field {
	return schema.Field{Form: form, Unit: "us", Kind: schema.Number, Min: 1, Max: 1,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			if n, ok := c.Int(words[0], words[1], low, high); ok {
				*at(obj.(*O)) = time.Duration(n) * time.Microsecond
			}
		},
		Print: func(obj any) [][]string {
			return [][]string{{strconv.FormatInt(at(obj.(*O)).Microseconds(), 10)}}
		}}
}

// orBare is an optional word; the keyword alone means bare.
func orBare[O any](form, bare string, at func(*O) *string) schema.Field {
	return schema.Field{Form: form, Max: 1,
		Read: func(_ *schema.Context, obj any, words []syntax.Word) {
			*at(obj.(*O)) = bare
			if len(words) > 1 {
				*at(obj.(*O)) = words[1].Text
			}
		},
		Print: func(obj any) [][]string {
			if text := *at(obj.(*O)); text != "" {
				return [][]string{{text}}
			}
			return [][]string{{}}
		}}
}

// pathName is the name of a file. The daemon's working directory is "/", which is
// seldom what a relative one is meant for.
func pathName[O any](form string, at func(*O) *string) schema.Field {
	f := schema.String(at).As(form)
	read := f.Read
	f.Read = func(c *schema.Context, obj any, words []syntax.Word) {
		relative(c, words[0], words[1])
		read(c, obj, words)
	}
	return f
}

// relative warns of a path that does not begin at the root.
func relative(c *schema.Context, key, w syntax.Word) {
	if !strings.HasPrefix(w.Text, "/") {
		c.Warnf(diag.BadText, w, "%s: %q is no absolute path: it is looked for where the daemon was started", key.Text, w.Text)
	}
}

// group is an address of a multicast group. keepalived takes no notice of a
// prefix length.
func group[O any](form string, is4 bool, at func(*O) *netip.Addr) schema.Field {
	return schema.Field{Form: form, Min: 1, Max: 1,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			key, w := words[0], words[1]
			text, _, cut := strings.Cut(w.Text, "/")
			a, ok := c.Addr(key, syntax.Word{Text: text, Span: w.Span})
			switch {
			case !ok:
				return
			case a.Is4() != is4 || a.Zone() != "":
				c.Errorf(diag.BadFamily, w, "%s: %s is no address of an %s group; it is passed over", key.Text, w.Text, form[:4])
			case !a.IsMulticast():
				c.Errorf(diag.BadAddress, w, "%s: %s is no multicast group; it is passed over", key.Text, w.Text)
			default:
				if cut {
					c.Warnf(diag.NoEffect, w, "%s: a group has no prefix length; it is passed over", key.Text)
				}
				*at(obj.(*O)) = a
				return
			}
			c.Reject()
		},
		Print: func(obj any) [][]string {
			if a := *at(obj.(*O)); a.IsValid() {
				return [][]string{{a.String()}}
			}
			return nil
		}}
}

// read takes "[USER [GROUP]]".
func (a *Account) read(words []syntax.Word) {
	*a = Account{}
	if len(words) > 0 {
		a.User = words[0].Text
	}
	if len(words) > 1 {
		a.Group = words[1].Text
	}
}

// words are a's, as many as there are.
func (a *Account) words() []string {
	return slices.DeleteFunc([]string{a.User, a.Group}, func(s string) bool { return s == "" })
}
