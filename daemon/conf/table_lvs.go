package conf

import (
	"iter"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// The paths of blocks that several rows name.
const (
	serverPath = "virtual_server"
	realPath   = serverPath + "/real_server"
)

// lvsRoot are the top-level keywords of load balancing.
func lvsRoot() []schema.Keyword {
	return []schema.Keyword{sslRow(), groupRow(), serverRow()}
}

func sslRow() schema.Keyword {
	b := &schema.Block{Path: "SSL", New: func() any { return new(SSL) }, Keywords: []schema.Keyword{
		sslWord("password", "STRING", "open the private key with a passphrase", func(s *SSL) *string { return &s.Password }),
		sslWord("ca", "PATH", "take certificates of authorities from a file", func(s *SSL) *string { return &s.CA }),
		sslWord("certificate", "PATH", "show a client certificate to checked servers", func(s *SSL) *string { return &s.Certificate }),
		sslWord("key", "PATH", "use a private key for the client certificate", func(s *SSL) *string { return &s.Key }),
	}}
	f := schema.Open()
	f.Begin = func(c *schema.Context, obj any, s *syntax.Statement) any {
		cfg := obj.(*Config)
		if cfg.SSL != nil {
			c.Report(again(s.Words[0], cfg.SSL.Pos, "SSL is given a second time: this block replaces the first"))
		}
		cfg.SSL = schema.New[SSL](b)
		return cfg.SSL
	}
	f.Each = func(obj any) iter.Seq2[[]string, any] {
		return func(yield func([]string, any) bool) {
			if s := obj.(*Config).SSL; s != nil {
				yield(nil, s)
			}
		}
	}
	return schema.Keyword{Name: "SSL", Doc: "show a certificate of its own in SSL_GET", Field: f, Block: b, Many: true}
}

// sslWord is a word of SSL; a second one is an error to keepalived.
func sslWord(name, form, doc string, at func(*SSL) *string) schema.Keyword {
	f := textField(at)
	f.Form = form
	read := f.Read
	f.Read = func(c *schema.Context, obj any, words []word) {
		if s := obj.(*SSL); *at(s) != "" {
			c.Report(again(words[0], firstGiven(&s.Origin, name), name+" is given a second time: this one replaces the first"))
		}
		read(c, obj, words)
	}
	return schema.Keyword{Name: name, Doc: doc, Field: f, Many: true}
}

// again is the diagnostic of what keepalived takes only once.
func again(at word, first Pos, text string) Diagnostic {
	return Diagnostic{Span: at.Span, Severity: Error, Code: diag.Repeated, Text: text,
		Notes: []diag.Note{{Pos: first, Text: "first given here"}}}
}

// firstGiven is the first place that gives keyword to o.
func firstGiven(o *Origin, keyword string) Pos {
	for i := range o.Set {
		if o.Set[i].Keyword == keyword {
			return o.Set[i].Pos
		}
	}
	return Pos{}
}
