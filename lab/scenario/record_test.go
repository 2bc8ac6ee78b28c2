package scenario

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/lab/expect"
)

const recorded = `name: demo
title: Known to fail
suite: tests
topology: pair
fails:
  keepalived: {because: it forgets, checks: [step1/vip, step1/master]}
steps:
  - name: start
    do:
      - start: web1/keepalived
`

func TestCompare(t *testing.T) {
	s, err := loadHostile(t, recorded)
	if err != nil {
		t.Fatal(err)
	}
	check := func(id string, v expect.Verdict) expect.Check { return expect.Check{ID: id, Verdict: v} }
	known := []expect.Check{
		check("step1/master", expect.Fail), check("step1/vip", expect.Fail), check("step1/vip", expect.Fail), check("step1/garp", expect.Pass),
	}
	for _, tc := range []struct {
		name, daemon string
		checks       []expect.Check
		text         string
		same         bool
	}{
		{"as known", "keepalived", known, "on record: keepalived fails: it forgets", true},
		{"no record", "vipd", known, "", true},
		{"one of a pair", "vipd+keepalived", known, "", true},
		{"passes", "keepalived", known[3:], "on record is that keepalived fails step1/master, step1/vip, not none", false},
		{"fails less", "keepalived", known[1:], "not step1/vip", false},
		{"fails more", "keepalived", append(known, check("R3768-6.1-03", expect.Error)), "not R3768-6.1-03, step1/master, step1/vip", false},
	} {
		text, same := s.Compare(tc.daemon, tc.checks)
		if same != tc.same || !strings.Contains(text, tc.text) || (tc.text == "") != (text == "") {
			t.Errorf("%s: got %q, %t", tc.name, text, same)
		}
	}
}

func TestMistakesInRecords(t *testing.T) {
	for _, tc := range []struct{ name, from, to, want string }{
		{"no reason", "because: it forgets, ", "", `6:3: keepalived field "because" is missing`},
		{"empty reason", "it forgets", `""`, `6:25: because is empty`},
		{"no checks", "[step1/vip, step1/master]", "[]", `6:37: the list of checks is empty`},
		{"twice", "step1/master]", "step1/vip]", `6:57: check "step1/vip" is there twice`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := loadHostile(t, strings.Replace(recorded, tc.from, tc.to, 1))
			if err == nil {
				t.Fatal("no mistake found")
			}
			got := strings.ReplaceAll(err.Error(), "labs/pair/scenarios/demo.yaml:", "")
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
