package differential_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pageFile is the page for operators that -update writes.
const pageFile = "../../../docs/compatibility.md"

//go:generate go test -run TestCompatibilityPage -update .

// TestCompatibilityPage compares the page with what is recorded and listed.
// TestRecorded is what shows that both are true.
func TestCompatibilityPage(t *testing.T) {
	running, err := os.ReadFile("testdata/running.md")
	if err != nil {
		t.Fatal(err)
	}
	got := page{cases(t), readRecord(t), readDifferences(t)}.String() + string(running)
	if *update {
		if err := os.WriteFile(pageFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(pageFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", pageFile, diff)
	}
}

// page makes the text of pageFile.
type page struct {
	cases    []testCase
	recorded record
	listed   differences
}

const pageHead = `<!-- Written by make generate; change differences.tsv and running.md in daemon/conf/differential/testdata. -->

# Compatibility with keepalived

vipd reads keepalived.conf. How exactly was compared with keepalived %s: both tested the same %d configurations
(daemon/conf/differential/testdata), vipd's reader and ` + "`keepalived -t`" + `. Of these keepalived accepts %d and refuses
%d; on %d it crashes or does not end.

Two things are compared: whether the configuration is refused (keepalived's exit status is not 0), and whether vipd
names each line that keepalived names. vipd may name more lines: it reports all mistakes, and at those lines where they
are. What is wrong with a block as a whole keepalived reports at the line of its closing brace, vipd at the keyword or
the word at fault; so a message of vipd at any line of the block stands for one of keepalived at that brace. On %d
configurations the two agree in both. On %d they differ on purpose, as listed here. Where keepalived gives no verdict,
only the lines that it names are compared.

## The test of a configuration as a whole

The reader is what the list below is about. Beyond it ` + "`vipd -t` differs from `keepalived -t`" + ` in this:

- A configuration that has nothing to run is refused, with status 4: a file that was emptied or cut off by accident
  looks like that. keepalived accepts it. (The reader has nothing to say of it, so these configurations are not listed.)
- A file that is not there is refused as well. keepalived accepts it.
- Where keepalived leaves out an instance and runs without it, since it has no virtual_router_id or no interface, the
  status is 4, not 5: vipd does not start. It is also 4, not 6, where an include that must not fail does.
- The status is that of the worst that is wrong. With keepalived a milder mistake can hide a worse one: an insecure
  script (6) hides every error (5), and a keyword without its word (2) ends the test, so that nothing behind it is
  found.
- A keyword without its word is an error (5) for vipd, which passes over the line and goes on.
- What keepalived accepts in silence and is probably a mistake gets a warning. It leaves the status at 0, unless
  ` + "`--strict-conf`" + ` is given.
`

func (p page) String() string {
	var accepted, refused, lost int
	for _, c := range p.cases {
		switch r := p.recorded.Results[c.Name]; {
		case !r.verdict():
			lost++
		case r.accepted():
			accepted++
		default:
			refused++
		}
	}
	differ := len(p.names(func(difference) bool { return true }))
	var b strings.Builder
	fmt.Fprintf(&b, pageHead, p.recorded.Version, len(p.cases), accepted, refused, lost, len(p.cases)-differ, differ)
	p.section(&b, "Refused by vipd, accepted by keepalived", func(d difference) bool {
		return d.What == differsVerdict && p.recorded.Results[d.Case].accepted()
	})
	p.section(&b, "Accepted by vipd, refused by keepalived", func(d difference) bool {
		return d.What == differsVerdict && !p.recorded.Results[d.Case].accepted()
	})
	p.section(&b, "Mistakes named at other lines", func(d difference) bool { return d.What == differsLines })
	p.failures(&b)
	return b.String()
}

// names returns the cases of the differences that are meant, each once.
func (p page) names(meant func(difference) bool) []string {
	var names []string
	for _, d := range p.listed {
		if meant(d) {
			names = append(names, d.Case)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// section lists the differences that are meant, those with one reason together.
func (p page) section(b *strings.Builder, title string, meant func(difference) bool) {
	var reasons []string
	for _, d := range p.listed {
		if meant(d) && !slices.Contains(reasons, d.Reason) {
			reasons = append(reasons, d.Reason)
		}
	}
	if len(reasons) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n", title)
	for _, reason := range reasons {
		fmt.Fprintf(b, "\n%s\n\n", reason)
		for _, name := range p.names(func(d difference) bool { return meant(d) && d.Reason == reason }) {
			p.item(b, name, "")
		}
	}
}

// failures lists the cases that keepalived gives no verdict on.
func (p page) failures(b *strings.Builder) {
	fmt.Fprintf(b, "\n## Where keepalived gives no verdict\n\n")
	for _, c := range p.cases {
		switch p.recorded.Results[c.Name].Status {
		case crashed:
			p.item(b, c.Name, "it is ended by a signal")
		case hung:
			p.item(b, c.Name, fmt.Sprintf("it does not end within %v", hangLimit))
		}
	}
}

func (p page) item(b *strings.Builder, name, what string) {
	i := slices.IndexFunc(p.cases, func(c testCase) bool { return c.Name == name })
	about := "`" + name + "`: " + p.cases[i].About
	if what != "" {
		about += " (" + what + ")"
	}
	fmt.Fprintf(b, "- %s\n", about)
}
