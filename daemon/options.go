// Package daemon is vipd: it takes keepalived's command line and signals and
// runs the virtual routers of a keepalived.conf.
package daemon

import (
	"errors"
	"fmt"
	"io"
	"log/syslog"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// Version is vipd's own.
const Version = "0.1.0"

// Options is the command line.
type Options struct {
	Config     string // -f
	PIDFile    string // -p
	VRRPOnly   bool   // -P
	Foreground bool   // -n
	Console    bool   // -l: log to standard error, not to syslog
	Detail     int    // -D, counted
	NoSyslog   bool   // -G
	Facility   syslog.Priority
	ConfigID   string // -i: what "@ID" lines are compared with; empty: the host's name
	Strict     bool   // --strict-conf: warnings are errors
	Test       bool   // -t
	TestLog    string // -t=FILE; empty: standard error
	JSON       bool   // --json: what -t finds, as JSON
	Dump       string // --dump-conf: text or json; empty: no
	LogConf    bool   // -d: the effective configuration goes to the log
	Keywords   bool   // --list-keywords
	Version    bool   // -v
	Help       bool   // -h
	Args       []string
	Stray      []string // words that belong to no option
}

// ErrUsage wraps what is wrong with a command line.
var ErrUsage = errors.New("wrong usage")

// toStderr is the value of -t without a file.
const toStderr = "-"

// ParseOptions reads args, the program's name first.
func ParseOptions(args []string) (*Options, error) {
	o := &Options{Args: args}
	var facility, test string
	flags := o.flagSet(&facility, &test)
	if err := flags.Parse(args[1:]); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	o.Stray = flags.Args()
	o.Test = flags.Changed("config-test")
	if test != toStderr {
		o.TestLog = test
	}
	if d := o.Dump; d != "" && d != "text" && d != "json" {
		return nil, fmt.Errorf("%w: form %q of --dump-conf is neither text nor json", ErrUsage, d)
	}
	var err error
	if o.Facility, err = parseFacility(facility); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	return o, nil
}

// absolute makes o independent of the working directory.
func (o *Options) absolute() error {
	for _, p := range []*string{&o.Config, &o.PIDFile} {
		var err error
		if *p, err = filepath.Abs(*p); err != nil {
			return fmt.Errorf("resolve path: %w", err)
		}
	}
	return nil
}

func (o *Options) flagSet(facility, test *string) *pflag.FlagSet {
	f := pflag.NewFlagSet("vipd", pflag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.SortFlags = false
	f.Usage = func() {}
	f.StringVarP(&o.Config, "use-file", "f", "/etc/keepalived/keepalived.conf", "read the configuration from `FILE`")
	f.BoolVarP(&o.VRRPOnly, "vrrp", "P", false, "run only the VRRP part")
	f.BoolVarP(&o.Foreground, "dont-fork", "n", false, "stay in the foreground")
	f.BoolVarP(&o.Console, "log-console", "l", false, "log to standard error, not to syslog")
	f.CountVarP(&o.Detail, "log-detail", "D", "log details")
	f.StringVarP(facility, "log-facility", "S", "daemon", "syslog `FACILITY`: 0-7 or local0-local7, user, daemon")
	f.BoolVarP(&o.NoSyslog, "no-syslog", "G", false, "do not log to syslog")
	f.StringVarP(&o.PIDFile, "pid", "p", "/run/keepalived.pid", "process id `FILE`")
	f.StringVarP(test, "config-test", "t", toStderr, "check the configuration and exit; with =`LOGFILE`, write what is wrong there")
	f.Lookup("config-test").NoOptDefVal = toStderr
	f.StringVarP(&o.ConfigID, "config-id", "i", "", "keep the lines that begin with @`ID`; default the host's name up to the first dot")
	f.BoolVar(&o.Strict, "strict-conf", false, "take warnings about the configuration for errors, and run with none")
	f.BoolVar(&o.JSON, "json", false, "with --config-test, write what is wrong as JSON")
	f.StringVar(&o.Dump, "dump-conf", "", "print the effective configuration as `FORM` (text or json) and exit")
	f.Lookup("dump-conf").NoOptDefVal = "text"
	f.BoolVarP(&o.LogConf, "log-conf", "d", false, "log the effective configuration at start")
	f.BoolVar(&o.Keywords, "list-keywords", false, "print each keyword with its block and what vipd makes of it, and exit")
	f.BoolVarP(&o.Version, "version", "v", false, "print the version and exit")
	f.BoolVarP(&o.Help, "help", "h", false, "print this and exit")
	return f
}

func parseFacility(text string) (syslog.Priority, error) {
	switch text {
	case "daemon":
		return syslog.LOG_DAEMON, nil
	case "user":
		return syslog.LOG_USER, nil
	}
	n, err := strconv.Atoi(strings.TrimPrefix(text, "local"))
	if err != nil || n < 0 || n > 7 {
		return 0, fmt.Errorf("log facility %q is none of 0-7, local0-local7, user, daemon", text)
	}
	return syslog.LOG_LOCAL0 + syslog.Priority(n<<3), nil
}

// usage writes the help text.
func usage(w io.Writer) {
	var facility, test string
	fmt.Fprintf(w, "Usage: vipd [OPTION...]\n%s", (&Options{}).flagSet(&facility, &test).FlagUsages())
}

// versionText is one line: the version, the commit where known, the compiler.
func versionText() string {
	text := "vipd v" + Version
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				text += " (" + s.Value[:min(12, len(s.Value))] + ")"
			}
		}
	}
	return text + ", " + runtime.Version()
}
