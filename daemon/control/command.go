package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/viplab/viplab/daemon/status"
	"github.com/viplab/viplab/internal/suggest"
)

// Words are the names of the commands: a command line that begins with one of
// them is for Root, any other has keepalived's options.
func Words() []string {
	words := []string{"help", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd, "completion"}
	for _, c := range Root("").Commands() {
		words = append(words, c.Name())
	}
	return words
}

// Root is the command line of those who operate a running vipd: `vipd status`
// and so on. Version is vipd's own.
func Root(version string) *cobra.Command {
	root := &cobra.Command{
		Use:   "vipd",
		Short: "Speak to a running vipd",
		Long: `These commands speak to a running vipd over its control socket. Without a
command, vipd is the daemon and takes keepalived's options: vipd --help.`,
		Example: `  vipd status                 what it does, and why
  vipd status --brief         a line for each instance
  vipd switchover VI_1        hand VI_1 over to a Backup
  vipd maintenance on         take this router out of service`,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	socket := root.PersistentFlags().String("control", DefaultSocket, "the daemon's control `SOCKET`")
	_ = root.MarkPersistentFlagFilename("control", "sock")
	dial := func() *Client { return Dial(*socket) }
	root.AddCommand(statusCommand(dial), switchoverCommand(dial), maintenanceCommand(dial), reloadCommand(dial))
	return root
}

func statusCommand(dial func() *Client) *cobra.Command {
	var asJSON, brief bool
	var watch time.Duration
	c := &cobra.Command{
		Use:   "status [INSTANCE|VIRTUAL_SERVER...]",
		Short: "Show virtual routers, virtual servers and their real servers",
		Long: `Shows of each vrrp_instance its state and why it has it, the effective priority
and what makes it up, who is Master, what happens next, which routers were
heard, and which adverts were discarded and why; of each virtual_server its
quorum, and its real servers with their weights, the kernel's connections, and
the last result of each checker and its age. Exit status 1 if the daemon does
not answer.`,
		ValidArgsFunction: instances(dial, true),
		RunE: func(cmd *cobra.Command, names []string) error {
			out := cmd.OutOrStdout()
			for {
				st, err := dial().Status(cmd.Context())
				if err != nil {
					return err
				}
				if err := known(st, names); err != nil {
					return err
				}
				if err := show(out, st, names, asJSON, brief); err != nil || watch <= 0 {
					return err
				}
				select {
				case <-cmd.Context().Done():
					return nil
				case <-time.After(watch):
				}
				fmt.Fprintln(out)
			}
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the status as JSON ("+status.Schema+")")
	c.Flags().BoolVar(&brief, "brief", false, "print a line for each instance and virtual server")
	c.Flags().DurationVar(&watch, "watch", 0, "print it again each `TIME`, such as 1s, until Ctrl-C")
	c.Flags().Lookup("watch").NoOptDefVal = "1s"
	return c
}

// show writes st in one of its forms.
func show(w io.Writer, st *status.Status, names []string, asJSON, brief bool) error {
	if !asJSON {
		return Text{Color: colours(w), Brief: brief, Only: names}.Write(w, st)
	}
	if len(names) > 0 {
		st.Instances = slices.DeleteFunc(st.Instances, func(i status.Instance) bool { return !slices.Contains(names, i.Name) })
		st.VirtualServers = slices.DeleteFunc(st.VirtualServers, func(v status.VirtualServer) bool { return !slices.Contains(names, v.Name) })
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(st)
}

// colours reports whether somebody who likes colours reads w (no-color.org).
func colours(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && isatty.IsTerminal(f.Fd())
}

// known reports names that st has neither an instance nor a virtual server of.
func known(st *status.Status, names []string) error {
	var have []string
	for _, i := range st.Instances {
		have = append(have, i.Name)
	}
	for _, v := range st.VirtualServers {
		have = append(have, v.Name)
	}
	var errs []error
	for _, name := range names {
		if !slices.Contains(have, name) {
			errs = append(errs, NoInstance(name, have))
		}
	}
	return errors.Join(errs...)
}

// NoInstance is the ErrNoInstance for a name that is none of have.
func NoInstance(name string, have []string) error {
	return fmt.Errorf("%w: %q%s", ErrNoInstance, name, suggest.Among(name, have))
}

func switchoverCommand(dial func() *Client) *cobra.Command {
	return &cobra.Command{
		Use:   "switchover INSTANCE",
		Short: "Hand an instance over to a Backup",
		Long: `Has the Master of INSTANCE resign: it sends an advert of priority 0, gives its
addresses up and lets a Backup take over, without preempting it, until that one
falls silent or resigns. The other instances of its sync group go with it. It
is for the router that is Master.`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: instances(dial, false),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := dial().Switchover(cmd.Context(), args[0]); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s has resigned\n", args[0])
			return nil
		},
	}
}

func maintenanceCommand(dial func() *Client) *cobra.Command {
	return &cobra.Command{
		Use:   "maintenance on|off [INSTANCE]",
		Short: "Take this router out of service, or put it back",
		Long: `With on, the instances (or one) resign and stay in FAULT whatever happens, until
off, or until vipd starts anew. Scripts and mails are told of FAULT.`,
		Args: cobra.MatchAll(cobra.RangeArgs(1, 2), func(_ *cobra.Command, args []string) error {
			if args[0] != "on" && args[0] != "off" {
				return fmt.Errorf("maintenance is either on or off, not %q", args[0])
			}
			return nil
		}),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, to string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return []string{"on", "off"}, cobra.ShellCompDirectiveNoFileComp
			}
			return instances(dial, false)(cmd, args[1:], to)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			name := ""
			if len(args) > 1 {
				name = args[1]
			}
			return dial().Maintenance(cmd.Context(), name, args[0] == "on")
		},
	}
}

func reloadCommand(dial func() *Client) *cobra.Command {
	return &cobra.Command{
		Use:   "reload",
		Short: "Read the configuration again, and say whether it was taken",
		Long: `Does what SIGHUP does, and reports why a configuration was refused. A refused
one changes nothing.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return dial().Reload(cmd.Context()) },
	}
}

// completeTime bounds how long a shell waits for names.
const completeTime = time.Second

// instances completes names of instances of the running daemon.
func instances(dial func() *Client, many bool) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 && !many {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), completeTime)
		defer cancel()
		st, err := dial().Status(ctx)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var names []string
		for _, i := range st.Instances {
			if !slices.Contains(args, i.Name) {
				names = append(names, i.Name)
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}
