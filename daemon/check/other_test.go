package check

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/notify"
)

// shell is a MISC_CHECK that a shell runs.
func shell(text string, change ...func(*conf.Checker, *conf.MiscProbe)) *conf.Checker {
	p := &conf.MiscProbe{Command: conf.Command{Line: text, Args: []string{"/bin/sh", "-c", text}}, Timeout: time.Second}
	c := checkerOf("MISC_CHECK", "")
	c.Probe = p
	for _, f := range change {
		f(c, p)
	}
	return c
}

// newScripted is a lab that runs commands.
func newScripted(t *testing.T) *lab {
	run := notify.NewRunner(notify.Options{Log: newRecord(), Launcher: true})
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := run.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return newLab(t, func(o *Options) { o.Run = run })
}

func TestMisc(t *testing.T) {
	b := newScripted(t)
	dynamic := func(_ *conf.Checker, p *conf.MiscProbe) { p.Dynamic = true }
	rows := []struct {
		c      *conf.Checker
		up     bool
		reason string
		weight int // -1: none
	}{
		{shell("exit 0"), true, "", -1},
		{shell("exit 1"), false, "exited with status 1", -1},
		{shell("exit 2"), false, "exited with status 2", -1},
		{shell("kill -9 $$"), false, "due to signal 9", -1},
		{shell("exit 0", dynamic), true, "", -1},
		{shell("exit 1", dynamic), false, "exited with status 1", -1},
		{shell("exit 2", dynamic), true, "", 0},
		{shell("exit 255", dynamic), true, "", 253},
		{shell("sleep 10", func(_ *conf.Checker, p *conf.MiscProbe) { p.Timeout = 50 * time.Millisecond }), false, "timed out", -1},
		{shell("sleep 10", func(_ *conf.Checker, p *conf.MiscProbe) { p.Timeout = 0 }), false, "timed out", -1},
		{shell("", func(_ *conf.Checker, p *conf.MiscProbe) { p.Command.Args = []string{"/nothing/here"} }), false, "cannot be run: fork/exec /nothing/here: no such file or directory", -1},
		{shell("", func(_ *conf.Checker, p *conf.MiscProbe) { p.Command.User = "no-such-user" }), false, `unknown user "no-such-user"`, -1},
	}
	var specs []Spec
	for i, row := range rows {
		specs = append(specs, specOf(ID(i), row.c))
	}
	b.start(specs...)
	for i, row := range rows {
		x := b.take(ID(i))
		if x.Up != row.up || x.Reason != row.reason || x.HasWeight != (row.weight >= 0) || x.HasWeight && (x.Weight != row.weight || !x.Absolute) {
			t.Errorf("%v: %+v", row.c.Probe.(*conf.MiscProbe).Command.Args, x)
		}
	}
}

// TestMiscWeight follows a weight that changes, and a server that is down between.
func TestMiscWeight(t *testing.T) {
	b := newScripted(t)
	path := filepath.Join(t.TempDir(), "n")
	write(t, path, "7")
	b.start(specOf(1, shell("exit $(cat "+path+")", func(_ *conf.Checker, p *conf.MiscProbe) { p.Dynamic = true })))
	for _, step := range []struct {
		status string
		want   Result
	}{
		{"7", Result{ID: 1, Up: true, HasWeight: true, Absolute: true, Weight: 5}},
		{"1", Result{ID: 1, Reason: "exited with status 1", HasWeight: true, Absolute: true, Weight: 5}},
		{"9", Result{ID: 1, Up: true, HasWeight: true, Absolute: true, Weight: 7}},
		{"2", Result{ID: 1, Up: true, HasWeight: true, Absolute: true}},
		{"0", Result{ID: 1, Up: true}},
	} {
		write(t, path, step.status)
		got := b.take(1)
		if got.At = (time.Time{}); got != step.want {
			t.Errorf("%s: %+v, want %+v", step.status, got, step.want)
		}
	}
}

// write gives a file a content, in one step.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.WriteFile(path+".new", []byte(text), 0o600), os.Rename(path+".new", path)); err != nil {
		t.Fatal(err)
	}
}

// TestMiscOnce: a command that takes longer than the interval is not run twice at a
// time.
func TestMiscOnce(t *testing.T) {
	b := newScripted(t)
	dir := t.TempDir()
	b.start(specOf(1, shell("mkdir "+dir+"/x || exit 1; sleep 0.1; rmdir "+dir+"/x", func(c *conf.Checker, _ *conf.MiscProbe) { c.DelayLoop = time.Millisecond })))
	eventually(func() bool { return b.m.Reports()[0].Checks >= 3 })
	b.expect(t, 1, true, "")
	if len(b.results) > 0 {
		t.Errorf("%v", b.results)
	}
}

func TestFile(t *testing.T) {
	b := newLab(t)
	path := filepath.Join(t.TempDir(), "n")
	write(t, path, "3")
	use := func() {
		b.m.Use(&conf.Config{TrackFiles: []*conf.TrackFile{{Name: "f", Path: path, Weight: 1}, {Name: "unused", Path: "/x"}}})
	}
	spec := func(id ID, p conf.FileProbe) Spec {
		c := checkerOf("FILE_CHECK", "")
		p.TrackFile, c.Probe = "f", &p
		return specOf(id, c)
	}
	list := []Spec{spec(0, conf.FileProbe{Weight: 1}), spec(1, conf.FileProbe{Weight: 2, Reverse: true}), spec(2, conf.FileProbe{}), spec(3, conf.FileProbe{Reverse: true})}
	use()
	b.start(list...)
	var got []string
	next := func(ids ...ID) {
		for _, id := range ids {
			x := b.take(id)
			text := fmt.Sprint(id, " ", x.Up)
			if x.HasWeight {
				text += fmt.Sprintf(" %+d", x.Weight)
			}
			got = append(got, text)
		}
	}
	next(0, 1, 2, 3)
	write(t, path, "0")
	next(0, 1, 2, 3)
	write(t, path, "-2147483648")
	next(0, 1, 2, 3)
	write(t, path, "5")
	next(0, 1)
	// A new one hears at once what the file holds.
	b.reload(append(slices.Clone(list), spec(4, conf.FileProbe{Weight: 3}))...)
	next(4)
	want := []string{
		"0 true +3", "1 true -6", "2 false", "3 true",
		"0 true +0", "1 true +0", "2 true", "3 false",
		"0 false +0", "1 true +2147483647", "2 false", "3 true",
		"0 true +5", "1 true -10", "4 true +15",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	b.until("([invalid IP]:tcp:0): tracked file f now FAULT state")
	b.until("([invalid IP]:tcp:0): tracked file f leaving FAULT state")
}

func TestBFD(t *testing.T) {
	b := newLab(t)
	c := checkerOf("BFD_CHECK", "")
	c.Probe = &conf.BFDProbe{Name: "s"}
	b.start(specOf(1, c))
	b.m.BFD("other", false)
	b.m.BFD("s", true)
	b.expect(t, 1, true, "")
	b.m.BFD("s", false)
	b.expect(t, 1, false, "BFD session is down")
	b.m.BFD("s", false)
	b.reload()
	b.reload(specOf(2, c))
	b.expect(t, 2, false, "BFD session is down")
	b.until("BFD check of [s] RS([invalid IP]:tcp:0) is UP")
	b.until("BFD check of [s] RS([invalid IP]:tcp:0) is DOWN")
	if len(b.results) > 0 {
		t.Errorf("%v", b.results)
	}
}
