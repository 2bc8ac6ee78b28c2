package diag

import (
	"fmt"
	"strings"
)

// Summary counts diagnostics by severity.
type Summary struct {
	Fatal    int `json:"fatal"`
	Errors   int `json:"errors"`
	Insecure int `json:"insecure"`
	Warnings int `json:"warnings"`
}

// Summary counts l.
func (l List) Summary() Summary {
	var s Summary
	for _, d := range l {
		switch {
		case d.Severity >= Fatal:
			s.Fatal++
		case d.Severity == Error:
			s.Errors++
		case d.Severity == Insecure:
			s.Insecure++
		default:
			s.Warnings++
		}
	}
	return s
}

// String writes s as "2 errors, 1 warning", the worst first.
func (s Summary) String() string {
	var parts []string
	for _, part := range []struct {
		n    int
		noun string
	}{{s.Fatal, "fatal error"}, {s.Errors, "error"}, {s.Insecure, "insecure script"}, {s.Warnings, "warning"}} {
		switch {
		case part.n == 1:
			parts = append(parts, "1 "+part.noun)
		case part.n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", part.n, part.noun))
		}
	}
	if parts == nil {
		return "nothing wrong"
	}
	return strings.Join(parts, ", ")
}
