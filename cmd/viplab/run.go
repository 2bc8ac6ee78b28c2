package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/viplab/viplab/lab/ha"
	"github.com/viplab/viplab/lab/job"
	"github.com/viplab/viplab/lab/kernel"
	"github.com/viplab/viplab/lab/scenario"
	"github.com/viplab/viplab/reports"
)

// runFlags are the flags of viplab run.
type runFlags struct {
	daemons  []string
	kernel   string
	clock    string
	out      string
	junit    string
	labs     string
	parallel int
	timeout  time.Duration
	watchdog time.Duration
	json     bool
}

func newRunCommand() *cobra.Command {
	f := &runFlags{}
	cmd := &cobra.Command{
		Use:   "run [flags] [SUITE|SCENARIO ...]",
		Short: "Run scenarios and judge them (default: the suite course, or all of --labs)",
		Long: `Run runs scenarios, each with each daemon in a kernel of its own, and judges
what happened. Names are suites (course), topologies (master-backup), scenarios
(master-backup/stop-master) or patterns (*/stop-*).

The run directory gets report.json, report.html and junit.xml, and for each
scenario timeline.ndjson, capture.pcapng and the nodes' logs.

Exit status: 0 all passed, 1 a check failed, 2 wrong usage or nothing to run,
3 the environment could not run some of it.`,
		Example: `  viplab run
  viplab run --daemon vipd,keepalived course
  viplab run --daemon vipd+keepalived,keepalived+vipd interop
  viplab run --kernel host --clock real master-backup`,
		RunE:              func(cmd *cobra.Command, args []string) error { return runScenarios(cmd, f, args) },
		ValidArgsFunction: completeScenarios,
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&f.daemons, "daemon", []string{"vipd"}, "daemons to run, one after the other: "+strings.Join(ha.Names(), ", ")+
		"; A+B runs A on the first ha node and B on the second")
	flags.StringVar(&f.kernel, "kernel", "auto", "kernel to run on: auto, host, uml")
	flags.StringVar(&f.clock, "clock", "auto", "clock to run by: auto, real, virtual, ideal")
	flags.StringVar(&f.out, "out", "", "run directory (default runs/TIME-NAME, with runs/latest pointing at it)")
	flags.IntVar(&f.parallel, "parallel", runtime.NumCPU(), "jobs at once")
	flags.DurationVar(&f.timeout, "timeout", 0, "limit of one scenario in lab time (default 1h on a virtual clock)")
	flags.DurationVar(&f.watchdog, "watchdog", 0, "end a job that shows no sign of life for this long, in host time (default 3m)")
	flags.StringVar(&f.junit, "junit", "", "write the JUnit report to this file too")
	flags.BoolVar(&f.json, "json", false, "print report.json in place of the table")
	labsFlag(flags, &f.labs)
	complete := func(words ...string) cobra.CompletionFunc {
		return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
	}
	_ = cmd.RegisterFlagCompletionFunc("daemon", complete(ha.CastNames()...))
	_ = cmd.RegisterFlagCompletionFunc("kernel", complete("auto", "host", "uml"))
	_ = cmd.RegisterFlagCompletionFunc("clock", complete("auto", "real", "virtual", "ideal"))
	return cmd
}

func runScenarios(cmd *cobra.Command, f *runFlags, args []string) error {
	if len(args) == 0 && f.labs == "" {
		args = []string{"course"}
	}
	selected, err := selectScenarios(f.labs, args)
	if err != nil {
		return err
	}
	if len(selected) == 0 {
		return usagef("nothing to run")
	}
	k, why, err := chooseKernel(cmd.Context(), f, selected)
	if err != nil {
		return err
	}
	casts, err := findDaemons(cmd, f.daemons)
	if err != nil {
		return err
	}
	jobs, skipped, err := plan(selected, casts, k, f.labs)
	if err != nil {
		return err
	}
	say := newProgress(cmd.ErrOrStderr(), jobs)
	say.line("kernel: " + why)
	dir, err := runDirectory(f.out, cmp.Or(strings.Join(args, "+"), filepath.Base(f.labs)))
	if err != nil {
		return err
	}
	command := jobCommand(f, k)
	command.Progress, command.Done = say.doing, say.done
	report := reports.New(time.Now(), kernelInfo(k))
	results, err := command.Run(cmd.Context(), dir, jobs)
	say.close()
	if err != nil {
		return err
	}
	report.Add(inOrder(append(results, skipped...))...)
	return publish(cmd, f, dir, report)
}

