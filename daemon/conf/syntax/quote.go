package syntax

import (
	"fmt"
	"strings"
)

// Quote writes word so that it is read as one word with that text: as it is
// where that does, in double quotes else. A double quote cannot be written so:
// no word can have one.
func Quote(word string) string {
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return `"` + word + `"`
}

// QuoteCommand writes word so that Fields reads it as one word with that text.
func QuoteCommand(word string) string {
	if word != "" && strings.Trim(word, plain) == "" {
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

// plain are the bytes that mean themselves anywhere.
const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/,+=%*?[]()<>|;&^"
