package diag

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// Schema names the form of a Report. Its number rises when a field changes its
// meaning or goes; fields may be added under the same number.
const Schema = "vipd.diagnostics/1"

// maxSource is the longest line, in bytes, that a Report repeats.
const maxSource = 1024

// Report is diagnostics as programs read them.
type Report struct {
	Schema      string  `json:"schema"`
	Diagnostics []Entry `json:"diagnostics"`
	Summary     Summary `json:"summary"` // of all, the omitted ones too
	Omitted     int     `json:"omitted"` // how many JSON.Limit has left out
}

// Entry is a diagnostic of a Report.
type Entry struct {
	Diagnostic
	// Source is the line that the diagnostic lies on; empty where it is not
	// known, or is longer than 1024 bytes.
	Source string `json:"source,omitempty"`
}

// JSON says what is in a Report.
type JSON struct {
	Source Source // finds source lines; nil gives none
	Limit  int    // how many diagnostics are listed; 0 is all
}

// Report returns l for programs.
func (l List) Report(o JSON) Report {
	shown := l.first(o.Limit)
	r := Report{Schema: Schema, Diagnostics: make([]Entry, len(shown)), Summary: l.Summary(), Omitted: len(l) - len(shown)}
	for i, d := range shown {
		r.Diagnostics[i].Diagnostic = d
		if o.Source == nil || !d.Known() {
			continue
		}
		if line, ok := o.Source(d.File, int(d.Line)); ok && len(line) <= maxSource {
			r.Diagnostics[i].Source = line
		}
	}
	return r
}

// List returns the diagnostics of r.
func (r Report) List() List {
	l := make(List, len(r.Diagnostics))
	for i, e := range r.Diagnostics {
		l[i] = e.Diagnostic
	}
	return l
}

// WriteJSON writes the Report of l to w as JSON. Bytes that are not UTF-8
// become U+FFFD; what a terminal would obey is escaped.
func (l List) WriteJSON(w io.Writer, o JSON) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(l.Report(o)); err != nil {
		return fmt.Errorf("encode diagnostics: %w", err)
	}
	if _, err := w.Write(escapeJSON(b.Bytes())); err != nil {
		return fmt.Errorf("write diagnostics: %w", err)
	}
	return nil
}

// escapeJSON escapes the hidden characters that encoding/json leaves as they
// are, C1 controls and formatting marks: in JSON they only occur in strings.
func escapeJSON(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r < 0x7f || !hidden(r):
			out = append(out, text[:size]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		text = text[size:]
	}
	return out
}
