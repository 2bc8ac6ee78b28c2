package syntax

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// Offset returns where in text pos is, in bytes from 0: at most its length. The
// file of pos is not looked at.
func Offset(text string, pos diag.Pos) int {
	at := 0
	for range pos.Line - 1 {
		n := strings.IndexByte(text[at:], '\n')
		if n < 0 {
			return len(text)
		}
		at += n + 1
	}
	return min(at+max(int(pos.Column)-1, 0), len(text))
}

// Edit puts Text in the place of the bytes of a file from Start up to End; for
// an insertion both are the same.
type Edit struct {
	Start, End int
	Text       string
}

// Replace returns the edit that writes replacement for the word w of text.
func Replace(text string, w Word, replacement string) Edit {
	start := Offset(text, w.Span.Pos)
	return Edit{start, start + int(w.Span.Width), replacement}
}

// Insert returns the edit that writes addition before pos.
func Insert(text string, pos diag.Pos, addition string) Edit {
	at := Offset(text, pos)
	return Edit{at, at, addition}
}

// ErrEdit says that edits do not fit the text or each other.
var ErrEdit = errors.New("edits do not fit")

// Apply returns text with edits made. They may come in any order, but not
// overlap; insertions at one place stay in theirs. The error wraps ErrEdit.
func Apply(text string, edits ...Edit) (string, error) {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int { return a.Start - b.Start })
	var b strings.Builder
	at := 0
	for _, e := range edits {
		if e.Start < at || e.End < e.Start || e.End > len(text) {
			return "", fmt.Errorf("%w: bytes %d to %d, of %d", ErrEdit, e.Start, e.End, len(text))
		}
		b.WriteString(text[at:e.Start])
		b.WriteString(e.Text)
		at = e.End
	}
	b.WriteString(text[at:])
	return b.String(), nil
}
