package syntax

// check is a set of what must be so of the files that an include names.
type check uint8

const (
	checkReadable check = 1 << iota // each of them can be read
	checkMatch                      // there is one, for a name without wildcards
	checkWildcard                   // there is one, for a pattern with wildcards
	checkBrace                      // there is one for each of {a,b}
	checkAll      = checkReadable | checkMatch | checkWildcard | checkBrace
)

// includes are the keywords that include files, with what they check beyond
// what include_check says.
var includes = [...]struct {
	word string
	adds check
}{
	{"include", 0},
	{"includer", checkReadable},
	{"includem", checkReadable | checkMatch},
	{"includew", checkReadable | checkMatch | checkWildcard},
	{"includeb", checkReadable | checkBrace},
	{"includea", checkAll},
}

// isInclude returns the keyword of the include that text begins with; empty if
// it is none.
func isInclude(text string) string {
	const n = len("include")
	if len(text) < n || text[:n] != "include" {
		return ""
	}
	end := n
	for end < len(text) && prepared[text[end]] != blank {
		end++
	}
	for _, k := range includes {
		if k.word == text[:end] {
			return k.word
		}
	}
	return ""
}

// adds returns what an include's keyword checks by itself.
func adds(keyword string) check {
	for _, k := range includes {
		if k.word == keyword {
			return k.adds
		}
	}
	return 0
}

// apply returns c as an include_check of global_defs with args changes it. Words
// that it does not know change nothing.
func (c check) apply(args []Word) check {
	if len(args) == 0 {
		return checkAll
	}
	single := map[string]check{"readable": checkReadable, "match": checkMatch, "wildcard_match": checkWildcard, "brace_match": checkBrace}
	names := map[string]check{"readable": checkReadable, "match": checkMatch | checkReadable,
		"wildcard_match": checkWildcard | checkMatch | checkReadable, "brace_match": checkBrace | checkReadable}
	plain := false
	for _, w := range args {
		text := w.Text
		switch {
		case text != "" && text[0] == '+':
			c |= names[text[1:]]
		case text != "" && text[0] == '-':
			c &^= single[text[1:]]
		default:
			if bits := names[text]; bits != 0 && !plain {
				c, plain = 0, true
			}
			c |= names[text]
		}
	}
	return c
}
