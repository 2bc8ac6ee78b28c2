package diag

import (
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

const tabStop = 8

// excerpt is the part of a source line that is shown, and the marks under it.
type excerpt struct {
	text  string
	marks string // blanks, then "^~~~"; empty without a column
}

// glyph is a character as shown.
type glyph struct {
	shown    string
	from, to int // bytes of the line
	cells    int // columns of the terminal
}

// newExcerpt shows line in no more than width cells. The marks begin under
// byte column (counted from 1) and take length bytes.
//
// It looks at no more of the line than can be shown: each of many diagnostics
// may lie on one line of megabytes.
func newExcerpt(line string, column, length, width int) excerpt {
	from := min(max(column-1, 0), len(line))
	to := from + min(max(length, 0), len(line)-from)
	low, high := near(line, from, utf8.UTFMax*width)
	glyphs := glyphsOf(line, low, high)
	caret := indexOf(glyphs, from)
	first, last := window(glyphs, caret, low > 0, high < len(line), width)

	var text strings.Builder
	lead := 0
	if first > 0 || low > 0 {
		text.WriteString(ellipsis)
		lead = len(ellipsis)
	}
	for i, g := range glyphs[first:last] {
		text.WriteString(g.shown)
		if first+i < caret {
			lead += g.cells
		}
	}
	if last < len(glyphs) || high < len(line) {
		text.WriteString(ellipsis)
	}
	e := excerpt{text: strings.TrimRight(text.String(), " ")}
	if column > 0 {
		e.marks = strings.Repeat(" ", lead) + "^" + strings.Repeat("~", tail(glyphs[caret:last], to))
	}
	return e
}

// near returns the bounds of the part of line that reaches n bytes to either
// side of at, without cutting a character.
func near(line string, at, n int) (low, high int) {
	low, high = max(0, at-n), len(line)
	if len(line)-at > n {
		high = at + n
	}
	for i := 0; i < utf8.UTFMax-1 && low > 0 && low < at && !utf8.RuneStart(line[low]); i++ {
		low++
	}
	for i := 0; i < utf8.UTFMax-1 && high < len(line) && high > at && !utf8.RuneStart(line[high]); i++ {
		high--
	}
	return low, high
}

// glyphsOf cuts line[low:high] into glyphs. Tabs become blanks up to the next
// stop, so that marks stand under what they mean on every terminal.
func glyphsOf(line string, low, high int) []glyph {
	var list []glyph
	widths := runewidth.Condition{StrictEmojiNeutral: true}
	column := 0
	for at := low; at < high; {
		shown, size := glyphAt(line[at:high])
		cells := len(shown)
		switch {
		case line[at] == '\t':
			cells = tabStop - column%tabStop
			shown = strings.Repeat(" ", cells)
		case shown == line[at:at+size]:
			r, _ := utf8.DecodeRuneInString(shown)
			cells = widths.RuneWidth(r)
		}
		list = append(list, glyph{shown, at, at + size, cells})
		column += cells
		at += size
	}
	return list
}

// indexOf returns the glyph that holds byte at; len(glyphs) past the end.
func indexOf(glyphs []glyph, at int) int {
	for i, g := range glyphs {
		if g.to > at {
			return i
		}
	}
	return len(glyphs)
}

// window chooses glyphs[first:last] around the caret that take no more than
// width cells, with the ellipses that show that more is there: a third of them
// before the caret, or more where the line ends soon.
func window(glyphs []glyph, caret int, before, after bool, width int) (first, last int) {
	total := 0
	for _, g := range glyphs {
		total += g.cells
	}
	if total <= width && !before && !after {
		return 0, len(glyphs)
	}
	first, last = caret, caret
	room := max(width-2*len(ellipsis), 1)
	extend := func(keep int) {
		for last < len(glyphs) && glyphs[last].cells <= room-keep {
			room -= glyphs[last].cells
			last++
		}
	}
	extend(room / 3)
	for first > 0 && glyphs[first-1].cells <= room {
		first--
		room -= glyphs[first].cells
	}
	extend(0)
	return first, last
}

// tail counts the cells of the marks after the first: those of the glyphs that
// begin before byte to.
func tail(glyphs []glyph, to int) int {
	cells := -1
	for _, g := range glyphs {
		if g.from >= to {
			break
		}
		cells += g.cells
	}
	return max(cells, 0)
}

// cells is the width of clean text.
func cells(s string) int {
	n := 0
	for _, g := range glyphsOf(s, 0, len(s)) {
		n += g.cells
	}
	return n
}
