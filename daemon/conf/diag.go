package conf

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// String writes p as "file:line".
func (p Pos) String() string {
	if p.File == "" {
		return fmt.Sprintf("line %d", p.Line)
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// Severity says what a diagnostic means for running the configuration.
type Severity int

// The severities, mildest first. Names in brackets are the exit status that
// `keepalived -t` has for them (0, 5, 4).
const (
	Warning Severity = iota // keepalived accepts it silently, or it has no effect here [0]
	Error                   // keepalived reports it and runs without it [5]
	Fatal                   // the configuration cannot be run [4]
)

// String names s as messages do.
func (s Severity) String() string {
	switch s {
	case Warning:
		return "warning"
	case Error:
		return "error"
	default:
		return "fatal"
	}
}

// Diagnostic is one thing wrong with a configuration.
type Diagnostic struct {
	Pos      Pos
	Severity Severity
	Text     string
}

// Error writes "file:line: text", with "warning: " before the text of a warning.
func (d Diagnostic) Error() string {
	if d.Severity == Warning {
		return fmt.Sprintf("%s: warning: %s", d.Pos, d.Text)
	}
	return fmt.Sprintf("%s: %s", d.Pos, d.Text)
}

// Diagnostics are all things wrong with a configuration, in the file's order.
// As an error it is found by errors.As.
type Diagnostics []Diagnostic

// Error writes one diagnostic a line.
func (ds Diagnostics) Error() string {
	lines := make([]string, len(ds))
	for i, d := range ds {
		lines[i] = d.Error()
	}
	return strings.Join(lines, "\n")
}

// Worst is the highest severity; Warning for an empty list too.
//
// keepalived's own merge lets a mild error hide a fatal one; this does not.
func (ds Diagnostics) Worst() Severity {
	worst := Warning
	for _, d := range ds {
		worst = max(worst, d.Severity)
	}
	return worst
}

// AtLeast returns the diagnostics of severity s or worse.
func (ds Diagnostics) AtLeast(s Severity) Diagnostics {
	var out Diagnostics
	for _, d := range ds {
		if d.Severity >= s {
			out = append(out, d)
		}
	}
	return out
}

func (ds *Diagnostics) add(s Severity, p Pos, format string, args ...any) {
	*ds = append(*ds, Diagnostic{Pos: p, Severity: s, Text: fmt.Sprintf(format, args...)})
}

// sort puts ds in the order of the text, files in the order they were read.
func (ds Diagnostics) sort(files []string) {
	slices.SortStableFunc(ds, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(slices.Index(files, a.Pos.File), slices.Index(files, b.Pos.File)),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Column, b.Pos.Column))
	})
}
