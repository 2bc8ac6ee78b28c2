package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/job"
	"github.com/viplab/viplab/lab/kernel"
	"github.com/viplab/viplab/reports"
)

func newReportCommand() *cobra.Command {
	f := &runFlags{}
	cmd := &cobra.Command{
		Use:     "report [DIR]",
		Short:   "Judge and render a stored run again (default: runs/latest)",
		Example: "  viplab report runs/latest",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := filepath.Join("runs", "latest")
			if len(args) > 0 {
				dir = args[0]
			}
			report, err := rejudge(dir)
			if err != nil {
				return err
			}
			return publish(cmd, f, dir, report)
		},
	}
	cmd.Flags().BoolVar(&f.json, "json", false, "print report.json in place of the table")
	cmd.Flags().StringVar(&f.junit, "junit", "", "write the JUnit report to this file too")
	return cmd
}

// rejudge reads a stored run and judges again each scenario that left a folder.
func rejudge(dir string) (*reports.Report, error) {
	report, err := reports.Load(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, usagef("%s holds no run: there is no report.json", dir)
	}
	if err != nil {
		return nil, err
	}
	for i, old := range report.Results {
		where := filepath.Join(dir, filepath.FromSlash(old.Scenario), old.Daemon)
		if _, err := job.Load(where); err != nil || old.Verdict == expect.Skip || old.Reason != "" {
			continue // it was not run, or not to its end: there is nothing new to say
		}
		again, err := job.Judge(dir, where)
		if err != nil {
			return nil, fmt.Errorf("judge %s again: %w", old.Scenario, err)
		}
		again.WallSeconds = old.WallSeconds
		report.Results[i] = again
	}
	return report, nil
}

// publish writes a run's reports and prints the table; the error that it returns
// carries the run's exit status.
func publish(cmd *cobra.Command, f *runFlags, dir string, report *reports.Report) error {
	if err := report.WriteDir(dir); err != nil {
		return err
	}
	if f.junit != "" {
		if err := writeJUnit(f.junit, report); err != nil {
			return fmt.Errorf("write %s: %w", f.junit, err)
		}
	}
	out := cmd.OutOrStdout()
	var err error
	if f.json {
		err = report.WriteJSON(out)
	} else {
		err = report.WriteText(out)
	}
	if err != nil {
		return err
	}
	cmd.PrintErrln("report:", filepath.Join(dir, "report.html"))
	if status := report.ExitStatus(); status != exitPass {
		return &statusError{Status: status}
	}
	return nil
}

func writeJUnit(path string, report *reports.Report) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(report.WriteJUnit(f), f.Close())
}

// kernelInfo says for the report where a run took place.
func kernelInfo(k kernel.Kernel) reports.Kernel {
	return reports.Kernel{
		Backend: string(k.Backend), Release: k.Release, Clock: string(k.Clock), IPVS: k.Has(kernel.FeatureIPVS),
	}
}
