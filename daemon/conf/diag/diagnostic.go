package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Diagnostic is one thing wrong with a configuration.
type Diagnostic struct {
	Span
	Severity Severity `json:"severity"`
	Code     Code     `json:"code"`
	Text     string   `json:"text"`            // what is wrong
	Help     string   `json:"help,omitempty"`  // what was probably meant, or what to do
	Notes    []Note   `json:"notes,omitempty"` // other places that belong to it
}

// Note is a place that explains a diagnostic: the first definition of a name,
// the line that a variable was expanded from.
type Note struct {
	Pos
	Text string `json:"text"`
}

// Error writes "file:line:column: severity: text [code]", with the help behind
// the text. What a terminal would not print is shown by escapes.
func (d Diagnostic) Error() string {
	var b strings.Builder
	if place := d.Pos.String(); place != "" {
		fmt.Fprintf(&b, "%s: ", place)
	}
	fmt.Fprintf(&b, "%s: %s", d.Severity, d.Text)
	if d.Help != "" {
		fmt.Fprintf(&b, "; %s", d.Help)
	}
	if d.Code != "" {
		fmt.Fprintf(&b, " [%s]", d.Code)
	}
	return clean(b.String())
}

// List is all that is wrong with a configuration. As an error it is found by
// errors.As.
type List []Diagnostic

// Error writes one diagnostic a line.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, d := range l {
		lines[i] = d.Error()
	}
	return strings.Join(lines, "\n")
}

// Worst is the highest severity; Warning for an empty list too.
//
// keepalived's own merge lets a mild error hide a fatal one; this does not.
func (l List) Worst() Severity {
	worst := Warning
	for _, d := range l {
		worst = max(worst, d.Severity)
	}
	return worst
}

// AtLeast returns the diagnostics of severity s or worse.
func (l List) AtLeast(s Severity) List {
	var out List
	for _, d := range l {
		if d.Severity >= s {
			out = append(out, d)
		}
	}
	return out
}

// ExitStatus is what a test of the configuration exits with: 0, or 6, 5 or 4
// for the worst in l. With strict, warnings are errors.
func (l List) ExitStatus(strict bool) int {
	if strict {
		l = l.Strict()
	}
	return l.Worst().ExitStatus()
}

// Strict returns a copy of l with its warnings raised to errors.
func (l List) Strict() List {
	out := slices.Clone(l)
	for i := range out {
		if out[i].Severity == Warning {
			out[i].Severity = Error
		}
	}
	return out
}

// Sort puts l in the order of the text, files in the order of the argument and
// those that it does not name, as of what has no place, behind them.
func (l List) Sort(files []string) {
	rank := make(map[string]int, len(files))
	for i, f := range files {
		if _, ok := rank[f]; !ok {
			rank[f] = i
		}
	}
	of := func(file string) int {
		if r, ok := rank[file]; ok {
			return r
		}
		return len(files)
	}
	slices.SortStableFunc(l, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(of(a.File), of(b.File)), cmp.Compare(a.File, b.File), a.Pos.compare(b.Pos))
	})
}
