package diag

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

const (
	defaultWidth = 100 // cells
	minWidth     = 40
)

// Text says how diagnostics are written for people.
type Text struct {
	// Source finds the lines that are shown; nil shows none.
	Source Source
	// Color adds SGR sequences; whether w is a terminal is the caller's to know.
	Color bool
	// Width is the number of cells, from 40, that a source line and its frame
	// may take; of a longer line, what is around the mistake is shown. 0 is 100.
	Width int
	// Limit is how many diagnostics are shown; a line counts the others. 0 is all.
	Limit int
	// NoSummary leaves out the last line, which counts the diagnostics.
	NoSummary bool
}

// Write writes l to w for people: of each diagnostic its place, severity, text
// and code, the line with a caret under what is wrong, the help and the notes.
//
// The output is UTF-8 and without control characters, but for line ends and
// the sequences of Text.Color, whatever the files hold.
func (l List) Write(w io.Writer, o Text) error {
	b := bufio.NewWriter(w)
	p := printer{Writer: b, Text: o, palette: palette(o.Color)}
	p.Width = max(p.Width, minWidth)
	if o.Width == 0 {
		p.Width = defaultWidth
	}
	shown := l.first(o.Limit)
	for i := range shown {
		p.diagnostic(&shown[i])
	}
	if rest := l[len(shown):]; len(rest) > 0 {
		p.printf("%d more not shown: %s\n", len(rest), rest.Summary())
	}
	if len(l) > 0 && !o.NoSummary {
		p.printf("%s\n", p.bold(l.Summary().String()))
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write diagnostics: %w", err)
	}
	return nil
}

// first returns the first n of l; all for n below 1.
func (l List) first(n int) List {
	if n < 1 || n > len(l) {
		return l
	}
	return l[:n]
}

// printer writes diagnostics. Errors of the writer wait for its Flush.
type printer struct {
	*bufio.Writer
	Text
	palette
}

func (p *printer) printf(format string, args ...any) { fmt.Fprintf(p.Writer, format, args...) }

func (p *printer) diagnostic(d *Diagnostic) {
	p.place(d.Pos)
	p.printf("%s %s", p.severity(d.Severity), p.bold(clean(d.Text)))
	if d.Code != "" {
		p.printf(" [%s]", clean(string(d.Code)))
	}
	p.WriteByte('\n')
	if !p.excerpt(d) && d.Help != "" {
		p.printf("%s%s\n", p.frame(frameWidth(0), "", '='), clean("help: "+d.Help))
	}
	for _, n := range d.Notes {
		p.place(n.Pos)
		p.printf("%s %s\n", p.note(), clean(n.Text))
	}
}

func (p *printer) place(at Pos) {
	if s := at.String(); s != "" {
		p.printf("%s ", p.bold(clean(s)+":"))
	}
}

// excerpt writes the source line of d and its marks. It reports whether it has
// written the help too, behind the marks, where there is room.
func (p *printer) excerpt(d *Diagnostic) (helped bool) {
	if p.Source == nil || !d.Known() {
		return false
	}
	line, ok := p.Source(d.File, int(d.Line))
	if !ok {
		return false
	}
	frame := frameWidth(d.Line)
	e := newExcerpt(line, int(d.Column), int(d.Width), p.Text.Width-frame)
	p.printf("%s\n", strings.TrimRight(p.frame(frame, fmt.Sprint(d.Line), '|')+e.text, " "))
	if e.marks == "" {
		return false
	}
	p.printf("%s%s", p.frame(frame, "", '|'), p.caret(e.marks))
	help := clean(d.Help)
	if helped = frame+len(e.marks)+1+cells(help) <= p.Text.Width; helped && help != "" {
		p.printf(" %s", help)
	}
	p.WriteByte('\n')
	return helped
}

// frameWidth is what stands before a source line of that number, in cells.
func frameWidth(line int32) int { return max(5, len(fmt.Sprint(line))) + len(" | ") }

// frame returns what stands before a source line.
func (p *printer) frame(width int, number string, bar byte) string {
	return fmt.Sprintf("%*s %c ", width-len(" | "), number, bar)
}
