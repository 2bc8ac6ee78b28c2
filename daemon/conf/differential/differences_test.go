package differential_test

import (
	"os"
	"slices"
	"testing"
)

// differencesFile lists what differs on purpose.
const differencesFile = "testdata/differences.tsv"

// difference is a row of differencesFile.
type difference struct {
	Case   string
	What   string // differsVerdict or differsLines
	Reason string // one sentence
}

type differences []difference

func (ds differences) has(name, what string) bool {
	return slices.ContainsFunc(ds, func(d difference) bool { return d.Case == name && d.What == what })
}

func readDifferences(t *testing.T) differences {
	t.Helper()
	text, err := os.ReadFile(differencesFile)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, c := range cases(t) {
		known[c.Name] = true
	}
	var list differences
	for _, row := range rows(t, differencesFile, string(text), "case\twhat\treason\n") {
		d := difference{Case: row[0], What: row[1], Reason: row[2]}
		switch {
		case !known[d.Case]:
			t.Errorf("%s: there is no case %q", differencesFile, d.Case)
		case d.What != differsVerdict && d.What != differsLines:
			t.Errorf("%s: %s: %q is neither %s nor %s", differencesFile, d.Case, d.What, differsVerdict, differsLines)
		case d.Reason == "" || list.has(d.Case, d.What):
			t.Errorf("%s: %s: %s has no reason, or two", differencesFile, d.Case, d.What)
		}
		list = append(list, d)
	}
	return list
}
