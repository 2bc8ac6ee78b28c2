package lab

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/fault"
	"github.com/viplab/viplab/lab/ha"
	"github.com/viplab/viplab/lab/kernel"
	"github.com/viplab/viplab/lab/node"
	"github.com/viplab/viplab/lab/service"
	"github.com/viplab/viplab/lab/timeline"
	"github.com/viplab/viplab/lab/topology"
)

// Hook makes this executable do what it was started for, if a lab started it:
// a guest's or a node's init, or an embedded service. It then never returns.
// Call it first thing in main; tests call Main in its place.
func Hook() {
	kernel.Main()
	node.Main()
	service.Dispatch()
	if r, ok := kernel.Current(); ok {
		attend(r.Clock)
	}
}

// attend has goroutines that watch a lab run at once. A guest has one CPU, and
// with one of Go's processors (P) they would wait, for up to ten milliseconds, for
// each goroutine that is in a system call: the start of a program, for example,
// of which a step may have several under way.
//
// With more than one, the garbage collector waits for goroutines on others in a loop
// that watches the clock, and on one that stands still while something computes
// that could be for ever. So it has to wait for much garbage.
func attend(clock kernel.Clock) {
	const processors, garbage = 8, 512 << 20
	runtime.GOMAXPROCS(max(processors, runtime.GOMAXPROCS(0)))
	if clock == kernel.ClockIdeal {
		debug.SetGCPercent(-1)
		debug.SetMemoryLimit(garbage)
	}
}

// Main is for TestMain: it runs the tests in a kernel where they may build labs.
// That is a guest on a virtual clock where one is built (viplab kernel build),
// else the host in namespaces of its own. Which one, and why, is said with -v;
// VIPLAB_KERNEL (host, uml) and VIPLAB_CLOCK (real, virtual, ideal) choose.
// Needs are features without which the tests have no meaning, such as
// kernel.FeatureIPVS. Main exits: 3 where no kernel will do, with what would mend it.
func Main(m *testing.M, needs ...kernel.Feature) {
	Hook()
	if env, ok := kernel.Current(); ok {
		boundByHost(env.Clock)
		os.Exit(m.Run())
	}
	os.Exit(kernel.RunTests(needs...))
}

// boundByHost takes -timeout off where it would count lab time, of which tests
// have hours. The go command sees to it outside.
func boundByHost(clock kernel.Clock) {
	if !flag.Parsed() {
		flag.Parse()
	}
	if clock != kernel.ClockReal {
		_ = flag.Set("test.timeout", "0") // there is such a flag in every test
	}
}

// T is a lab that belongs to a test: what goes wrong fails it.
type T struct {
	*Lab
	t  testing.TB
	at timeline.Time // where the next Expect begins to look
}

// Start opens a topology for a test and closes it with the test. Without an
// Options.Daemon, the ha services run vipd, or else keepalived, as installed;
// VIPLAB_DAEMON chooses another.
func Start(t testing.TB, top *topology.Topology, o Options) *T {
	t.Helper()
	if o.Daemon.Path == "" {
		d, err := anyDaemon(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		o.Daemon = d
	}
	l, err := Open(t.Context(), top, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Errorf("close lab: %v", err)
		}
	})
	return &T{Lab: l, t: t}
}

func anyDaemon(ctx context.Context) (ha.Daemon, error) {
	if name := os.Getenv("VIPLAB_DAEMON"); name != "" {
		return ha.Find(ctx, name)
	}
	d, err := ha.Find(ctx, "vipd")
	if err != nil {
		d, err = ha.Find(ctx, "keepalived")
	}
	return d, err
}

// Expect waits, for a minute of lab time at most, until each expectation is
// decided, and fails the test for those that do not hold. They look at what has
// happened since the Expect before, or since the start.
func (t *T) Expect(expected ...expect.Expectation) {
	t.t.Helper()
	t.Within(time.Minute, expected...)
}

// Within is Expect with another limit, in lab time.
func (t *T) Within(limit time.Duration, expected ...expect.Expectation) {
	t.t.Helper()
	checks, err := t.Await(t.t.Context(), t.at, limit+t.Recorder.Now().Sub(t.at), expected...)
	if err != nil {
		t.t.Fatal(err)
	}
	t.at = t.Recorder.Now()
	for _, c := range checks {
		if c.Verdict != expect.Pass {
			t.t.Errorf("%s: %s\n  want %s\n  got  %s", c.Verdict, title(c), c.Want, c.Got)
			continue
		}
		t.t.Logf("pass: %s: %s", title(c), c.Got)
	}
}

func title(c expect.Check) string {
	if c.Node == "" {
		return c.Title
	}
	return fmt.Sprintf("%s: %s", c.Node, c.Title)
}

// Do injects a fault and returns its heal.
func (t *T) Do(f fault.Fault) (heal func()) {
	t.t.Helper()
	undo, err := t.Inject(t.t.Context(), f)
	if err != nil {
		t.t.Fatal(err)
	}
	return func() {
		t.t.Helper()
		if err := undo(t.t.Context()); err != nil {
			t.t.Fatal(err)
		}
	}
}
