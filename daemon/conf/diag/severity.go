package diag

import "fmt"

// Severity says what a diagnostic means for running the configuration.
type Severity int

// The severities, mildest first. The number in brackets is the exit status
// that a test of the configuration (-t) has for it, keepalived's own.
const (
	Warning  Severity = iota // it runs as written, and is probably not what was meant [0]
	Insecure                 // a script is not run, since others than its user could change it [6]
	Error                    // it runs without what is wrong [5]
	Fatal                    // it cannot be run [4]
)

var (
	severityNames = [...]string{"warning", "insecure", "error", "fatal"}
	exitStatuses  = [...]int{0, 6, 5, 4}
)

// String names s as messages do.
func (s Severity) String() string {
	if s < Warning || s > Fatal {
		return fmt.Sprintf("Severity(%d)", int(s))
	}
	return severityNames[s]
}

// ExitStatus is what a test of the configuration exits with when s is the
// worst that it finds: 0, 6, 5 or 4.
func (s Severity) ExitStatus() int { return exitStatuses[min(max(s, Warning), Fatal)] }

// MarshalText writes the name of s.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the name of a severity.
func (s *Severity) UnmarshalText(text []byte) error {
	for i, name := range severityNames {
		if name == string(text) {
			*s = Severity(i)
			return nil
		}
	}
	return fmt.Errorf("no severity is called %q", text)
}
