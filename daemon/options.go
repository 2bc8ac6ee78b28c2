// Package daemon is vipd: it takes keepalived's command line and signals and
// runs the virtual routers of a keepalived.conf.
package daemon

import (
	"errors"
	"fmt"
	"log/syslog"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// Version is vipd's own.
const Version = "0.1.0"

// Options is the command line. An empty file name is the default, which may
// depend on the configuration; see pidFiles.
type Options struct {
	Config    string // -f
	ConfigID  string // -i: what "@ID" lines are compared with; empty: the host's name
	AllConfig bool   // -e: a file that cannot be included is an error
	Strict    bool   // --strict-conf: warnings are errors

	VRRP, Checkers bool // -P, -C: only that part; both, or neither: both
	NoBFD          bool // -B
	All            bool // --all: also parts without configuration

	Foreground   bool // -n
	Console      bool // -l: log to standard error, not to syslog
	Detail       int  // -D, counted
	NoSyslog     bool // -G
	Facility     syslog.Priority
	LogFile      string // -g; empty: none
	LogJSON      bool   // --log-json
	LogConf      bool   // -d: the effective configuration goes to the log
	LogAddresses bool   // -a

	ReleaseVIPs bool // -X: accepted, it is always so
	KeepVRRP    bool // -V: addresses stay at the stop
	KeepIPVS    bool // -I
	NoRespawn   bool // -R

	PIDFile, VRRPPIDFile, CheckersPIDFile, BFDPIDFile string // -p, -r, -c, -b
	Umask                                             int    // -u; -1: that of the configuration
	Namespace                                         string // -s; empty: that of the configuration
	Core                                              bool   // -m
	CorePattern                                       string // -M; empty: stays as it is
	IgnoreSIGINT                                      bool

	Control string // --control: path of the control socket; empty: the default, "none": none
	Metrics string // --metrics: address of the metrics; empty: none

	Test    bool   // -t
	TestLog string // -t=FILE; empty: standard error
	JSON    bool   // --json: what -t finds, as JSON
	Dump    string // --dump-conf: text or json; empty: no

	Keywords bool   // --list-keywords
	SignalOf string // --signum
	Genhash  bool   // -T
	Version  bool   // -v
	Help     bool   // -h

	Args  []string
	Stray []string // words that belong to no option
	Idle  []string // options that are accepted and do nothing, each with the reason
}

// ErrUsage wraps what is wrong with a command line.
var ErrUsage = errors.New("wrong usage")

// ParseOptions reads args, the program's name first.
func ParseOptions(args []string) (*Options, error) {
	o := &Options{Args: args}
	f := newFlags(o)
	if err := f.Parse(unglue(args[1:])); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	o.Stray = f.Args()
	if err := f.finish(o); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	return o, nil
}

// unglue writes "-g/var/log/x" as "-g=/var/log/x": a value that need not be there
// is glued to its letter in keepalived.
func unglue(args []string) []string {
	list := make([]string, len(args))
	for n, arg := range args {
		list[n] = glued.ReplaceAllString(arg, "$1=$2")
	}
	return list
}

var glued = regexp.MustCompile(`^(-[nlDdGXVIRPCBaexmLO]*[gtM])([^=a-zA-Z-].*)$`)

// runsVRRP and runsCheckers report whether the command line leaves a part out.
func (o *Options) runsVRRP() bool     { return o.VRRP || !o.Checkers }
func (o *Options) runsCheckers() bool { return o.Checkers || !o.VRRP }

// absolute makes o independent of the working directory.
func (o *Options) absolute() error {
	for _, p := range []*string{&o.Config, &o.PIDFile, &o.VRRPPIDFile, &o.CheckersPIDFile, &o.BFDPIDFile, &o.LogFile, &o.Control} {
		if *p == "" || p == &o.Control && *p == noControl {
			continue
		}
		var err error
		if *p, err = filepath.Abs(*p); err != nil {
			return fmt.Errorf("resolve path: %w", err)
		}
	}
	return nil
}

// noControl is the value of --control for none.
const noControl = "none"

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
