package diag

import (
	"testing"
)

func TestSummary(t *testing.T) {
	for want, s := range map[string]Summary{
		"nothing wrong":       {},
		"2 errors, 1 warning": {Errors: 2, Warnings: 1},
		"1 fatal error, 1 error, 1 insecure script, 2 warnings": {1, 1, 1, 2},
		"2 fatal errors, 2 insecure scripts":                    {Fatal: 2, Insecure: 2},
	} {
		if s.String() != want {
			t.Errorf("%+v is %q, want %q", s, s, want)
		}
	}
}
