package conf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf/schema"
)

// lineRow is a line of a block and what becomes of it.
type lineRow struct {
	line  string
	kept  string // as it is printed; several lines for several, empty for none
	wrong string // diagnostics, a line each; the line is the file's second
}

// asWritten are the rows of lines that nothing is wrong with and that are
// printed as they are written.
func asWritten(lines string) []lineRow {
	var rows []lineRow
	for line := range strings.Lines(lines) {
		if line = strings.TrimSpace(line); line != "" {
			rows = append(rows, lineRow{line, line, ""})
		}
	}
	return rows
}

// testLines reads each row's line in the block, which is the owner's or the
// file's. What stands before it is on the line before.
func testLines(t *testing.T, block, before string, rows []lineRow) {
	t.Helper()
	open, end := before+" owner { "+block+" {", "} }"
	if strings.HasPrefix(block, "static") {
		open, end = before+" "+block+" {", "}"
	}
	for _, row := range rows {
		t.Run(row.line, func(t *testing.T) {
			cfg, o, wrong := lineFile(t, open+"\n"+row.line+"\n"+end+"\n")
			kept := printedLines(lineTable(t, o).Entries(cfg), block)
			if diff := cmp.Diff(row.kept, strings.Join(kept, "\n")); diff != "" {
				t.Errorf("kept (-want +got):\n%s", diff)
			}
			expectWrong(t, wrong, row.wrong)
		})
	}
}

// printedLines are the lines of a block of entries, wherever it stands.
func printedLines(entries []schema.Entry, block string) []string {
	var lines []string
	for _, e := range entries {
		if e.Keyword == nil {
			continue
		}
		if e.Keyword.Name != block {
			lines = append(lines, printedLines(e.Block, block)...)
			continue
		}
		for _, line := range e.Block {
			lines = append(lines, line.Line())
		}
	}
	return lines
}
