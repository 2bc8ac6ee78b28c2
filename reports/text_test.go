package reports

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/viplab/viplab/lab/expect"
)

func TestTextCountsWhatARunDidNotReach(t *testing.T) {
	check := func(v expect.Verdict, title string) expect.Check {
		return expect.Check{ID: "x", Title: title, Verdict: v}
	}
	r := New(time.Now(), Kernel{})
	r.Add(Result{Scenario: "s", Daemon: "d", Verdict: expect.Error, Reason: "deadline passed", Checks: []expect.Check{
		check(expect.Pass, "good"), check(expect.Fail, "bad"), check(expect.Error, "never seen"), check(expect.Error, "nor this"),
	}})
	r.Add(Result{Scenario: "s", Daemon: "e", Verdict: expect.Error, Checks: []expect.Check{check(expect.Error, "no such VRID")}})
	var b bytes.Buffer
	if err := r.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		"deadline passed": true, "fail x: bad": true, "2 checks could not be evaluated for that": true,
		"never seen": false, "good": false,
		"error x: no such VRID": true, // without a reason, the check itself must say it
	} {
		if got := strings.Contains(b.String(), text); got != want {
			t.Errorf("%q is there: %t, want %t; in\n%s", text, got, want, b.String())
		}
	}
}

func TestFilesNameTheNodeOfALog(t *testing.T) {
	var names []string
	for _, f := range files(Artifacts{Timeline: "a/b/timeline.ndjson", Logs: []string{"a/b/logs/web1/httpd.log", "a:b/logs/web2/x.log"}}) {
		names = append(names, f.Name)
	}
	if got, want := strings.Join(names, " "), "timeline.ndjson web1/httpd.log"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTextShowsWhatIsOnRecord(t *testing.T) {
	r := New(time.Now(), Kernel{})
	r.Add(Result{Scenario: "s", Daemon: "d", Verdict: expect.Fail, Record: "on record: d fails: it forgets",
		Checks: []expect.Check{{ID: "vip", Verdict: expect.Fail}}})
	var b strings.Builder
	if err := r.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "s (d): fail\n  on record: d fails: it forgets\n") {
		t.Errorf("got\n%s", b.String())
	}
}
