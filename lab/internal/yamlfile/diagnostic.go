// Package yamlfile reads YAML files strictly into Go structs: every mistake of
// a file is reported, each with its place and the nearest valid name.
package yamlfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Diagnostic is one mistake in a file.
type Diagnostic struct {
	// File is the path as messages show it; empty for what was made in Go.
	File string
	// Line and Column count from 1, columns in characters. Zero: no place known.
	Line, Column int
	// Path leads to the value: nodes.web1.interfaces.eth0.
	Path string
	// Message says what is wrong, in lower case and without a full stop.
	Message string
	// Near is the valid name nearest to the wrong one; may be empty.
	Near string
	// Source is the line of the file.
	Source string
}

// String writes one line: FILE:LINE:COLUMN: MESSAGE, did you mean NEAR?
func (d Diagnostic) String() string {
	var b strings.Builder
	switch {
	case d.Line > 0:
		fmt.Fprintf(&b, "%s:%d:%d: ", d.File, d.Line, d.Column)
	case d.File != "":
		fmt.Fprintf(&b, "%s: ", d.File)
	}
	if d.Line == 0 && d.Path != "" {
		fmt.Fprintf(&b, "%s: ", d.Path)
	}
	b.WriteString(d.Message)
	if d.Near != "" {
		fmt.Fprintf(&b, ", did you mean %s?", d.Near)
	}
	return b.String()
}

// Text writes String and below it the line of the file with a caret under the
// place.
func (d Diagnostic) Text() string {
	if d.Source == "" || d.Column < 1 {
		return d.String() + "\n"
	}
	return fmt.Sprintf("%s\n    %s\n    %s^\n", d.String(), d.Source, indent(d.Source, d.Column-1))
}

// indent is n columns wide and keeps the tabs of line, so that what follows
// stands below the line's column whatever a tab's width.
func indent(line string, n int) string {
	var b strings.Builder
	for _, r := range line {
		if n == 0 {
			break
		}
		if r != '\t' {
			r = ' '
		}
		b.WriteRune(r)
		n--
	}
	return b.String() + strings.Repeat(" ", n)
}

// Diagnostics are the mistakes of one or more files. It is an error that callers
// find with errors.As.
type Diagnostics []Diagnostic

// Error writes a line for each.
func (ds Diagnostics) Error() string {
	lines := make([]string, len(ds))
	for i, d := range ds {
		lines[i] = d.String()
	}
	return strings.Join(lines, "\n")
}

// Text writes each with its line of the file and a caret.
func (ds Diagnostics) Text() string {
	var b strings.Builder
	for _, d := range ds {
		b.WriteString(d.Text())
	}
	return b.String()
}

// sorted returns ds in the order of the file. What an alias repeats is one
// mistake, whatever paths lead to it.
func (ds Diagnostics) sorted() Diagnostics {
	out := slices.Clone(ds)
	slices.SortStableFunc(out, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.CompactFunc(out, func(a, b Diagnostic) bool { return a.String() == b.String() })
}
