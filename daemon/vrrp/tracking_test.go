package vrrp

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/status"
)

// use is a line that tracks something.
func use(name string, weight int, reverse bool) conf.Track {
	return conf.Track{Name: name, Weight: weight, Reverse: reverse}
}

func tracking(kind Kind, prio int, lines ...conf.Track) *Tracking {
	return NewTracking(instance(prio, func(i *conf.Instance) { *listOf(kind, i) = lines }), nil)
}

func listOf(kind Kind, i *conf.Instance) *[]conf.Track {
	return []*[]conf.Track{&i.TrackInterfaces, &i.TrackScripts, &i.TrackFiles, &i.TrackProcesses, &i.TrackBFDs}[kind]
}

// TestWeights is section 14's arithmetic for what is up or down.
func TestWeights(t *testing.T) {
	const unknown, up = 0, 1
	rows := []struct {
		name    string
		kind    Kind
		base    int
		weight  int
		reverse bool
		results [3]int // the priority without a result, up, and down; 0: FAULT
	}{
		{"a positive weight while good", Script, 100, 20, false, [3]int{100, 120, 100}},
		{"a negative weight while bad", Script, 100, -20, false, [3]int{100, 100, 80}},
		{"a positive weight, reversed", Script, 100, 20, true, [3]int{100, 100, 120}},
		{"a negative weight, reversed", Script, 100, -20, true, [3]int{100, 80, 100}},
		{"weight 0: bad is FAULT", Script, 100, 0, false, [3]int{100, 100, 0}},
		{"weight 0, reversed: good is FAULT", Script, 100, 0, true, [3]int{100, 0, 100}},
		{"not above 254", Process, 200, 254, false, [3]int{200, 254, 200}},
		{"not below 1", Interface, 100, -253, false, [3]int{100, 100, 1}},
		{"an owner's priority never changes", Interface, 255, -253, false, [3]int{255, 255, 255}},
		{"an owner is in FAULT all the same", Interface, 255, 0, false, [3]int{255, 255, 0}},
		{"a BFD session is down until it is up", BFD, 100, 0, false, [3]int{0, 100, 0}},
		{"a BFD session with a weight", BFD, 100, -30, false, [3]int{70, 100, 70}},
		{"a BFD session, reversed", BFD, 100, 0, true, [3]int{100, 0, 100}},
	}
	for _, r := range rows {
		for result, want := range r.results {
			x := tracking(r.kind, r.base, use("x", r.weight, r.reverse))
			x.Report(Result{Tracker: Tracker{r.kind, "x"}, Known: result != unknown, Up: result == up})
			got := x.Priority()
			if x.Fault() != "" {
				got = 0
			}
			if got != want {
				t.Errorf("%s, result %d: %d, want %d", r.name, result, got, want)
			}
		}
	}
}

func TestFiles(t *testing.T) {
	rows := []struct {
		value, weight int
		reverse       bool
		want          int // 0: FAULT
	}{
		{0, 1, false, 100}, {5, 1, false, 105}, {-5, 2, false, 90}, {5, 2, true, 90}, {-5, 2, true, 110},
		{3, -10, false, 70}, {253, 1, false, 254}, {1 << 31, 1, false, 254}, {-253, 1, false, 1},
		{-254, 1, false, 0}, {-1 << 31, 1, false, 0}, {-127, 2, false, 0}, {1, -254, false, 0}, {254, 1, true, 0}, {1 << 62, -254, false, 0},
		{0, 0, false, 100}, {1, 0, false, 0}, {-1, 0, false, 0}, {1, 0, true, 100}, {0, 0, true, 0},
	}
	for _, r := range rows {
		x := tracking(File, 100, use("f", r.weight, r.reverse))
		if p := x.Priority(); p != 100 || x.Fault() != "" {
			t.Errorf("without a result: %d %q", p, x.Fault())
		}
		x.Report(Result{Tracker: Tracker{File, "f"}, Known: true, Value: r.value})
		got := x.Priority()
		if x.Fault() != "" {
			got = 0
		}
		if got != r.want {
			t.Errorf("%d times %d, reversed %v: %d, want %d", r.value, r.weight, r.reverse, got, r.want)
		}
	}
}

// TestClampIsOfTheSum: what one takes below 1 another brings back.
func TestClampIsOfTheSum(t *testing.T) {
	x := tracking(Script, 100, use("a", -200, false), use("b", 150, false))
	a, b := Tracker{Script, "a"}, Tracker{Script, "b"}
	for _, step := range []struct {
		result Result
		want   int
	}{{Result{a, true, false, 0, ""}, 1}, {Result{b, true, true, 0, ""}, 50}, {Result{a, true, true, 0, ""}, 250}} {
		x.Report(step.result)
		if got := x.Priority(); got != step.want {
			t.Errorf("after %v: %d, want %d", step.result, got, step.want)
		}
	}
}

