package conf

import (
	"regexp"
	"slices"
	"strings"
)

// extendedInline finds (?x) and its likes, behind which a # begins a comment.
var extendedInline = regexp.MustCompile(`\(\?[a-zA-Z^-]*x`)

// plainGroup finds comments and verbs such as (*SKIP:name), which end at the next ).
var plainGroup = regexp.MustCompile(`^(\(\?#|\(\*[A-Z:])`)

// patternFault says what is certainly wrong with a pattern for PCRE2; empty for
// nothing. It looks only at what brackets and backslashes can tell: Go's regexp
// does not know all that PCRE2 knows.
func patternFault(r *Regex) string {
	p := r.Pattern
	if strings.Contains(p, "#") && (slices.Contains(r.Options, "extended") || extendedInline.MatchString(p)) {
		return ""
	}
	open := 0
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '\\':
			if i++; i == len(p) {
				return `a \ stands at its end`
			}
			switch p[i] {
			case 'Q':
				i += quotedLength(p[i+1:])
			case 'c': // \c( is a control character
				i++
			}
		case '[':
			n := classLength(p[i+1:], slices.Contains(r.Options, "allow_empty_class"))
			if n < 0 {
				return "a [ has no ]"
			}
			i += n
		case '(':
			if !plainGroup.MatchString(p[i:]) {
				open++
				continue
			}
			n := strings.IndexByte(p[i:], ')')
			if n < 0 {
				return "a ( has no )"
			}
			i += n
		case ')':
			if open--; open < 0 {
				return "a ) has no ("
			}
		}
	}
	if open > 0 {
		return "a ( has no )"
	}
	return ""
}

// quotedLength is the length of what \Q quotes, with its \E.
func quotedLength(p string) int {
	if n := strings.Index(p, `\E`); n >= 0 {
		return n + 2
	}
	return len(p)
}

// classLength is the length of a class behind its [, with its ]; -1 for one without.
func classLength(p string, mayBeEmpty bool) int {
	i := idle(p)
	if strings.HasPrefix(p[i:], "^") {
		i++
		i += idle(p[i:])
	}
	if !mayBeEmpty && strings.HasPrefix(p[i:], "]") {
		i++
	}
	for ; i < len(p); i++ {
		switch {
		case p[i] == ']':
			return i + 1
		case p[i] == '\\' && strings.HasPrefix(p[i+1:], "Q"):
			i += 1 + quotedLength(p[i+2:])
		case p[i] == '\\' && strings.HasPrefix(p[i+1:], "c"):
			i += 2
		case p[i] == '\\':
			i++
		case strings.HasPrefix(p[i:], "[:"):
			if n := strings.Index(p[i:], ":]"); n >= 2 && strings.Trim(p[i+2:i+n], "^abcdefghijklmnopqrstuvwxyz") == "" {
				i += n + 1
			}
		}
	}
	return -1
}

// idle is the length of the \E at the beginning of p, which end no \Q and mean
// nothing.
func idle(p string) int {
	i := 0
	for strings.HasPrefix(p[i:], `\E`) {
		i += 2
	}
	return i
}
