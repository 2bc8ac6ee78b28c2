package syntax

import (
	"fmt"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// say reports d, up to a limit.
func (r *Reader) say(d diag.Diagnostic) {
	switch r.reports++; {
	case r.reports < maxReports:
		r.report(d)
	case r.reports == maxReports:
		r.report(diag.Diagnostic{Span: d.Span, Severity: diag.Error, Code: diag.TooMuch,
			Text: fmt.Sprintf("more than %d mistakes: what else is wrong with the syntax is not listed", maxReports)})
	}
}

// sayAt reports a mistake in the bytes from i to j of l.
func (r *Reader) sayAt(l *line, i, j int, d diag.Diagnostic) {
	d.Span = r.span(l, i, j)
	if pos, ok := r.origin(l, i, j); ok {
		d.Notes = append(d.Notes, diag.Note{Pos: pos, Text: "expanded from here"})
	}
	r.say(d)
}

func warning(code diag.Code, help, format string, args ...any) diag.Diagnostic {
	return diag.Diagnostic{Severity: diag.Warning, Code: code, Help: help, Text: fmt.Sprintf(format, args...)}
}

func mistake(code diag.Code, help, format string, args ...any) diag.Diagnostic {
	return diag.Diagnostic{Severity: diag.Error, Code: code, Help: help, Text: fmt.Sprintf(format, args...)}
}

// unclosed reports a block that the end of the text closes.
func (r *Reader) unclosed(f frame) {
	if f.owner == nil {
		return // the "{" was reported
	}
	d := mistake(diag.Unbalanced, "", "the block of %q is never closed: a \"}\" is missing", f.owner.Keyword())
	d.Span, d.Notes = f.owner.Words[0].Span, f.owner.Words[0].Notes()
	if f.outdented.Known() {
		d.Help = fmt.Sprintf("it is probably missing before line %d", f.outdented.Line)
		d.Notes = append(d.Notes, diag.Note{Pos: f.outdented, Text: "this stands as far left as the block that it is in"})
	}
	r.say(d)
}