// TestGroupTrackers apply to a member; one that it has itself counts once.
func TestGroupTrackers(t *testing.T) {
	g := &conf.SyncGroup{TrackScripts: []conf.Track{use("ours", 10, false), use("both", 20, false), use("grave", 30, false)},
		TrackInterfaces: []conf.Track{use("eth9", 0, false)}}
	x := NewTracking(instance(100, func(i *conf.Instance) {
		i.TrackScripts = []conf.Track{use("own", 1, false), use("both", 5, false), use("grave", 0, false)}
	}), g)
	for _, name := range []string{"ours", "both", "grave", "own"} {
		x.Report(Result{Tracker: Tracker{Script, name}, Known: true, Up: true})
	}
	if got := x.Priority(); got != 100+10+20+1 {
		t.Errorf("priority %d", got)
	}
	x.Report(Result{Tracker: Tracker{Script, "grave"}, Known: true, Text: "failed with status 1"})
	x.Report(Result{Tracker: Tracker{Interface, "eth9"}, Known: true})
	want := []string{"script grave failed with status 1", "interface eth9 is down"}
	if diff := cmp.Diff(want, x.Faults()); diff != "" {
		t.Error(diff)
	}
	if x.Fault() != want[0] {
		t.Errorf("first %q", x.Fault())
	}
}

func TestReady(t *testing.T) {
	x := tracking(Script, 100, use("heavy", 5, false), use("grave", 0, false))
	if x.Ready() || x.Fault() != "" {
		t.Error("ready, or in FAULT, before a result")
	}
	x.Report(Result{Tracker: Tracker{Script, "grave"}, Known: true})
	if !x.Ready() || x.Fault() == "" {
		t.Error("not ready, or fit, after a failure")
	}
	if !tracking(Process, 100, use("p", 0, false)).Ready() {
		t.Error("a process is waited for")
	}
}

func TestReportTellsOfChanges(t *testing.T) {
	x := tracking(Script, 100, use("s", 5, false))
	s := Tracker{Script, "s"}
	for n, step := range []struct {
		result Result
		want   bool
	}{{Result{s, true, true, 0, ""}, true}, {Result{s, true, true, 0, ""}, false}, {Result{s, true, true, 0, "slow"}, true},
		{Result{Tracker{Script, "t"}, true, true, 0, ""}, false}, {Result{Tracker{File, "s"}, true, true, 0, ""}, false}, {Result{s, false, false, 0, ""}, true}} {
		if got := x.Report(step.result); got != step.want {
			t.Errorf("step %d: %v", n, got)
		}
	}
	if x.Priority() != 100 {
		t.Error("a result that is withdrawn still counts")
	}
}

func TestCauses(t *testing.T) {
	x := tracking(Script, 100, use("s", 0, false))
	x.Report(Result{Tracker: Tracker{Script, "s"}, Known: true})
	for n, step := range []struct {
		name, text string
		bad, want  bool
	}{{"link", "eth0 is down", true, true}, {"link", "eth0 is down", true, false}, {"link", "eth0 is gone", true, true},
		{"maintenance", "maintenance", true, true}, {"link", "", false, true}, {"link", "", false, false}} {
		if got := x.Set(step.name, step.text, step.bad); got != step.want {
			t.Errorf("step %d: %v", n, got)
		}
	}
	if diff := cmp.Diff([]string{"maintenance", "script s is down"}, x.Faults()); diff != "" {
		t.Error(diff)
	}
}

func TestParts(t *testing.T) {
	i := instance(100, func(i *conf.Instance) {
		i.TrackScripts = []conf.Track{use("s", -20, false)}
		i.TrackFiles = []conf.Track{use("f", 2, false)}
		i.TrackInterfaces = []conf.Track{use("eth1", 0, false)}
		i.TrackBFDs = []conf.Track{use("b", 7, false)}
	})
	x := NewTracking(i, nil)
	x.Report(Result{Tracker: Tracker{Script, "s"}, Known: true, Text: "failed with status 1"})
	x.Report(Result{Tracker: Tracker{File, "f"}, Known: true, Value: 4})
	x.Report(Result{Tracker: Tracker{Interface, "eth1"}, Known: true, Up: true})
	want := []status.Part{{Tracker: "interface eth1", Text: "is up"}, {Tracker: "script s", Weight: -20, Text: "failed with status 1"},
		{Tracker: "file f", Weight: 8, Text: "is 4"}, {Tracker: "bfd b", Text: "has no result yet"}}
	if diff := cmp.Diff(want, x.Parts(), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if got := (Result{Tracker: Tracker{Process, "p"}, Known: true, Up: true}).String(); got != "process p is up" {
		t.Error(got)
	}
}
