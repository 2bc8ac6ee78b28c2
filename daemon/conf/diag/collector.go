package diag

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

const (
	defaultMax = 100_000
	maxText    = 500 // bytes of a text, help or note that a Collector keeps
)

// Collector gathers diagnostics. It stays small whatever a file holds: it
// keeps a bounded number of them and cuts long texts. The zero Collector is
// ready; it is not for use by several goroutines at a time.
type Collector struct {
	// Max is how many diagnostics are kept, 0 is 100,000. One more then counts
	// the others, with the worst of their severities.
	Max int

	list    List
	dropped int
	extra   Diagnostic // the first one dropped, with the worst severity
}

// Warning adds a diagnostic of that severity. Insecure, Error and Fatal do
// likewise; what they return takes help and notes.
func (c *Collector) Warning(code Code, at Span, format string, args ...any) Added {
	return c.add(Warning, code, at, format, args)
}

// Insecure adds a diagnostic of that severity.
func (c *Collector) Insecure(code Code, at Span, format string, args ...any) Added {
	return c.add(Insecure, code, at, format, args)
}

// Error adds a diagnostic of that severity.
func (c *Collector) Error(code Code, at Span, format string, args ...any) Added {
	return c.add(Error, code, at, format, args)
}

// Fatal adds a diagnostic of that severity.
func (c *Collector) Fatal(code Code, at Span, format string, args ...any) Added {
	return c.add(Fatal, code, at, format, args)
}

// Add adds d as it is but for its length.
func (c *Collector) Add(d Diagnostic) Added {
	limit := c.Max
	if limit < 1 {
		limit = defaultMax
	}
	if len(c.list) >= limit {
		c.drop(d)
		return Added{}
	}
	d.Text, d.Help, d.Notes = cut(d.Text), cut(d.Help), slices.Clone(d.Notes)
	for i := range d.Notes {
		d.Notes[i].Text = cut(d.Notes[i].Text)
	}
	c.list = append(c.list, d)
	return Added{c, len(c.list) - 1}
}

func (c *Collector) add(s Severity, code Code, at Span, format string, args []any) Added {
	return c.Add(Diagnostic{Span: at, Severity: s, Code: code, Text: fmt.Sprintf(format, args...)})
}

func (c *Collector) drop(d Diagnostic) {
	if c.dropped == 0 {
		c.extra.Span = d.Span
	}
	c.dropped++
	c.extra.Severity = max(c.extra.Severity, d.Severity)
}

// List returns what was added, in that order, and last, where that was too
// much, how many were left out. To sort it is to be done with the Collector.
func (c *Collector) List() List {
	if c.dropped == 0 {
		return slices.Clip(c.list)
	}
	d := c.extra
	d.Code = TooManyDiagnostics
	d.Text = fmt.Sprintf("too many diagnostics: %d more from here on are left out", c.dropped)
	return append(slices.Clip(c.list), d)
}

// Added is a diagnostic that was added to a Collector, to be completed in the
// same statement.
type Added struct {
	c *Collector // nil when it was left out
	i int
}

// Help says what was probably meant, or what to do.
func (a Added) Help(format string, args ...any) Added {
	if a.c != nil {
		a.c.list[a.i].Help = cut(fmt.Sprintf(format, args...))
	}
	return a
}

// Note adds a place that explains the diagnostic.
func (a Added) Note(at Pos, format string, args ...any) Added {
	if a.c != nil {
		d := &a.c.list[a.i]
		d.Notes = append(d.Notes, Note{at, cut(fmt.Sprintf(format, args...))})
	}
	return a
}

// cut shortens s to maxText bytes, between two characters.
func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	end := maxText - len(ellipsis)
	for i := 0; i < utf8.UTFMax-1 && !utf8.RuneStart(s[end]); i++ {
		end--
	}
	return s[:end] + ellipsis
}
