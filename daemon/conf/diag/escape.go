package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ellipsis stands for what is left out.
const ellipsis = "..."

// clean returns s with an escape in place of each character that a terminal
// would obey or hide, and of each byte that is not UTF-8. Files come from
// others: their text must not move a cursor, and an invisible character is
// often what is wrong.
func clean(s string) string {
	i := strings.IndexFunc(s, hidden)
	if i < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		shown, size := glyphAt(s)
		b.WriteString(shown)
		s = s[size:]
	}
	return b.String()
}

// hidden reports whether r is to be shown by an escape: controls, formatting
// marks such as those that turn the direction of text, and unusual blanks.
func hidden(r rune) bool { return !unicode.IsPrint(r) }

// glyphAt returns how the first character of s is shown, and its bytes.
func glyphAt(s string) (shown string, size int) {
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && size == 1:
		return fmt.Sprintf(`\x%02x`, s[0]), 1
	case !hidden(r):
		return s[:size], size
	case r == '\t':
		return `\t`, size
	case r == '\n':
		return `\n`, size
	case r == '\r':
		return `\r`, size
	case r < utf8.RuneSelf:
		return fmt.Sprintf(`\x%02x`, r), size
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r), size
	}
	return fmt.Sprintf(`\u%04x`, r), size
}
