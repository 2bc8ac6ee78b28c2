package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/viplab/viplab/lab/kernel"
	"github.com/viplab/viplab/lab/kernel/kbuild"
)

func newKernelCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "kernel",
		Short: "Show and build the kernels that labs run on",
		// Runnable, since cobra takes a wrong name below a command that is not for a
		// wish to see its help.
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
		SuggestionsMinimumDistance: 2,
	}
	cmd.AddCommand(newKernelStatusCommand(), newKernelBuildCommand())
	return cmd
}

// unknownCommand says that a command has no such command below it, and which one
// may have been meant.
func unknownCommand(cmd *cobra.Command, name string) error {
	hint := ""
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		hint = fmt.Sprintf("; did you mean %q?", near[0])
	}
	return usagef("unknown command %q for %q%s", name, cmd.CommandPath(), hint)
}

func newKernelStatusCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show which kernels there are and what each can do",
		Long: `Shows the host's kernel, the guest kernel that 'viplab kernel build' makes and
Debian's user-mode-linux: what each can do for a lab, which was found by trying
it, and what to do where one cannot be used.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			status, err := kernel.Probe(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				out := json.NewEncoder(cmd.OutOrStdout())
				out.SetIndent("", "  ")
				return out.Encode(status)
			}
			printStatus(cmd.OutOrStdout(), status)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// shownFeatures are the features that make a difference between kernels.
func shownFeatures() []kernel.Feature {
	return []kernel.Feature{kernel.FeatureIPVS, kernel.FeatureNetem, kernel.FeatureMacvlan, kernel.FeatureNftables}
}

func printStatus(w io.Writer, status kernel.Status) {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.Style().Options.DrawBorder = false
	t.Style().Options.SeparateColumns = false
	header := table.Row{"kernel", "release", "clocks"}
	for _, f := range shownFeatures() {
		header = append(header, string(f))
	}
	t.AppendHeader(append(header, "usable"))
	for _, c := range status.Kernels {
		t.AppendRow(statusRow(c))
	}
	t.Render()
	for _, c := range status.Kernels {
		if c.Path != "" {
			fmt.Fprintf(w, "%s: %s\n", c.Name, c.Path)
		}
		if !c.Usable {
			fmt.Fprintf(w, "%s cannot be used: %s%s\n", c.Name, c.Why, mendText(c))
		}
	}
}

func statusRow(c kernel.Candidate) table.Row {
	clocks := make([]string, len(c.Clocks))
	for i, clock := range c.Clocks {
		clocks[i] = string(clock)
	}
	row := table.Row{fmt.Sprintf("%s (%s)", c.Name, c.Backend), orDash(c.Release), strings.Join(clocks, " ")}
	for _, f := range shownFeatures() {
		switch {
		case c.Release == "":
			row = append(row, "-")
		default:
			row = append(row, yesNo(c.Kernel(kernel.ClockReal).Has(f)))
		}
	}
	return append(row, yesNo(c.Usable))
}

func mendText(c kernel.Candidate) string {
	if c.Mend == "" {
		return ""
	}
	return "; mend it with: " + c.Mend
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func newKernelBuildCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "build",
		Short: "Build the guest kernel with the virtual clock, once",
		Long: `Builds the guest kernel from Debian's linux-source package into the user's cache
folder. As root it installs the packages that it needs; else it says which ones
are missing. A kernel that is built is not built again until its source or
viplab's configuration of it changes. It takes about three minutes on two cores
and 0.4 GB of disk meanwhile, 10 MB afterwards.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			view := newBuildView(os.Stderr)
			result, err := kbuild.Build(cmd.Context(), view.step)
			view.close()
			if err != nil {
				return err
			}
			if result.Already {
				fmt.Fprintf(cmd.OutOrStdout(), "already built: %s (source %s)\n", result.Path, result.Source)
				return nil
			}
			took := time.Duration(result.Seconds) * time.Second
			fmt.Fprintf(cmd.OutOrStdout(), "built in %s: %s (source %s)\n", took, result.Path, result.Source)
			return nil
		},
	}
}
