package capture

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// ErrSyslogRule says that a line of a syslog configuration is none that a lab
// understands.
var ErrSyslogRule = errors.New("no rule such as: local3.*  /var/log/keepalived.log")

// Selector is which messages a rule of syslog.conf(5) is for: bit n of element f
// stands for severity n of facility f.
type Selector [len(facilities)]uint8

// allSeverities are emerg to debug.
const allSeverities = 0xff

// Everything selects all messages, as *.* does.
func Everything() Selector {
	var all Selector
	for i := range all {
		all[i] = allSeverities
	}
	return all
}

// Selects reports whether a message with this facility and severity, by name, is
// selected.
func (s Selector) Selects(facility, severity string) bool {
	f, n := slices.Index(facilities[:], facility), slices.Index(severities[:], severity)
	return f >= 0 && n >= 0 && s[f]&(1<<n) != 0
}

// SyslogRule is a line of syslog.conf(5): what goes to which file.
type SyslogRule struct {
	Selector Selector
	File     string
}

// ParseSyslogRules reads the classic rules of a syslog configuration, a selector
// and a file each: "*.info;mail.none  /var/log/messages". Comments, empty lines
// and rsyslog's settings ($Name value, module(...)) are passed over; any other
// line is an error that wraps ErrSyslogRule.
func ParseSyslogRules(text string) ([]SyslogRule, error) {
	var rules []SyslogRule
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.ContainsAny(line[:1], "#$") || strings.HasPrefix(line, "module(") {
			continue
		}
		words := strings.Fields(line)
		if len(words) != 2 {
			return nil, fmt.Errorf("line %d: %q: %w", i+1, line, ErrSyslogRule)
		}
		selector, err := parseSelector(words[0])
		file := strings.TrimPrefix(words[1], "-") // need not be synced
		if err == nil && !path.IsAbs(file) {
			err = fmt.Errorf("%q: %w", file, ErrSyslogRule)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		rules = append(rules, SyslogRule{selector, file})
	}
	return rules, nil
}

// parseSelector reads "*.info;mail,news.none;local3.=debug": each part overrides
// those before it for its facilities.
func parseSelector(text string) (Selector, error) {
	var s Selector
	for part := range strings.SplitSeq(text, ";") {
		names, level, ok := strings.Cut(part, ".")
		mask, known := severityMask(level)
		if !ok || !known {
			return s, fmt.Errorf("%q: %w", part, ErrSyslogRule)
		}
		for name := range strings.SplitSeq(names, ",") {
			f := slices.Index(facilities[:], name)
			if f < 0 && name != "*" {
				return s, fmt.Errorf("%q: %w", part, ErrSyslogRule)
			}
			for i := range s {
				if name == "*" || i == f {
					s[i] = combine(s[i], mask, level)
				}
			}
		}
	}
	return s, nil
}

// combine adds what a part selects to what the parts before it did; "none" takes
// all away.
func combine(before, mask uint8, level string) uint8 {
	if level == "none" {
		return 0
	}
	return before | mask
}

// severityMask reads a level: "info" and all that is graver, "=info" alone, "*",
// or "none".
func severityMask(level string) (uint8, bool) {
	switch level {
	case "*":
		return allSeverities, true
	case "none":
		return 0, true
	}
	name, alone := strings.CutPrefix(level, "=")
	n := slices.Index(severities[:], name)
	switch {
	case n < 0:
		return 0, false
	case alone:
		return 1 << n, true
	}
	return 1<<(n+1) - 1, true
}
