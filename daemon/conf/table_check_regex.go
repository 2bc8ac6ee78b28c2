package conf

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// regexOptions are those of PCRE2 that regex_options knows.
var regexOptions = strings.Fields(`allow_empty_class alt_bsux auto_callout caseless dollar_endonly dotall dupnames
	extended firstline match_unset_backref multiline never_ucp never_utf no_auto_capture no_auto_possess
	no_dotstar_anchor no_start_optimize ucp ungreedy utf never_backslash_c alt_circumflex alt_verbnames
	use_offset_limit`)

func regexRows() []schema.Keyword {
	rows := []schema.Keyword{
		{Name: "regex", Doc: "look for a pattern in the page", Field: regexOf(patternField())},
		{Name: "regex_no_match", Else: "off", Doc: "want that the pattern is not in the page", Field: regexOf(schema.Flag(true, func(r *Regex) *bool { return &r.NoMatch }))},
		{Name: "regex_options", Doc: "set options of the pattern", Many: true, Field: regexOf(optionsField())},
		{Name: "regex_min_offset", Else: "0", Doc: "look for the pattern from a place on", Field: regexOf(formed("INT", schema.Int(0, math.MaxInt32, func(r *Regex) *int { return &r.Min })))},
		{Name: "regex_max_offset", Else: "unlimited", Doc: "look for the pattern up to a place", Field: regexOf(formed("INT", schema.Int(0, math.MaxInt32, func(r *Regex) *int { return &r.Max })))},
		{Name: "regex_stack", Else: "PCRE2 default", Doc: "give the pattern a stack", Field: regexOf(stackField())},
	}
	for i := range rows {
		rows[i].Lax = true // -t of keepalived compiles no pattern
	}
	return rows
}

// regexOf is f for the pattern of a url; most have none.
func regexOf(f schema.Field) schema.Field {
	read, print := f.Read, f.Print
	f.Read = func(c *schema.Context, obj any, words []word) {
		u := obj.(*URL)
		if u.Regex == nil {
			u.Regex = &Regex{Max: -1}
		}
		read(c, u.Regex, words)
	}
	f.Print = func(obj any) [][]string {
		if u := obj.(*URL); u.Regex != nil {
			return print(u.Regex)
		}
		return nil
	}
	return f
}

// patternField is regex. keepalived reads the word as it reads those of commands:
// the pattern \d is written \\d.
func patternField() schema.Field {
	f := textField(func(r *Regex) *string { return &r.Pattern })
	f.Form, f.Split, f.Quote = "REGEX", splitCommand, syntax.QuoteCommand
	return f
}

func optionsField() schema.Field {
	return schema.Field{Form: "list of option names", Kind: schema.List, Min: 1, Max: -1,
		Read: func(c *schema.Context, obj any, words []word) {
			r := obj.(*Regex)
			for _, w := range words[1:] {
				switch {
				case !slices.Contains(regexOptions, w.Text):
					c.Report(Diagnostic{Span: w.Span, Severity: Error, Code: diag.BadChoice,
						Text: "regex_options: there is no option " + strconv.Quote(w.Text) + "; it is passed over", Help: didYouMean(w.Text, regexOptions)})
				case !slices.Contains(r.Options, w.Text):
					r.Options = append(r.Options, w.Text)
				}
			}
		},
		Print: func(obj any) [][]string {
			if o := obj.(*Regex).Options; len(o) > 0 {
				return [][]string{o}
			}
			return nil
		}}
}

func stackField() schema.Field {
	return schema.Field{Form: "START MAX bytes", Unit: "bytes", Kind: schema.List, Min: 2, Max: 2,
		Read: func(c *schema.Context, obj any, words []word) {
			start, ok1 := c.Int(words[0], words[1], 0, math.MaxInt32)
			most, ok2 := c.Int(words[0], words[2], 0, math.MaxInt32)
			if ok1 && ok2 && start > most {
				c.Errorf(diag.ClashingLimits, words[1], "regex_stack begins with %d bytes, more than its %d at most: it is passed over", start, most)
			} else if ok1 && ok2 {
				obj.(*Regex).StackStart, obj.(*Regex).StackMax = start, most
			}
		},
		Print: func(obj any) [][]string {
			r := obj.(*Regex)
			if r.StackMax == 0 {
				return nil
			}
			return [][]string{{strconv.Itoa(r.StackStart), strconv.Itoa(r.StackMax)}}
		}}
}

// endRegex looks at a finished pattern; words about a pattern that is not there
// are dropped.
func endRegex(c *schema.Context, u *URL) {
	r := u.Regex
	if r == nil {
		return
	}
	at := func(keyword string) word { return word{Span: diag.Span{Pos: u.Where(keyword)}} }
	if r.Pattern == "" {
		for i := range u.Set {
			if k := u.Set[i].Keyword; strings.HasPrefix(k, "regex") {
				c.Report(Diagnostic{Span: at(k).Span, Severity: Warning, Code: diag.NoEffect, Text: k + " without a regex has no effect"})
				break
			}
		}
		u.Regex = nil
		return
	}
	if r.Max >= 0 && r.Min > r.Max {
		c.Warnf(diag.ClashingLimits, at("regex_min_offset"), "regex_min_offset %d is above regex_max_offset %d: both are passed over", r.Min, r.Max)
		r.Min, r.Max = 0, -1
	}
	if fault := patternFault(r); fault != "" {
		c.Warnf(diag.BadPattern, at("regex"), "regex %q is no pattern: %s", r.Pattern, fault)
	}
}
