package track

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/vrrp"
)

func TestQuorum(t *testing.T) {
	const s = time.Second
	for _, tt := range []struct {
		name            string
		min, max        int
		fork, terminate time.Duration
		counts          []int
		want            string // after each: U up, D down, u and d those with a wait that begins, . nothing
	}{
		{"one is enough", 1, -1, 0, 0, []int{0, 1, 2, 1, 0, 5}, "DU..DU"},
		{"two to three", 2, 3, 0, 0, []int{2, 3, 4, 3, 2, 1, 2}, "U.DU.DU"},
		{"none", 0, 0, 0, 0, []int{0, 1, 2, 0}, "UD.U"},
		{"first one at once", 1, -1, s, s, []int{1}, "U"},
		{"a loss waits", 1, -1, 0, s, []int{1, 0, 1, 0}, "Ud-d"},
		{"a gain waits", 1, -1, s, 0, []int{0, 1, 2, 0, 1}, "Du.-u"},
		{"too many is a gain, fewer again a loss", 1, 2, s, 0, []int{2, 3, 2, 3}, "Ud-d"},
		{"one wait at a time", 2, -1, s, s, []int{2, 1, 0, 1, 2}, "Ud..-"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := quorum{min: tt.min, max: tt.max, forkDelay: tt.fork, terminateDelay: tt.terminate}
			got := ""
			waiting := false
			for _, n := range tt.counts {
				st := q.set(n)
				switch {
				case st.turn && q.up:
					got += "U"
				case st.turn:
					got += "D"
				case st.wait > 0 && q.up:
					got += "d"
				case st.wait > 0:
					got += "u"
				case st.stop && waiting:
					got += "-"
				default:
					got += "."
				}
				waiting = st.wait > 0 || waiting && !st.stop
			}
			expect(t, "steps", got, tt.want)
		})
	}
}

func TestQuorumString(t *testing.T) {
	for _, tt := range []struct {
		q    quorum
		want string
	}{
		{quorum{min: 1, max: -1, count: 1}, "has 1 process"},
		{quorum{min: 2, max: -1, count: 1}, "has 1 process, 2 or more wanted"},
		{quorum{min: 2, max: 3, count: 4}, "has 4 processes, 2 to 3 wanted"},
		{quorum{min: 0, max: 0, count: 4}, "has 4 processes, 0 wanted"},
		{quorum{min: 1, max: -1}, "has 0 processes, 1 or more wanted"},
	} {
		expect(t, "text", tt.q.String(), tt.want)
	}
}

func TestQuorumDelays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecord(t)
		s := newProcesses(&Options{Log: r, Report: r.report})
		p := newProcess(&conf.TrackProcess{Name: "p", Process: "x", Quorum: 1, QuorumMax: 2, ForkDelay: 2 * time.Second, TerminateDelay: time.Second})
		s.list = []*process{p}
		set := func(n int, d time.Duration) {
			s.mu.Lock()
			s.count(p, n)
			s.mu.Unlock()
			time.Sleep(d)
			synctest.Wait()
		}
		begun := time.Now()
		set(1, 500*time.Millisecond)                    // up at once
		set(0, 999*time.Millisecond)                    // too short
		set(1, 500*time.Millisecond)                    //
		set(0, 500*time.Millisecond)                    // from 1.999 s
		set(1, 500*time.Millisecond)                    // stops that wait, and another one ...
		set(0, 3*time.Second)                           // begins at 2.999 s: lost at 3.999 s
		set(3, time.Second)                             // too many is no gain
		set(2, 1500*time.Millisecond)                   // gained, as a loss: at 7.999 s
		set(3, 1999*time.Millisecond)                   // not lost yet
		s.mu.Lock()                                     //
		expect(t, "while it waits", p.state().Up, true) //
		s.mu.Unlock()
		set(3, 2*time.Millisecond) // lost
		s.close()
		var got []string
		for n, x := range r.results {
			text := r.at[n].Sub(begun).String()
			if x.Up {
				text += " up"
			}
			got = append(got, text+": "+x.Text)
		}
		expect(t, "results", got, []string{"0s up: has 1 process", "3.999s: has 0 processes, 1 to 2 wanted", "7.999s up: has 2 processes", "10.499s: has 3 processes, 1 to 2 wanted"})
		expect(t, "log", r.log(), []string{"Quorum lost for tracked process p", "Quorum gained for tracked process p", "Quorum lost for tracked process p"})
	})
}

// What keepalived 2.2.7 found for the same lines; the one with a path and without
// full_command it never finds.
func TestMatch(t *testing.T) {
	const path = "/tmp/we/slpE"
	line := func(words ...string) string {
		s := ""
		for _, w := range words {
			s += w + "\x00"
		}
		return s
	}
	trackers := map[string]*conf.TrackProcess{
		"comm":    {Process: "slpE"},
		"path":    {Process: path},
		"exact":   {Process: path, Args: []string{"77"}, FullCommand: true},
		"initial": {Process: path, Args: []string{"77"}, ParamMatch: "initial", FullCommand: true},
		"partial": {Process: path, Args: []string{"7"}, ParamMatch: "partial", FullCommand: true},
		"full":    {Process: "slpE", FullCommand: true},
		"empty":   {Process: "slpE", ParamMatch: "initial", FullCommand: true},
		"noargs":  {Process: path, FullCommand: true},
	}
	for _, tt := range []struct {
		comm, command string
		want          []string
	}{
		{"slpE", line(path, "77"), []string{"comm", "exact", "initial", "noargs", "path"}},
		{"slpE", line(path, "778"), []string{"comm", "initial", "noargs", "path"}},
		{"slpE", line(path, "7"), []string{"comm", "noargs", "partial", "path"}},
		{"slpE", line("./slpE", "77"), []string{"comm"}},
		{"slpE", line(path, "77", "78"), []string{"comm", "initial", "noargs", "path"}},
		{"slpE", line(path, "7", "77"), []string{"comm", "noargs", "partial", "path"}},
		{"slpE", line("slpE", "5"), []string{"comm", "empty", "full"}},
		{"slpEx", line(path+"x", "77"), nil},
		{"other", line(path), []string{"noargs", "path"}},
		{"slpE", "", []string{"comm"}},
	} {
		var got []string
		for _, name := range []string{"comm", "empty", "exact", "full", "initial", "noargs", "partial", "path"} {
			if m := newMatcher(trackers[name]); m.match(&proc{comm: []byte(tt.comm), command: []byte(tt.command)}) {
				got = append(got, name)
			}
		}
		expect(t, tt.command, got, tt.want)
	}
}

var processP = vrrp.Tracker{Kind: vrrp.Process, Name: "p"}
