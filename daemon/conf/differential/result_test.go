package differential_test

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Outcomes of `keepalived -t` beside its exit statuses.
const (
	crashed = "crash" // a signal ended it, its own SIGTERM included
	hung    = "hang"  // it ran for longer than hangLimit
)

// result is what `keepalived -t` did with a case.
type result struct {
	Status string // of its exit, or crashed or hung
	Lines  []string
}

// accepted tells whether keepalived found nothing wrong.
func (r result) accepted() bool { return r.Status == "0" }

// insecure tells whether keepalived found that scripts are insecure. With the
// same status it ends for an include that fails, whose line it names.
func (r result) insecure() bool { return r.Status == "6" && len(r.Lines) == 0 }

// verdict tells whether keepalived came to an end that says something.
func (r result) verdict() bool { return r.Status != crashed && r.Status != hung }

// String is the result as testdata/keepalived.tsv has it.
func (r result) String() string { return r.Status + "\t" + strings.Join(r.Lines, " ") }

// sortLines puts "file:line" texts in order, each once.
func sortLines(lines []string) []string {
	slices.SortFunc(lines, func(a, b string) int {
		fileA, lineA := splitLine(a)
		fileB, lineB := splitLine(b)
		return cmp.Or(cmp.Compare(fileA, fileB), cmp.Compare(lineA, lineB))
	})
	return slices.Compact(lines)
}

// joinLine is the place that splitLine cuts.
func joinLine(file string, line int) string { return file + ":" + strconv.Itoa(line) }

func splitLine(text string) (file string, line int) {
	i := strings.LastIndexByte(text, ':')
	line, _ = strconv.Atoi(text[i+1:])
	return text[:i], line
}

// recordFile holds the version and the results of keepalived.
const recordFile = "testdata/keepalived.tsv"

const recordHead = "case\tstatus\tlines\n"

// record is recordFile.
type record struct {
	Version string
	Results map[string]result
}

func readRecord(t *testing.T) record {
	t.Helper()
	text, err := os.ReadFile(recordFile)
	if err != nil {
		t.Fatal(err)
	}
	first, rest, _ := strings.Cut(string(text), "\n")
	r := record{Version: strings.TrimPrefix(first, "# keepalived "), Results: map[string]result{}}
	for _, row := range rows(t, recordFile, rest, recordHead) {
		r.Results[row[0]] = result{Status: row[1], Lines: strings.Fields(row[2])}
	}
	return r
}

func (r record) write(t *testing.T, list []testCase) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "# keepalived %s\n%s", r.Version, recordHead)
	for _, c := range list {
		fmt.Fprintf(&b, "%s\t%s\n", c.Name, r.Results[c.Name])
	}
	if err := os.WriteFile(recordFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// rows cuts a table into its rows; head is its first line.
func rows(t *testing.T, name, text, head string) [][]string {
	t.Helper()
	body, ok := strings.CutPrefix(text, head)
	if !ok {
		t.Fatalf("%s does not begin with %q", name, head)
	}
	var list [][]string
	for line := range strings.Lines(body) {
		row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(row) != strings.Count(head, "\t")+1 {
			t.Fatalf("%s: row %q has %d columns", name, line, len(row))
		}
		list = append(list, row)
	}
	return list
}
