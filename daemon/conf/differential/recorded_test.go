package differential_test

import (
	"flag"
	"os"
	"slices"
	"testing"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

var update = flag.Bool("update", false, "record keepalived's results and write docs/compatibility.md anew")

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(testnet.Main(m))
}

// What two results of a case can differ in.
const (
	differsVerdict = "verdict"
	differsLines   = "lines"
)

// compare says what our reading of a case and keepalived's result differ in. A
// crash or a hang is no verdict; what it named before counts. b are the blocks of
// the case.
func compare(ours reading, theirs result, b blocks) []string {
	var differ []string
	if theirs.verdict() && ours.Accepted != theirs.accepted() {
		differ = append(differ, differsVerdict)
	}
	if len(missing(ours, theirs, b)) > 0 {
		differ = append(differ, differsLines)
	}
	return differ
}

// missing returns the lines that keepalived names and we do not. In a file that
// keepalived refuses, we must name them in errors.
func missing(ours reading, theirs result, b blocks) []string {
	have := ours.Errors
	if theirs.accepted() {
		have = ours.Named
	}
	return slices.DeleteFunc(slices.Clone(theirs.Lines), func(line string) bool { return b.names(have, line) })
}

// TestRecorded compares our reader with the recorded results of keepalived. What
// differs must be listed, and what is listed must differ.
func TestRecorded(t *testing.T) {
	recorded, listed := readRecord(t), readDifferences(t)
	list := cases(t)
	if len(recorded.Results) != len(list) {
		t.Errorf("%s has %d results for %d cases: -update records them anew", recordFile, len(recorded.Results), len(list))
	}
	for _, c := range list {
		t.Run(c.Name, func(t *testing.T) {
			if c.Root && !rootOwns(t) {
				t.Skip("here no file is root's: run the test as root")
			}
			theirs, ok := recorded.Results[c.Name]
			if !ok {
				t.Fatalf("%s has no result: -update records it", recordFile)
			}
			ours, b := read(t, c), c.blocks()
			differ := compare(ours, theirs, b)
			for _, what := range differ {
				if !listed.has(c.Name, what) {
					t.Errorf("%s: %s differs and is not listed\nkeepalived: %v\nours:       %+v\nnot named:  %v",
						c.About, what, theirs, ours, missing(ours, theirs, b))
				}
			}
			if theirs.verdict() && ours.Insecure != theirs.insecure() {
				t.Errorf("%s: scripts are insecure: %v, for keepalived %v", c.About, ours.Insecure, theirs.insecure())
			}
			for _, d := range listed {
				if d.Case == c.Name && !slices.Contains(differ, d.What) {
					t.Errorf("%s: %s is listed and does not differ", c.About, d.What)
				}
			}
		})
	}
}
