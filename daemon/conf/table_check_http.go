package conf

import (
	"iter"
	"slices"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// httpKind is HTTP_GET or SSL_GET.
func httpKind(name string) checkerKind {
	ssl := name == "SSL_GET"
	doc := "check that a server answers HTTP"
	rows := slices.Concat(commonRows("1", "3"), httpRows())
	if ssl {
		doc += "S"
		rows = append(rows, schema.Keyword{Name: "tls_compliant", Newer: true, Default: "off", Doc: "take a missing close_notify for a failure",
			Field: probeOf[HTTPProbe](schema.Bool(func(h *HTTPProbe) *bool { return &h.TLSCompliant }))},
			schema.Keyword{Name: "tls_verify", Own: true, Default: "off", Doc: "want a certificate that the ca of SSL, or the system's, vouches for",
				Field: probeOf[HTTPProbe](schema.Bool(func(h *HTTPProbe) *bool { return &h.TLSVerify }))})
	}
	rows = append(rows, urlRow(realPath+"/"+name+"/url", ssl))
	return checkerKind{name: name, doc: doc, rows: rows, probe: func() Probe { return new(HTTPProbe) }, end: endHTTP}
}

func httpRows() []schema.Keyword {
	retry := schema.Int(0, 1<<31-1, func(ch *Checker) *int { return &ch.Retry })
	return []schema.Keyword{
		{Name: "nb_get_retry", Same: "retry", Instead: "retry", Reported: true, Default: "1", Doc: "ask again before a server is given up", Field: formed("INT", retry)},
		{Name: "virtualhost", Else: "real server setting", Doc: "ask for one host", Field: probeOf[HTTPProbe](textField(func(h *HTTPProbe) *string { return &h.VirtualHost })),
			Fill: func(parent, obj any) {
				obj.(*Checker).Probe.(*HTTPProbe).VirtualHost = parent.(*RealServer).VirtualHost
			}},
		{Name: "http_protocol", Default: "1.0", Doc: "speak a version of HTTP", Field: probeOf[HTTPProbe](protocolVersion())},
		{Name: "enable_sni", Default: "off", Doc: "name the host in TLS", Field: probeOf[HTTPProbe](schema.Bool(func(h *HTTPProbe) *bool { return &h.SNI }))},
		{Name: "sni_name", Newer: true, Else: "virtualhost", Doc: "name another host in TLS", Field: probeOf[HTTPProbe](textField(func(h *HTTPProbe) *string { return &h.SNIName })),
			Fill: func(_, obj any) {
				h := obj.(*Checker).Probe.(*HTTPProbe)
				h.SNIName = h.VirtualHost
			}},
		{Name: "fast_recovery", Default: "off", Doc: "ask for all urls at once when one recovers", Field: probeOf[HTTPProbe](schema.Bool(func(h *HTTPProbe) *bool { return &h.FastRecovery }))},
	}
}

// protocolVersion is http_protocol; 1.0C is 1.0c.
func protocolVersion() schema.Field {
	f := schema.OneOf(func(h *HTTPProbe) *string { return &h.Protocol }, "1.0", "1.1", "1.0c")
	read := f.Read
	f.Read = func(c *schema.Context, obj any, words []word) {
		if words[1].Text == "1.0C" {
			obj.(*HTTPProbe).Protocol = "1.0c"
			return
		}
		read(c, obj, words)
	}
	return f
}

func endHTTP(c *schema.Context, ch *Checker, at word) bool {
	if len(ch.Probe.(*HTTPProbe).URLs) > 0 {
		return true
	}
	c.Report(Diagnostic{Span: at.Span, Severity: Error, Code: diag.MissingURL,
		Text: ch.Kind + " has no url with a path: the checker is passed over",
		Help: "write url { path / }"})
	return false
}

func urlRow(path string, ssl bool) schema.Keyword {
	rows := urlRows()
	if ssl {
		rows = append(rows, schema.Keyword{Name: "tls_compliant", Newer: true, Else: "checker setting", Doc: "take a missing close_notify for a failure",
			Field: schema.Bool(func(u *URL) *bool { return &u.TLSCompliant }),
			Fill:  func(parent, obj any) { obj.(*URL).TLSCompliant = parent.(*Checker).Probe.(*HTTPProbe).TLSCompliant }})
	}
	b := &schema.Block{Path: path, Keywords: rows, New: func() any { return new(URL) }}
	f := schema.Open()
	f.Begin = func(*schema.Context, any, *syntax.Statement) any { return schema.New[URL](b) }
	f.End = endURL
	f.Each = func(obj any) iter.Seq2[[]string, any] {
		return func(yield func([]string, any) bool) {
			for _, u := range obj.(*Checker).Probe.(*HTTPProbe).URLs {
				if !yield(nil, u) {
					return
				}
			}
		}
	}
	return schema.Keyword{Name: "url", Doc: "ask for a page", Else: "at least one required", Field: f, Block: b, Many: true}
}

// endURL takes a finished url into its checker.
func endURL(c *schema.Context, obj any, s *syntax.Statement) {
	u, h := obj.(*URL), schema.Up[Checker](c).Probe.(*HTTPProbe)
	endRegex(c, u)
	if u.Path == "" {
		c.Errorf(diag.MissingURL, s.Words[0], "url has no path: it is passed over")
		return
	}
	if !strings.HasPrefix(u.Path, "/") && !strings.Contains(u.Path, "://") {
		at := word{Span: diag.Span{Pos: u.Where("path")}}
		c.Report(Diagnostic{Span: at.Span, Severity: Warning, Code: diag.BadText,
			Text: "path " + u.Path + " does not begin with /: it goes into the request as it is", Help: "write /" + u.Path})
	}
	h.URLs = append(h.URLs, u)
}