// daemonError tells a daemon that nobody knows, which is wrong usage, from one that
// is not installed, which is a matter of the environment.
func daemonError(err error) error {
	if errors.Is(err, ha.ErrUnknown) {
		return &statusError{exitUsage, err}
	}
	return &statusError{exitEnvironment, err}
}

// findDaemons finds what the run compares.
func findDaemons(cmd *cobra.Command, names []string) ([]ha.Cast, error) {
	var casts []ha.Cast
	for _, name := range names {
		c, err := ha.FindCast(cmd.Context(), name)
		if err != nil {
			return nil, daemonError(err)
		}
		if !slices.ContainsFunc(casts, func(d ha.Cast) bool { return slices.Equal(c, d) }) {
			casts = append(casts, c)
		}
	}
	return casts, nil
}

// chooseKernel takes a kernel that can run all that is selected, or, where there
// is none, the best there is: what it cannot run is skipped, and said.
func chooseKernel(ctx context.Context, f *runFlags, selected []*scenario.Scenario) (kernel.Kernel, string, error) {
	var needs []kernel.Feature
	for _, s := range selected {
		for _, name := range s.Needs.Kernel {
			needs = append(needs, kernel.Feature(name))
		}
	}
	backend, clock := kernel.Backend(f.kernel), kernel.Clock(f.clock)
	k, why, err := kernel.Choose(ctx, backend, clock, needs...)
	if errors.Is(err, kernel.ErrEnvironment) && len(needs) > 0 {
		return kernel.Choose(ctx, backend, clock)
	}
	return k, why, err
}

// plan makes the jobs of a run, and the results of those that are skipped since
// the daemons or the kernel cannot do what the scenario is about.
func plan(selected []*scenario.Scenario, casts []ha.Cast, k kernel.Kernel, labs string) (jobs []job.Spec, skipped []reports.Result, err error) {
	for _, c := range casts {
		for _, s := range selected {
			spec := job.Spec{Scenario: s, Daemons: c, Labs: labs}
			unfit, err := spec.Unfit()
			if err != nil {
				return nil, nil, err
			}
			missing := slices.DeleteFunc(slices.Clone(s.Needs.Kernel), func(name string) bool { return k.Has(kernel.Feature(name)) })
			switch {
			case unfit != "":
				skipped = append(skipped, spec.Skip(unfit, false))
			case len(missing) > 0:
				skipped = append(skipped, spec.Skip(fmt.Sprintf("%s has no %s: try --kernel uml", k, strings.Join(missing, ", ")), true))
			default:
				jobs = append(jobs, spec)
			}
		}
	}
	return jobs, skipped, nil
}

// jobCommand sets up the runner of jobs. Where the clock was left to viplab, a
// job that hangs the ideal clock is run again on the virtual one.
func jobCommand(f *runFlags, k kernel.Kernel) job.Runner {
	r := job.Runner{
		Kernel: k, Parallel: f.parallel, Deadline: f.timeout, Watchdog: f.watchdog, Command: []string{"job"},
	}
	if k.Clock == kernel.ClockIdeal && f.clock == "auto" {
		again := k
		again.Clock = kernel.ClockVirtual
		r.Fallback = &again
	}
	return r
}

// inOrder sorts results by scenario, then by daemon: what is to be compared
// stands together.
func inOrder(results []reports.Result) []reports.Result {
	slices.SortStableFunc(results, func(a, b reports.Result) int {
		return cmp.Or(cmp.Compare(a.Scenario, b.Scenario), cmp.Compare(a.Daemon, b.Daemon))
	})
	return results
}

// runDirectory makes the directory that a run writes to.
func runDirectory(wanted, name string) (string, error) {
	dir := wanted
	if dir == "" {
		safe := strings.NewReplacer("/", "-", "*", "all", "?", "any").Replace(name)
		dir = filepath.Join("runs", time.Now().Format("20060102-150405")+"-"+safe)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make run directory: %w", err)
	}
	if wanted == "" {
		latest := filepath.Join("runs", "latest")
		_ = os.Remove(latest) // what follows says if it could not be replaced
		if err := os.Symlink(filepath.Base(dir), latest); err != nil {
			return "", fmt.Errorf("point runs/latest at the run: %w", err)
		}
	}
	return dir, nil
}
