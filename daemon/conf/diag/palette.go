package diag

import "strings"

// palette colours text with SGR sequences, or leaves it.
type palette bool

// SGR parameters.
var severityColours = [...]string{Warning: "1;33", Insecure: "1;35", Error: "1;31", Fatal: "1;31"}

const (
	noteColour  = "1;36"
	caretColour = "1;32"
	boldText    = "1"
)

func (p palette) paint(parameters, s string) string {
	if !p {
		return s
	}
	return "\x1b[" + parameters + "m" + s + "\x1b[0m"
}

func (p palette) severity(s Severity) string {
	return p.paint(severityColours[min(max(s, Warning), Fatal)], s.String()+":")
}

func (p palette) note() string { return p.paint(noteColour, "note:") }

func (p palette) bold(s string) string { return p.paint(boldText, s) }

// caret colours the marks, not the blanks before them.
func (p palette) caret(marks string) string {
	caret := strings.TrimLeft(marks, " ")
	return marks[:len(marks)-len(caret)] + p.paint(caretColour, caret)
}
