package diag

import (
	"strings"
	"testing"
)

func TestExcerpt(t *testing.T) {
	digits := strings.Repeat("0123456789", 10)
	for _, row := range []struct {
		name           string
		line           string
		column, length int
		width          int
		text, marks    string
	}{
		{"plain", "a bcd e", 3, 3, 40, "a bcd e", "  ^~~"},
		{"tab before", "\tab\tcd", 5, 2, 40, "        ab      cd", strings.Repeat(" ", 16) + "^~"},
		{"tab under", "ab\tcd", 3, 1, 40, "ab      cd", "  ^~~~~~"},
		{"wide", "界界x", 7, 1, 40, "界界x", "    ^"},
		{"under wide", "x界界x", 2, 6, 40, "x界界x", " ^~~~"},
		{"inside a character", "x界y", 3, 1, 40, "x界y", " ^~"},
		{"combining", "e\u0301\u0301x", 6, 1, 40, "e\u0301\u0301x", " ^"},
		{"latin", "äöü x", 8, 1, 40, "äöü x", "    ^"},
		{"escape", "\x1b[0mx", 5, 1, 40, `\x1b[0mx`, "       ^"},
		{"under escape", "a\x00b", 2, 1, 40, `a\x00b`, " ^~~~"},
		{"invalid", "\xe7\x95x", 3, 1, 40, `\xe7\x95x`, "        ^"},
		{"replacement character itself", "\ufffdx", 4, 1, 40, "\ufffdx", " ^"},
		{"no length", "abc", 2, 0, 40, "abc", " ^"},
		{"negative length", "abc", 2, -5, 40, "abc", " ^"},
		{"end", "abc", 4, 1, 40, "abc", "   ^"},
		{"behind the end", "abc", 400, 9, 40, "abc", "   ^"},
		{"length behind the end", "abc", 2, 9, 40, "abc", " ^~"},
		{"no column", "abc", 0, 3, 40, "abc", ""},
		{"empty", "", 1, 1, 40, "", "^"},
		{"exact fit", digits[:40], 40, 1, 40, digits[:40], strings.Repeat(" ", 39) + "^"},
		{"start of long", digits, 1, 4, 20, "01234567890123...", "^~~~"},
		{"middle of long", digits, 51, 4, 20, "...67890123456789...", "       ^~~~"},
		{"end of long", digits, 100, 1, 20, "...67890123456789", strings.Repeat(" ", 16) + "^"},
		{"marks over all", digits, 1, 100, 20, "01234567890123...", "^" + strings.Repeat("~", 13)},
		{"past the end of long", digits, 101, 1, 20, "...67890123456789", strings.Repeat(" ", 17) + "^"},
		{"wide in long", strings.Repeat("界", 30), 46, 3, 20, "...界界界界界界界...", "       ^~"},
		// Only so many marks over one character are looked at, and none is cut.
		{"marks over marks before", strings.Repeat("\u20dd", 200) + "x", 601, 1, 20, "..." + strings.Repeat("\u20dd", 26) + "x", "   ^"},
		{"marks over marks behind", "x" + strings.Repeat("\u20dd", 200), 1, 1, 20, "x" + strings.Repeat("\u20dd", 26) + "...", "^"},
	} {
		t.Run(row.name, func(t *testing.T) {
			e := newExcerpt(row.line, row.column, row.length, row.width)
			if e.text != row.text || e.marks != row.marks {
				t.Errorf("got\n%q\n%q\nwant\n%q\n%q", e.text, e.marks, row.text, row.marks)
			}
		})
	}
}
