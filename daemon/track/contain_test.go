package track

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/vrrp"
)

// shell is a vrrp_script that a shell runs. It may write the numbers of its
// processes to the file $0.
func shell(name, text, pids string) *conf.Script {
	return scriptOf(name, func(c *conf.Script) {
		c.Command = conf.Command{Line: text, Args: []string{"/bin/sh", "-c", text, pids}}
		c.Interval, c.Timeout = 300*time.Millisecond, 300*time.Millisecond
	})
}

// numbers are those that the processes of scripts have written down.
func numbers(path string) (list []int) {
	text, _ := os.ReadFile(path)
	for _, f := range strings.Fields(string(text)) {
		if n, err := strconv.Atoi(f); err == nil {
			list = append(list, n)
		}
	}
	return list
}

func TestScriptsAreContained(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct {
		name, text string
		each       int    // processes of a run
		runs       int    // to wait for
		most       int    // processes of it at a time, those that are about to end too
		want       string // its first result
	}{
		{"hangs", "echo $$ >>$0; exec sleep 1000", 1, 5, 1, "timed out"},
		{"hangs and does not listen", "trap '' TERM; echo $$ >>$0; while :; do sleep 1000; done", 1, 3, 1, "timed out"},
		{"forks and hangs", "i=0; while [ $((i += 1)) -le 20 ]; do sleep 1000 & echo $! >>$0; done; wait", 20, 4, 40, "timed out"},
		{"prints without end", "echo $$ >>$0; exec yes", 1, 4, 1, "timed out"},
		{"prints megabytes", "echo $$ >>$0; head -c 20000000 /dev/zero; exit 3", 1, 3, 1, "failed with status 3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pids := filepath.Join(dir, tt.name)
			r := newRecord(t)
			run := notify.NewRunner(notify.Options{Log: r, Grace: 100 * time.Millisecond, Launcher: true})
			m := New(Options{Log: r, Run: run, Report: r.report})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			must(t, m.Start(configured(shell("x", tt.text, pids))))
			for len(numbers(pids)) < tt.each*tt.runs {
				time.Sleep(10 * time.Millisecond)
				if n := alive(pids); n > tt.most {
					t.Fatalf("%d processes at a time", n)
				}
			}
			expect(t, "first result", r.take(), vrrp.Result{Tracker: scriptX, Known: true, Text: tt.want})
			runtime.ReadMemStats(&after)
			if more := after.TotalAlloc - before.TotalAlloc; more > 10<<20 {
				t.Errorf("%d bytes of memory for its output", more)
			}
			must(t, m.Close(context.Background()))
			for alive(pids) > 0 { // killed, and gone in a moment
				time.Sleep(time.Millisecond)
			}
			must(t, run.Close(context.Background()))
			for _, l := range r.log() {
				if !strings.HasPrefix(l, "VRRP_Script(x) ") && !strings.HasPrefix(l, "Track script x ") {
					t.Errorf("log: %s", l)
				}
			}
		})
	}
}

// alive counts the processes that scripts have written down and that are there.
func alive(pids string) (n int) {
	var p proc
	for _, pid := range numbers(pids) {
		if p.read(pid, false) {
			n++
		}
	}
	return n
}

// A hundred scripts a second, by the real Runner: each runs when it is due.
func TestManyRealScripts(t *testing.T) {
	const scripts = 100
	times := filepath.Join(t.TempDir(), "times")
	r := newRecord(t)
	run := notify.NewRunner(notify.Options{Log: r, Launcher: true})
	m := New(Options{Log: r, Run: run, Report: r.report})
	var all []any
	for n := range scripts {
		s := shell(fmt.Sprint("s", n), "echo "+strconv.Itoa(n)+" >>$0", times)
		s.Interval, s.Timeout = time.Second, 10*time.Second // a busy host is no failure
		all = append(all, s)
	}
	begun := time.Now()
	must(t, m.Start(configured(all...)))
	runs := map[int]int{}
	for least := 0; least < 3; {
		time.Sleep(20 * time.Millisecond)
		clear(runs)
		for _, n := range numbers(times) {
			runs[n]++
		}
		least = 1000
		for n := range scripts {
			least = min(least, runs[n])
		}
	}
	most := int(time.Since(begun)/time.Second) + 1
	for n, c := range runs {
		if c > most {
			t.Errorf("script %d ran %d times in %d intervals", n, c, most)
		}
	}
	for range scripts {
		if x := r.take(); !x.Up {
			t.Errorf("%+v", x)
		}
	}
	must(t, m.Close(context.Background()))
	must(t, run.Close(context.Background()))
}
