package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/internal/yamlfile"
)

// Record is what is known of a daemon that fails a scenario.
type Record struct {
	// Because says what it does wrong, in a line.
	Because string `yaml:"because" json:"because"`
	// Checks are the IDs of those that fail, as reports show them, each once.
	Checks []string `yaml:"checks" json:"checks"`
}

// Compare holds what came of a run with a daemon to the record of it. The text
// is empty where there is none; it says why the daemon fails, or how the run
// differs from the record, and then same is false.
func (s *Scenario) Compare(daemon string, checks []expect.Check) (text string, same bool) {
	record := s.Fails[daemon]
	if record == nil {
		return "", true
	}
	failed := map[string]bool{}
	for _, c := range checks {
		if c.Verdict != expect.Pass {
			failed[c.ID] = true
		}
	}
	got := slices.Sorted(maps.Keys(failed))
	if want := slices.Sorted(slices.Values(record.Checks)); !slices.Equal(got, want) {
		return fmt.Sprintf("on record is that %s fails %s, not %s", daemon, strings.Join(want, ", "), orNone(got)), false
	}
	return fmt.Sprintf("on record: %s fails: %s", daemon, record.Because), true
}

func orNone(ids []string) string {
	if len(ids) == 0 {
		return "none"
	}
	return strings.Join(ids, ", ")
}

func (c *checker) checkRecords() {
	for _, daemon := range sortedKeys(c.s.Fails) {
		p, r := yamlfile.Path{"fails", daemon}, c.s.Fails[daemon]
		if r == nil {
			continue // reported
		}
		c.checkWord(p.Key("because"), r.Because)
		if len(r.Checks) == 0 {
			c.Report(p.Key("checks"), "the list of checks is empty")
		}
		for i, id := range r.Checks {
			if slices.Contains(r.Checks[:i], id) {
				c.Report(p.Key("checks").Index(i), "check %q is there twice", id)
			}
		}
	}
}
