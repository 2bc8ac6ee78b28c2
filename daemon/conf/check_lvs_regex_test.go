package conf

import "testing"

// TestPatternFault reports only what is certainly wrong; each pattern was tried
// with PCRE2.
func TestPatternFault(t *testing.T) {
	const unclosed, unopened, class, backslash = "a ( has no )", "a ) has no (", "a [ has no ]", `a \ stands at its end`
	rows := []struct {
		pattern string
		options []string
		want    string
	}{
		{`a(b)c`, nil, ""},
		{`a(b`, nil, unclosed},
		{`a)b`, nil, unopened},
		{`)(`, nil, unopened},
		{`a\(b`, nil, ""},
		{`a\\(b`, nil, unclosed},
		{`a\`, nil, backslash},
		{`a\\`, nil, ""},
		{`[(]`, nil, ""},
		{`[)`, nil, class},
		{`[]`, nil, class},
		{`[]`, []string{"allow_empty_class"}, ""},
		{`[^]`, nil, class},
		{`[^]]`, nil, ""},
		{`[]a]`, nil, ""},
		{`[\]`, nil, class},
		{`[\]]`, nil, ""},
		{`[[:alpha:]`, nil, class},
		{`[[:alpha:]]`, nil, ""},
		{`[[:a]`, nil, ""},
		{`[\Q]\E]`, nil, ""},
		{`\Q(\E`, nil, ""},
		{`\Q(`, nil, ""},
		{`\Qa\E(`, nil, unclosed},
		{`(?#()`, nil, ""},
		{`(?#(`, nil, unclosed},
		{`(?<n>a)(?=b)(?i:c)`, nil, ""},
		{`a # (`, []string{"extended"}, ""},
		{`a # (`, nil, unclosed},
		{`(?x)a # (`, nil, ""},
		{`(*ANYCRLF)a`, nil, ""},
		{`(*:()`, nil, ""},
		{`(*pla:(a))`, nil, ""},
		{`\c(`, nil, ""},
		{`[\c]`, nil, class},
		{`[[:]`, nil, ""},
		{``, nil, ""},
	}
	for _, row := range rows {
		if got := patternFault(&Regex{Pattern: row.pattern, Options: row.options}); got != row.want {
			t.Errorf("%s %v: %q, want %q", row.pattern, row.options, got, row.want)
		}
	}
}

// FuzzPatternFault looks for patterns that make it fail.
func FuzzPatternFault(f *testing.F) {
	for _, p := range []string{`[\Q`, `[[:`, `(?#`, `\Q`, `[^]`, `a\`} {
		f.Add(p, true)
	}
	f.Fuzz(func(t *testing.T, pattern string, empty bool) {
		r := &Regex{Pattern: pattern}
		if empty {
			r.Options = []string{"allow_empty_class"}
		}
		patternFault(r)
	})
}
