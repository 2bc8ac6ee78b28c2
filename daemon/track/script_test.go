package track

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/vrrp"
)

// actor is a Runner whose commands are what the test says.
type actor struct {
	mu     sync.Mutex
	begun  time.Time
	runs   []string       // "1s x", when each began and which
	now    map[string]int // how many of each run
	most   int            // of one, at a time
	script map[string][]act
}

// act is a run: it takes so long, and ends so. One that was told to end does so
// after stubborn.
type act struct {
	takes, stubborn time.Duration
	status          notify.Status
	err             error
	gone            chan struct{} // of a StuckError
}

func newActor() *actor {
	return &actor{begun: time.Now(), now: map[string]int{}, script: map[string][]act{}}
}

func exit(code int) act { return act{status: notify.Status{Code: code}} }

// next is what the command's next run is; the last one is for all that follow.
func (a *actor) next(name string) (x act) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.runs = append(a.runs, fmt.Sprint(time.Since(a.begun), " ", name))
	a.now[name]++
	a.most = max(a.most, a.now[name])
	if list := a.script[name]; len(list) > 0 {
		x = list[0]
		if len(list) > 1 {
			a.script[name] = list[1:]
		}
	}
	return x
}

func (a *actor) Run(ctx context.Context, c notify.Command, _ time.Duration) (notify.Status, error) {
	name := c.Args[len(c.Args)-1]
	x := a.next(name)
	defer func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.now[name]--
	}()
	select {
	case <-time.After(x.takes):
		return x.status, x.err
	case <-ctx.Done():
	}
	if x.gone != nil {
		return notify.Status{Code: -1}, &notify.StuckError{Why: ctx.Err(), Gone: x.gone}
	}
	time.Sleep(x.stubborn)
	return notify.Status{Code: -1, Signal: syscall.SIGTERM}, ctx.Err()
}

// ran returns the runs so far, and forgets them.
func (a *actor) ran() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	x := a.runs
	a.runs = nil
	return x
}

// stage is a Manager with an actor, on synthetic time.
type stage struct {
	*record
	*Manager
	actor *actor
}

