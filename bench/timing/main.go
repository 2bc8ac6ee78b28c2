// Command timing measures vipd beside keepalived on this host's kernel in real
// time, both at once in namespaces of their own, so that what disturbs the one
// disturbs the other: how late they take over, how regular their adverts are,
// what they cost. It needs root.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"time"

	"github.com/viplab/viplab/bench/internal/gauge"
)

// settings are what the command line says.
type settings struct {
	vipd, keepalived string
	factor           float64 // of the time that each measurement takes
	only             string
}

func main() {
	var s settings
	flag.StringVar(&s.vipd, "vipd", "bin/vipd", "vipd's `executable`")
	flag.StringVar(&s.keepalived, "keepalived", "keepalived", "keepalived's `executable`")
	flag.Float64Var(&s.factor, "time", 1, "multiply the time of each measurement by `FACTOR`")
	flag.StringVar(&s.only, "only", "", "run only measurements whose name contains `TEXT`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := s.run(ctx, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "timing: %v\n", err)
		os.Exit(1)
	}
}

// run prints one table a kind of measurement.
func (s *settings) run(ctx context.Context, w io.Writer) error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("network namespaces and the packets in them need root")
	}
	var daemons []daemon
	for _, d := range []daemon{{name: "vipd", path: s.vipd}, {name: "keepalived", path: s.keepalived}} {
		path, err := exec.LookPath(d.path)
		if err != nil {
			return fmt.Errorf("find %s: %w", d.name, err)
		}
		d.path = path
		daemons = append(daemons, d)
	}
	fmt.Fprintf(w, "%d CPUs; times in microseconds; ratio = vipd / keepalived\n", runtime.NumCPU())
	for _, kind := range []func(context.Context, io.Writer, []daemon) error{s.timings, s.costs} {
		if err := kind(ctx, w, daemons); err != nil {
			return err
		}
	}
	return nil
}

// measurement is what do finds out of a daemon whose routers have a priority.
type measurement struct {
	name     string
	priority int
	do       func(context.Context, *host, pace) ([]time.Duration, error)
}

// pace is an advert interval with how many virtual routers are measured at
// once, and for how long.
type pace struct {
	interval time.Duration
	routers  int
	span     time.Duration
}

func paces() []pace {
	return []pace{
		{time.Second, 16, 60 * time.Second},
		{100 * time.Millisecond, 4, 25 * time.Second},
		{10 * time.Millisecond, 1, 15 * time.Second},
	}
}

// timings is adverts and takeovers, idle and under load.
func (s *settings) timings(ctx context.Context, w io.Writer, daemons []daemon) error {
	for _, m := range []measurement{{"jitter", 255, jitter}, {"takeover", backupPriority, takeover}} {
		title := fmt.Sprintf("\n%-24s %9s  %-27s %-27s %s\n", m.name, "samples", "vipd p50/p99/max", "keepalived p50/p99/max", "ratio p50/p99/max")
		for _, load := range []string{"idle", "busy", "flood"} {
			for _, p := range paces() {
				name := fmt.Sprintf("%s/%s/%v", m.name, load, p.interval)
				if !strings.Contains(name, s.only) || load == "flood" && p.interval == time.Second {
					continue
				}
				p.span = time.Duration(float64(p.span) * s.factor)
				got, err := sideBySide(ctx, daemons, load, p, m)
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				fmt.Fprint(w, title)
				title = ""
				printRow(w, name, gauge.Summarize(got[0]), gauge.Summarize(got[1]))
			}
		}
	}
	return nil
}

func printRow(w io.Writer, name string, ours, theirs gauge.Summary) {
	fmt.Fprintf(w, "%-24s %4d/%4d  %-27s %-27s %s\n", strings.TrimPrefix(name, "/"), ours.N, theirs.N, ours, theirs, ours.Ratio(theirs))
}
