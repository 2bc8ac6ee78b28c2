package conf

import (
	"slices"
	"strconv"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

func urlRows() []schema.Keyword {
	return append([]schema.Keyword{
		{Name: "path", Else: "required", Doc: "ask for a path", Field: textField(func(u *URL) *string { return &u.Path })},
		{Name: "digest", Doc: "compare the MD5 of the page", First: true, Field: digestField()},
		{Name: "status_code", Default: "200-299", Doc: "want one of these statuses", Many: true, Field: statusField()},
		{Name: "virtualhost", Else: "checker setting", Doc: "ask for one host", Field: textField(func(u *URL) *string { return &u.VirtualHost }),
			Fill: func(parent, obj any) { obj.(*URL).VirtualHost = parent.(*Checker).Probe.(*HTTPProbe).VirtualHost }},
	}, regexRows()...)
}

// digestField is digest; the first one stays.
func digestField() schema.Field {
	f := textField(func(u *URL) *string { return &u.Digest })
	f.Form = "HEX 32 (MD5)"
	f.Read = func(c *schema.Context, obj any, words []word) {
		u, w := obj.(*URL), words[1]
		if len(w.Text) != 32 || strings.Trim(w.Text, "0123456789abcdefABCDEF") != "" {
			c.Report(Diagnostic{Span: w.Span, Severity: Error, Code: diag.BadDigest,
				Text: "digest " + strconv.Quote(w.Text) + " is not an MD5 of 32 hex digits: it is passed over",
				Help: "genhash prints the digest of a page"})
			c.Reject()
			return
		}
		u.Digest = strings.ToLower(w.Text)
	}
	return f
}

// statusField is status_code. Several lines add up.
func statusField() schema.Field {
	return schema.Field{Form: "list INT or ranges 100-599", Kind: schema.List, Max: -1, Read: readStatus,
		Print: func(obj any) [][]string {
			u := obj.(*URL)
			var words []string
			for _, r := range u.StatusCodes {
				word := strconv.Itoa(int(r.Low))
				if r.High != r.Low {
					word += "-" + strconv.Itoa(int(r.High))
				}
				words = append(words, word)
			}
			return [][]string{words}
		}}
}

func readStatus(c *schema.Context, obj any, words []word) {
	u := obj.(*URL)
	if len(words) == 1 {
		c.Report(Diagnostic{Span: words[0].Span, Severity: Warning, Code: diag.NoEffect,
			Text: "status_code without a code has no effect", Help: "write status_code 200"})
	}
	list := make([]StatusRange, 0, len(words)-1)
	if u.more("status_code") {
		list = slices.Clone(u.StatusCodes)
	}
	n := len(list)
	for _, w := range words[1:] {
		if r, ok := parseStatus(w.Text); ok {
			list = append(list, r)
			continue
		}
		d := Diagnostic{Span: w.Span, Severity: Error, Code: diag.OutOfRange,
			Text: "status_code " + strconv.Quote(w.Text) + " is no code or range from 100 to 599: it is passed over"}
		if strings.Contains(w.Text, ",") {
			d.Help = "write a blank between codes"
		}
		c.Report(d)
	}
	if len(list) == n {
		c.Reject()
		return
	}
	u.StatusCodes = list
}

// more reports whether a keyword that is being read was given before.
func (u *URL) more(keyword string) bool {
	n := 0
	for i := range u.Set {
		if u.Set[i].Keyword == keyword {
			n++
		}
	}
	return n > 1
}

func parseStatus(text string) (StatusRange, bool) {
	from, to, isRange := strings.Cut(text, "-")
	if !isRange {
		to = from
	}
	low, err1 := strconv.ParseUint(from, 10, 16)
	high, err2 := strconv.ParseUint(to, 10, 16)
	return StatusRange{uint16(low), uint16(high)}, err1 == nil && err2 == nil && 100 <= low && low <= high && high <= 599
}
