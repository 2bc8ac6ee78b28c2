// Command lvs measures vipd beside keepalived as a director of 5,000 real servers
// in 50 virtual servers, each checked over TCP every 2 s: how long until the
// kernel's table is complete, until a change of the file is in it, what that costs
// and how late checks are. It runs itself in a guest, whose kernel has IPVS: the
// daemons in turn on the same file, each in namespaces of its own.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/kernel"
)

// settings are what the command line says.
type settings struct {
	vipd, keepalived string
	clock            string
	only             string
	span             time.Duration
	rounds           int
	starts, reloads  int
	size
}

func main() {
	kernel.Main()
	var s settings
	flag.StringVar(&s.vipd, "vipd", "bin/vipd", "vipd's `executable`")
	flag.StringVar(&s.keepalived, "keepalived", "keepalived", "keepalived's `executable`")
	flag.StringVar(&s.clock, "clock", string(kernel.ClockReal), "the guest's `clock`: real, or virtual, where only computing takes time")
	flag.StringVar(&s.only, "only", "", "run only the `daemon` whose name contains this")
	flag.DurationVar(&s.span, "time", 30*time.Second, "how long the steady state is measured in a turn")
	flag.IntVar(&s.rounds, "rounds", 2, "how often each daemon has its turn")
	flag.IntVar(&s.starts, "starts", 3, "how many starts are measured in a turn, at least 1")
	flag.IntVar(&s.reloads, "reloads", 3, "how many changes are measured in a turn")
	flag.IntVar(&s.services, "services", 50, "virtual servers, at most 250")
	flag.IntVar(&s.each, "each", 100, "real servers of each, at most 250")
	flag.DurationVar(&s.delay, "delay", 2*time.Second, "delay_loop")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	status, err := s.main(ctx)
	if err != nil {
		fmt.Fprintf(os.Stderr, "lvs: %v\n", err)
		status = max(status, 1)
	}
	os.Exit(status)
}

// main runs the command in a guest, and there does the work.
func (s *settings) main(ctx context.Context) (int, error) {
	if r, inside := kernel.Current(); inside {
		return 0, s.run(ctx, os.Stdout, r)
	}
	clock := kernel.Clock(s.clock)
	if clock == kernel.ClockIdeal {
		return 2, errors.New("on the ideal clock computing takes no time: there is nothing to measure")
	}
	k, reason, err := kernel.Choose(ctx, kernel.BackendAuto, clock, kernel.FeatureIPVS)
	if err != nil {
		return 3, err
	}
	fmt.Fprintln(os.Stderr, "lvs:", reason)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, unix.SIGTERM)
	return k.Run(ctx, kernel.Command{
		Self: true, Args: os.Args[1:], Stdout: os.Stdout, Stderr: os.Stderr, Signals: signals, Memory: 2 << 30,
	})
}

// run measures the daemons in turn, as often as there are rounds, and prints a
// line for each, with the quotients last.
func (s *settings) run(ctx context.Context, w io.Writer, r kernel.Runner) error {
	var daemons []daemon
	var all []result
	for _, d := range []daemon{{"keepalived", s.keepalived}, {"vipd", s.vipd}} {
		if !strings.Contains(d.name, s.only) {
			continue
		}
		path, err := exec.LookPath(d.path)
		if err != nil {
			return fmt.Errorf("find %s: %w", d.name, err)
		}
		daemons = append(daemons, daemon{d.name, path})
		all = append(all, result{daemon: d.name, size: s.size})
	}
	for range s.rounds {
		for n, d := range daemons {
			if err := s.measure(ctx, d, &all[n]); err != nil {
				return fmt.Errorf("%s: %w", d.name, err)
			}
		}
	}
	fmt.Fprintf(w, "%d real servers in %d virtual servers, delay_loop %v, steady state of %v, %s clock\n%s\n",
		s.services*s.each, s.services, s.delay, time.Duration(s.rounds)*s.span, r.Clock, header())
	for _, r := range all {
		fmt.Fprintln(w, r)
	}
	if len(all) == 2 {
		fmt.Fprintln(w, all[1].ratio(all[0]))
	}
	return nil
}