func onStage(t *testing.T, f func(s *stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &stage{record: newRecord(t), actor: newActor()}
		s.Manager = New(Options{Log: s.record, Run: s.actor, Report: s.report})
		f(s)
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// begin starts the Manager and lets d pass.
func (s *stage) begin(cfg *conf.Config, d time.Duration) {
	s.t.Helper()
	if err := s.Start(cfg); err != nil {
		s.t.Fatal(err)
	}
	s.pass(d)
}

func (s *stage) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func expect[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

var scriptX = vrrp.Tracker{Kind: vrrp.Script, Name: "x"}

func TestScriptIntervalIsFromStartToStart(t *testing.T) {
	onStage(t, func(s *stage) {
		s.actor.script["x"] = []act{{takes: 400 * time.Millisecond}}
		s.begin(configured(scriptOf("x")), 3*time.Second)
		expect(t, "runs", s.actor.ran(), []string{"0s x", "1s x", "2s x", "3s x"})
		expect(t, "results", s.rest(), []vrrp.Result{{Tracker: scriptX, Known: true, Up: true, Text: "succeeded"}})
		expect(t, "log", s.log(), []string{"VRRP_Script(x) succeeded"})
	})
}

func TestScriptLongerThanItsInterval(t *testing.T) {
	onStage(t, func(s *stage) {
		s.actor.script["x"] = []act{{takes: 2500 * time.Millisecond}}
		s.begin(configured(scriptOf("x", func(c *conf.Script) { c.Timeout = 5 * time.Second })), 8*time.Second)
		expect(t, "runs", s.actor.ran(), []string{"0s x", "3s x", "6s x"})
		expect(t, "at a time", s.actor.most, 1)
		skip := "Track script x is already running, expect idle - skipping run"
		expect(t, "log", s.log(), []string{skip, "VRRP_Script(x) succeeded", skip, skip})
	})
}

func TestScriptTimeout(t *testing.T) {
	onStage(t, func(s *stage) {
		s.actor.script["x"] = []act{exit(0), {takes: time.Hour}, exit(0)}
		s.begin(configured(scriptOf("x", func(c *conf.Script) { c.Interval, c.Timeout = 3*time.Second, 500*time.Millisecond })), 7*time.Second)
		expect(t, "runs", s.actor.ran(), []string{"0s x", "3s x", "6s x"})
		expect(t, "failed at", s.at[1].Sub(s.actor.begun), 3500*time.Millisecond)
		expect(t, "results", s.rest(), []vrrp.Result{
			{Tracker: scriptX, Known: true, Up: true, Text: "succeeded"},
			{Tracker: scriptX, Known: true, Text: "timed out"},
			{Tracker: scriptX, Known: true, Up: true, Text: "succeeded"}})
		expect(t, "log", s.log(), []string{"VRRP_Script(x) succeeded", "VRRP_Script(x) timed_out", "VRRP_Script(x) succeeded"})
	})
}

// A run that was due while another one was being ended follows at once.
func TestScriptThatHangsEachTime(t *testing.T) {
	onStage(t, func(s *stage) {
		s.actor.script["x"] = []act{{takes: time.Hour, stubborn: 1400 * time.Millisecond}}
		s.begin(configured(scriptOf("x", func(c *conf.Script) { c.Fall = 2 })), 5500*time.Millisecond)
		expect(t, "runs", s.actor.ran(), []string{"0s x", "2.4s x", "4.8s x"})
		expect(t, "at a time", s.actor.most, 1)
		expect(t, "results", s.rest(), []vrrp.Result{{Tracker: scriptX, Known: true, Text: "timed out"}})
		ending, running := "Track script x is being timed out, expect idle - skipping run", "Track script x is already running, expect idle - skipping run"
		expect(t, "log", s.log(), []string{"VRRP_Script(x) timed_out", ending, running, ending, running})
	})
}

func TestScriptCountsAndSays(t *testing.T) {
	onStage(t, func(s *stage) {
		s.actor.script["x"] = []act{exit(0), exit(1), exit(2), exit(0), exit(3), exit(3), exit(3), exit(0), {status: notify.Status{Code: -1, Signal: syscall.SIGKILL}}, exit(0), exit(0)}
		s.begin(configured(scriptOf("x", func(c *conf.Script) { c.Rise, c.Fall = 2, 3 })), 1500*time.Millisecond)
		expect(t, "status", s.Trackers()[0].Text, "failed with status 1, 1 of 3")
		s.pass(10 * time.Second)
		expect(t, "results", s.rest(), []vrrp.Result{
			{Tracker: scriptX, Known: true, Up: true, Text: "succeeded"},
			{Tracker: scriptX, Known: true, Text: "failed with status 3"},
			{Tracker: scriptX, Known: true, Up: true, Text: "succeeded"}})
		expect(t, "log", s.log(), []string{
			"VRRP_Script(x) succeeded",
			"Script `x` now returning 1", "Script `x` now returning 2", "Script `x` now returning 0", "Script `x` now returning 3",
			"VRRP_Script(x) failed (exited with status 3)",
			"Script `x` now returning 0",
			"VRRP_Script(x) succeeded"})
	})
}

func TestScriptInitFail(t *testing.T) {
	onStage(t, func(s *stage) {
		s.actor.script["x"] = []act{{takes: 100 * time.Millisecond}}
		s.begin(configured(scriptOf("x", func(c *conf.Script) { c.Rise, c.InitFail = 2, true })), 0)
		expect(t, "results", s.rest(), []vrrp.Result{{Tracker: scriptX, Known: true, Text: "has not succeeded yet"}})
		s.pass(time.Second)
		expect(t, "results after one success", s.rest(), nil)
		s.pass(time.Second)
		expect(t, "results after two", s.rest(), []vrrp.Result{{Tracker: scriptX, Known: true, Up: true, Text: "succeeded"}})
	})
}

func TestScriptThatCannotRun(t *testing.T) {
	for _, tt := range []struct {
		err     error
		results int
		text    string
	}{
		{syscall.ENOENT, 2, "cannot be run"},
		{notify.ErrLauncher, 1, "succeeded"},
		{fmt.Errorf("%w (2000)", notify.ErrBusy), 1, "succeeded"},
	} {
		t.Run(tt.err.Error(), func(t *testing.T) {
			onStage(t, func(s *stage) {
				s.actor.script["x"] = []act{exit(0), {err: tt.err}}
				s.begin(configured(scriptOf("x")), 5*time.Second)
				expect(t, "results", len(s.rest()), tt.results)
				expect(t, "status", s.Trackers()[0].Text, tt.text)
				log := s.log()
				expect(t, "log", log[1], "VRRP_Script(x): "+tt.err.Error())
				expect(t, "lines", len(log), tt.results+1)
			})
		})
	}
}

func TestScriptThatNobodyMayRun(t *testing.T) {
	onStage(t, func(s *stage) {
		s.begin(configured(scriptOf("x", func(c *conf.Script) { c.Command.User = "no such user" })), 3*time.Second)
		expect(t, "runs", s.actor.ran(), nil)
		expect(t, "results", s.rest(), []vrrp.Result{{Tracker: scriptX, Known: true, Text: "cannot be run"}})
		expect(t, "log", s.log(), []string{`VRRP_Script(x): unknown user "no such user"`, "VRRP_Script(x) failed (cannot be run)"})
	})
}

func TestScriptThatCannotBeKilled(t *testing.T) {
	onStage(t, func(s *stage) {
		gone := make(chan struct{})
		s.actor.script["x"] = []act{{takes: time.Hour, gone: gone}, exit(0)}
		s.begin(configured(scriptOf("x")), 10500*time.Millisecond)
		expect(t, "runs", s.actor.ran(), []string{"0s x"})
		close(gone)
		s.pass(0)
		expect(t, "runs", s.actor.ran(), []string{"10.5s x"})
		expect(t, "status", s.Trackers()[0].Up, true)
	})
	onStage(t, func(s *stage) { // and Close does not wait for it
		s.actor.script["x"] = []act{{takes: time.Hour, gone: make(chan struct{})}}
		s.begin(configured(scriptOf("x")), 5*time.Second)
	})
}

func TestManyScriptsNeitherDriftNorPileUp(t *testing.T) {
	onStage(t, func(s *stage) {
		const scripts, seconds = 100, 600
		var all []any
		for n := range scripts {
			name := fmt.Sprint("s", n)
			all = append(all, scriptOf(name))
			for i := range 7 { // quick, slow, too slow
				s.actor.script[name] = append(s.actor.script[name], act{takes: time.Duration((n*i*37)%1300) * time.Millisecond})
			}
		}
		s.begin(configured(all...), seconds*time.Second+time.Millisecond)
		expect(t, "at a time", s.actor.most, 1)
		last := 0
		for _, r := range s.actor.ran() {
			var at, name string
			_, _ = fmt.Sscan(r, &at, &name)
			if d, err := time.ParseDuration(at); err != nil || d == seconds*time.Second {
				last++
			} else if d > 20*time.Second && d%time.Second != 0 {
				t.Errorf("out of phase: %s", r)
			}
		}
		expect(t, "runs at the end", last, scripts)
	})
}

func TestScriptReload(t *testing.T) {
	twoSeconds := func(c *conf.Script) { c.Interval = 2 * time.Second }
	for _, tt := range []struct {
		name    string
		to      *conf.Config
		runs    []string // from 1.5 s to 4.5 s
		results []vrrp.Result
	}{
		{"the same", configured(scriptOf("x")), []string{"2s x", "3s x", "4s x"}, nil},
		{"other weight", configured(scriptOf("x", func(c *conf.Script) { c.Weight = 5 })), []string{"2s x", "3s x", "4s x"}, nil},
		{"other interval", configured(scriptOf("x", twoSeconds)), []string{"3s x"}, nil},
		{"shorter interval", configured(scriptOf("x", func(c *conf.Script) { c.Interval = 400 * time.Millisecond })),
			[]string{"1.5s x", "1.8s x", "2.2s x", "2.6s x", "3s x", "3.4s x", "3.8s x", "4.2s x"}, nil},
		{"other command", configured(scriptOf("x", func(c *conf.Script) { c.Command.Args = []string{"/bin/true", "-", "x"} })), []string{"1.5s x", "2.5s x", "3.5s x", "4.5s x"},
			[]vrrp.Result{{Tracker: scriptX, Known: true, Text: "failed with status 4"}}},
		{"gone", configured(), nil, []vrrp.Result{{Tracker: scriptX}}},
		{"no longer tracked", &conf.Config{Scripts: []*conf.Script{scriptOf("x")}}, nil, []vrrp.Result{{Tracker: scriptX}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			onStage(t, func(s *stage) {
				s.actor.script["x"] = []act{exit(0), exit(0), exit(0)}
				s.begin(configured(scriptOf("x")), 1500*time.Millisecond)
				s.actor.ran()
				s.rest()
				if len(tt.results) > 0 {
					s.actor.script["x"] = []act{exit(4)}
				}
				if err := s.Reload(tt.to); err != nil {
					t.Fatal(err)
				}
				s.pass(3 * time.Second)
				expect(t, "runs", s.actor.ran(), tt.runs)
				expect(t, "results", s.rest(), tt.results)
			})
		})
	}
}

// The last result stands until the new command has one, and init_fail is for the
// start.
func TestScriptReloadDuringARun(t *testing.T) {
	onStage(t, func(s *stage) {
		s.actor.script["x"] = []act{exit(0), {takes: time.Hour, stubborn: time.Second}, {takes: 300 * time.Millisecond}}
		s.begin(configured(scriptOf("x", func(c *conf.Script) { c.Timeout = 10 * time.Second })), 1500*time.Millisecond)
		s.rest()
		if err := s.Reload(configured(scriptOf("x", func(c *conf.Script) { c.Command.Args, c.InitFail = []string{"/bin/true", "x", "x"}, true }))); err != nil {
			t.Fatal(err)
		}
		s.pass(500 * time.Millisecond)
		expect(t, "status", s.Trackers()[0].Up, true)
		s.pass(2 * time.Second)
		expect(t, "runs", s.actor.ran(), []string{"0s x", "1s x", "2.5s x", "3.5s x"})
		expect(t, "at a time", s.actor.most, 1)
		expect(t, "results", s.rest(), []vrrp.Result{{Tracker: scriptX, Known: true, Up: true, Text: "succeeded"}})
	})
}

// One that is taken out and put in again has no second copy either.
func TestScriptThatComesBack(t *testing.T) {
	onStage(t, func(s *stage) {
		s.actor.script["x"] = []act{{takes: time.Hour, stubborn: 1900 * time.Millisecond}, exit(0)}
		long := configured(scriptOf("x", func(c *conf.Script) { c.Timeout = time.Hour }))
		s.begin(long, time.Second)
		_ = s.Reload(configured())
		s.pass(500 * time.Millisecond)
		_ = s.Reload(long)
		s.pass(2 * time.Second)
		expect(t, "runs", s.actor.ran(), []string{"0s x", "2.9s x"})
		expect(t, "at a time", s.actor.most, 1)
	})
}

func TestScriptsThatNobodyTracks(t *testing.T) {
	onStage(t, func(s *stage) {
		cfg := configured(scriptOf("x"))
		cfg.Instances = nil
		cfg.Scripts = append(cfg.Scripts, scriptOf("g"))
		cfg.SyncGroups = []*conf.SyncGroup{{Name: "G", TrackScripts: []conf.Track{{Name: "g"}}}}
		s.begin(cfg, 1500*time.Millisecond)
		expect(t, "runs", s.actor.ran(), []string{"0s g", "1s g"})
		expect(t, "log", s.log(), []string{"Warning - script x is not used", "VRRP_Script(g) succeeded"})
	})
}

func TestRepeatAndClose(t *testing.T) {
	onStage(t, func(s *stage) {
		s.actor.script["slow"] = []act{{takes: 700 * time.Millisecond}}
		s.begin(configured(scriptOf("x"), scriptOf("slow")), 500*time.Millisecond)
		s.rest()
		s.Repeat()
		expect(t, "repeated", s.rest(), []vrrp.Result{{Tracker: scriptX, Known: true, Up: true, Text: "succeeded"}})
		if err := s.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := s.Reload(configured()); !errors.Is(err, ErrClosed) {
			t.Errorf("Reload after Close: %v", err)
		}
		s.pass(5 * time.Second)
		expect(t, "results after Close", s.rest(), nil)
		expect(t, "runs", len(s.actor.ran()), 2)
	})
}

func TestCloseWithinItsContext(t *testing.T) {
	onStage(t, func(s *stage) {
		s.actor.script["x"] = []act{{takes: time.Hour, stubborn: 2 * time.Second}}
		s.begin(configured(scriptOf("x")), 500*time.Millisecond)
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		defer cancel()
		begun := time.Now()
		if err := s.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Close: %v", err)
		}
		expect(t, "Close took", time.Since(begun), 300*time.Millisecond)
	})
}
