// Package regex searches text that comes in pieces for patterns as PCRE2 writes them,
// with the engine of regexp2, whose own language is another.
package regex

import (
	"fmt"
	"time"

	"github.com/dlclark/regexp2"
)

// matchTime is how long one look at the text may take: a pattern can be such that
// some text keeps the engine busy for ever.
const matchTime = 2 * time.Second

// Pattern is a pattern that may be searched for by several goroutines.
type Pattern struct {
	text     string
	re       *regexp2.Regexp
	utf      bool
	min, max int // bytes before the match; max -1 is no limit
}

// Compile reads a pattern with options as regex_options names them. A match begins at
// least min and at most max bytes from the start of the text; max -1 is no limit.
func Compile(pattern string, options []string, min, max int) (*Pattern, error) {
	text, utf, err := translate(pattern, options)
	if err != nil {
		return nil, fmt.Errorf("regex %q: %w", pattern, err)
	}
	re, err := regexp2.Compile(text, regexp2.None)
	if err != nil {
		return nil, fmt.Errorf("regex %q: %w", pattern, err)
	}
	re.MatchTimeout = matchTime
	return &Pattern{text: pattern, re: re, utf: utf, min: min, max: max}, nil
}

// String is the pattern as it was written.
func (p *Pattern) String() string { return p.text }

// find returns the first match at from or behind it, nil for none. The text comes from
// strangers: should the engine stumble over it, that is an error and no more.
func (p *Pattern) find(text []rune, from int) (m *regexp2.Match, err error) {
	defer func() {
		if v := recover(); v != nil {
			m, err = nil, fmt.Errorf("regex %q: the engine failed: %v", p.text, v)
		}
	}()
	if m, err = p.re.FindRunesMatchStartingAt(text, from); err != nil {
		return nil, fmt.Errorf("regex %q takes more than %v", p.text, p.re.MatchTimeout)
	}
	return m, nil
}
