package daemon

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/viplab/viplab/daemon/control"
)

// isCommand reports whether a command line is one for a running daemon: its first
// word is a command's name. Any other has keepalived's options.
func isCommand(args []string) bool {
	return len(args) > 1 && !strings.HasPrefix(args[1], "-") && slices.Contains(control.Words(), args[1])
}

// command runs a command for a running daemon and returns the exit status.
func command(args []string, stdout, stderr io.Writer) int {
	root := control.Root(Version)
	switch args[1] {
	case cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
		root.Flags().AddFlagSet(newFlags(&Options{}).FlagSet) // a shell completes them too
	}
	root.SetArgs(args[1:])
	root.SetOut(stdout)
	root.SetErr(stderr)
	if err := root.Execute(); err != nil {
		fmt.Fprintf(stderr, "vipd: %v\n", err)
		return exitFatal
	}
	return exitOK
}

// commandHelp lists the commands.
func commandHelp() string {
	var b strings.Builder
	for _, c := range control.Root(Version).Commands() {
		fmt.Fprintf(&b, "  %-12s %s\n", c.Name(), c.Short)
	}
	fmt.Fprintf(&b, "  %-12s %s\n", "completion", "Print a completion script for a shell")
	return b.String()
}
