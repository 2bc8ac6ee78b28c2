package main

import (
	"github.com/spf13/cobra"

	"github.com/viplab/viplab/lab/job"
)

// newJobCommand makes the command that does one job in the kernel it runs on.
// viplab run starts it; a person has no use for it.
func newJobCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "job DIR",
		Short:  "Do the job that is written down in a folder",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := job.Execute(cmd.Context(), args[0]); err != nil {
				return &statusError{exitFail, err}
			}
			return nil
		},
	}
}
