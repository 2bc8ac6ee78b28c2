package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/viplab/viplab/lab/scenario"
	"github.com/viplab/viplab/lab/topology"
	"github.com/viplab/viplab/scenarios"
)

// entry is a line of viplab list.
type entry struct {
	Suite    string         `json:"suite"`
	Topology string         `json:"topology"`
	Scenario string         `json:"scenario"`
	Title    string         `json:"title"`
	Needs    scenario.Needs `json:"needs,omitzero"`
}

func newListCommand() *cobra.Command {
	var asJSON bool
	var labs string
	cmd := &cobra.Command{
		Use:   "list [NAME ...]",
		Short: "List suites, topologies and scenarios, a line each",
		RunE: func(cmd *cobra.Command, args []string) error {
			selected, err := selectScenarios(labs, args)
			if err != nil {
				return err
			}
			entries := make([]entry, 0, len(selected))
			for _, s := range selected {
				entries = append(entries, entry{s.Suite, s.Topology, s.Name, s.Title, s.Needs})
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), entries)
			}
			listText(cmd.OutOrStdout(), entries)
			return nil
		},
		ValidArgsFunction: completeScenarios,
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	labsFlag(cmd.Flags(), &labs)
	return cmd
}

func listText(w io.Writer, entries []entry) {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(plainStyle())
	t.AppendHeader(table.Row{"suite", "topology", "scenario", "title"})
	for _, e := range entries {
		t.AppendRow(table.Row{e.Suite, e.Topology, e.Scenario, e.Title})
	}
	t.Render()
}

// plainStyle is columns without lines, which cut and awk can read.
func plainStyle() table.Style {
	s := table.StyleDefault
	s.Options = table.OptionsNoBordersAndSeparators
	s.Format.Header = 0
	return s
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

// labsFlag adds the flag that names a folder of labs.
func labsFlag(flags *pflag.FlagSet, labs *string) {
	flags.StringVar(labs, "labs", "", "folder of labs (LAB/topology.yaml, LAB/scenarios/NAME.yaml) in place of those that come with viplab")
}

// selectScenarios turns names into scenarios, of a folder of labs or of those
// that come with viplab. What is unknown or malformed is wrong usage.
func selectScenarios(labs string, names []string) ([]*scenario.Scenario, error) {
	all, err := scenarios.All()
	if labs != "" {
		all, err = scenarios.Load(os.DirFS(labs), labs)
	}
	var mistakes topology.Diagnostics
	if errors.As(err, &mistakes) {
		return nil, usagef("%s", strings.TrimRight(mistakes.Text(), "\n"))
	}
	if err != nil {
		return nil, err
	}
	selected, err := scenarios.Choose(all, names...)
	if err != nil {
		return nil, &statusError{exitUsage, err}
	}
	return selected, nil
}

func completeScenarios(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	all, err := scenarios.All()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, s := range all {
		names = append(names, s.Suite, s.Topology, s.Topology+"/"+s.Name+"\t"+s.Title)
	}
	slices.Sort(names)
	return slices.Compact(names), cobra.ShellCompDirectiveNoFileComp
}
