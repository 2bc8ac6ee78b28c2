package syntax

import (
	"fmt"
	"strings"
)

// Quote writes word so that it is read as one word with that text: as it is
// where that does, in double quotes else. A double quote cannot be written so:
// no word can have one.
func Quote(word string) string {
	if isPlain(word) {
		return word
	}
	return `"` + word + `"`
}

// QuoteCommand writes word so that Fields reads it as one word with that text.
func QuoteCommand(word string) string {
	if isPlain(word) {
		return word
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(word) {
		switch c := word[i]; {
		case c < ' ' || c == 0x7f || c == '"' || c == '\\' || c == '$':
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// isPlain reports whether word is not empty and all its bytes mean themselves
// anywhere.
func isPlain(word string) bool {
	for i := range len(word) {
		switch c := word[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case strings.IndexByte("_-.:/,+=%*?[]()<>|;&^", c) < 0:
			return false
		}
	}
	return word != ""
}
