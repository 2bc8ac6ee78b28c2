package daemon

import (
	"fmt"
	"slices"

	"github.com/viplab/viplab/daemon/check/regex"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/conf/diag"
)

// unusablePatterns are warnings of patterns (regex) that the checkers cannot use: a check
// with one fails always. The configuration's own reader looks at brackets only.
func unusablePatterns(cfg *conf.Config) conf.Diagnostics {
	var list conf.Diagnostics
	seen := map[string]error{} // by options and pattern: large files repeat themselves
	for u := range urls(cfg) {
		r := u.Regex
		if r == nil {
			continue
		}
		key := fmt.Sprint(r.Options) + r.Pattern
		err, known := seen[key]
		if !known {
			_, err = regex.Compile(r.Pattern, r.Options, r.Min, r.Max)
			seen[key] = err
		}
		at := u.Where("regex")
		if err == nil || slices.ContainsFunc(cfg.Diagnostics, func(d conf.Diagnostic) bool { return d.Code == diag.BadPattern && d.Span.Pos == at }) {
			continue
		}
		list = append(list, conf.Diagnostic{Span: diag.Span{Pos: at, Width: int32(len("regex"))}, Severity: conf.Warning, Code: diag.BadPattern,
			Text: fmt.Sprintf("%v: the check fails always", err)})
	}
	return list
}

// urls yields the urls of all checkers.
func urls(cfg *conf.Config) func(func(*conf.URL) bool) {
	return func(yield func(*conf.URL) bool) {
		for _, v := range cfg.VirtualServers {
			for _, r := range v.RealServers {
				for _, ch := range r.Checkers {
					p, ok := ch.Probe.(*conf.HTTPProbe)
					if !ok {
						continue
					}
					for _, u := range p.URLs {
						if !yield(u) {
							return
						}
					}
				}
			}
		}
	}
}
