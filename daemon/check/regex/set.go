package regex

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// span is the characters from lo to hi.
type span struct{ lo, hi rune }

// set is a set of characters: spans, and properties such as \p{L}.
type set struct {
	spans []span
	props []string
}

func spans(bounds ...rune) []span {
	list := make([]span, 0, len(bounds)/2)
	for i := 0; i+1 < len(bounds); i += 2 {
		list = append(list, span{bounds[i], bounds[i+1]})
	}
	return list
}

// posix are the classes in [:these:], of ASCII.
func posix(name string) ([]span, bool) {
	s, ok := map[string][]span{
		"alnum": spans('0', '9', 'A', 'Z', 'a', 'z'), "alpha": spans('A', 'Z', 'a', 'z'), "ascii": spans(0, 127),
		"blank": spans('\t', '\t', ' ', ' '), "cntrl": spans(0, 31, 127, 127), "digit": spans('0', '9'),
		"graph": spans('!', '~'), "lower": spans('a', 'z'), "print": spans(' ', '~'),
		"punct": spans('!', '/', ':', '@', '[', '`', '{', '~'), "space": spans('\t', '\r', ' ', ' '),
		"upper": spans('A', 'Z'), "word": spans('0', '9', 'A', 'Z', '_', '_', 'a', 'z'),
		"xdigit": spans('0', '9', 'A', 'F', 'a', 'f'),
	}[name]
	return s, ok
}

// Horizontal and vertical space, \h and \v.
func horizontal() []span {
	return spans('\t', '\t', ' ', ' ', 0xa0, 0xa0, 0x1680, 0x1680, 0x180e, 0x180e, 0x2000, 0x200a, 0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000)
}
func vertical() []span { return spans('\n', '\r', 0x85, 0x85, 0x2028, 0x2029) }

// sorted is s without overlaps and in order.
func sorted(s []span) []span {
	s = slices.Clone(s)
	slices.SortFunc(s, func(a, b span) int { return cmp.Compare(a.lo, b.lo) })
	out := s[:0]
	for _, x := range s {
		if n := len(out); n > 0 && x.lo <= out[n-1].hi+1 {
			out[n-1].hi = max(out[n-1].hi, x.hi)
			continue
		}
		out = append(out, x)
	}
	return out
}

// without is all characters up to last that are not in s.
func without(s []span, last rune) []span {
	var out []span
	next := rune(0)
	for _, x := range sorted(s) {
		if x.lo > next {
			out = append(out, span{next, min(x.lo-1, last)})
		}
		next = max(next, x.hi+1)
	}
	if next <= last {
		out = append(out, span{next, last})
	}
	return out
}

// maxFold is the largest span whose characters are folded one by one.
const maxFold = 1 << 12

// folded adds the other cases of the characters of s: of ASCII, or of all.
func folded(s []span, all bool) []span {
	out := slices.Clone(s)
	for _, x := range s {
		if !all {
			x.hi = min(x.hi, unicode.MaxASCII)
		}
		for c := x.lo; c <= x.hi && c-x.lo < maxFold; c++ {
			for f := unicode.SimpleFold(c); f != c; f = unicode.SimpleFold(f) {
				if all || f <= unicode.MaxASCII {
					out = append(out, span{f, f})
				}
			}
		}
	}
	return out
}

// never matches nothing.
const never = `(?!)`

// text is the set in the engine's language; last is the last character that there
// is.
func (s set) text(negated bool, last rune) string {
	list := sorted(s.spans)
	if len(list) == 0 && len(s.props) == 0 {
		if !negated {
			return never
		}
		return fmt.Sprintf(`[\x{0}-\x{%x}]`, last)
	}
	var b strings.Builder
	b.WriteByte('[')
	if negated {
		b.WriteByte('^')
	}
	for _, x := range list {
		b.WriteString(literal(x.lo))
		if x.hi > x.lo {
			b.WriteString("-" + literal(x.hi))
		}
	}
	for _, p := range s.props {
		b.WriteString(p)
	}
	b.WriteByte(']')
	return b.String()
}

// literal is a character that means itself.
func literal(c rune) string {
	if c == '_' || c < unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c)) {
		return string(c)
	}
	return fmt.Sprintf(`\x{%x}`, c)
}
