package daemon

import (
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/pflag"
)

// Values of options that need none.
const (
	toStderr       = "-"
	defaultLogFile = "/var/log/vipd.log"
	defaultPattern = "core"
)

// flags is the command line's language, with what needs more than one look.
type flags struct {
	*pflag.FlagSet
	facility, test, umask string
}

func newFlags(o *Options) *flags {
	f := &flags{FlagSet: pflag.NewFlagSet("vipd", pflag.ContinueOnError)}
	f.SetOutput(io.Discard)
	f.SortFlags = false
	f.Usage = func() {}
	f.configuration(o)
	f.parts(o)
	f.log(o)
	f.host(o)
	f.idle()
	f.info(o)
	return f
}

// optional is a string whose value need not be there.
func (f *flags) optional(p *string, name, short, value, without, usage string) {
	f.StringVarP(p, name, short, value, usage)
	f.Lookup(name).NoOptDefVal = without
}

func (f *flags) configuration(o *Options) {
	f.StringVarP(&o.Config, "use-file", "f", "/etc/keepalived/keepalived.conf", "read the configuration from `FILE`")
	f.StringVarP(&o.ConfigID, "config-id", "i", "", "keep the lines that begin with @`ID`; default the host's name up to the first dot")
	f.BoolVarP(&o.AllConfig, "all-config", "e", false, "do not run when a file that is to be included cannot be read")
	f.BoolVar(&o.Strict, "strict-conf", false, "take warnings about the configuration for errors, and run with none")
	f.optional(&f.test, "config-test", "t", toStderr, toStderr, "check the configuration and exit; with =`LOGFILE`, write what is wrong there")
	f.BoolVar(&o.JSON, "json", false, "with --config-test, write what is wrong as JSON")
	f.optional(&o.Dump, "dump-conf", "", "", "text", "print the effective configuration as `FORM` (text or json) and exit")
	f.BoolVar(&o.Keywords, "list-keywords", false, "print each keyword with its block and what vipd makes of it, and exit")
}

func (f *flags) parts(o *Options) {
	f.BoolVarP(&o.VRRP, "vrrp", "P", false, "run only the VRRP part")
	f.BoolVarP(&o.Checkers, "check", "C", false, "run only the checkers")
	f.BoolVarP(&o.NoBFD, "no_bfd", "B", false, "run no BFD sessions")
	f.BoolVar(&o.All, "all", false, "run all parts, also those without configuration")
	f.BoolVarP(&o.Foreground, "dont-fork", "n", false, "stay in the foreground")
	f.BoolVarP(&o.NoRespawn, "dont-respawn", "R", false, "end when a child process dies, instead of starting it again")
	f.BoolVarP(&o.ReleaseVIPs, "release-vips", "X", false, "remove virtual addresses at the stop: vipd does so without being asked")
	f.BoolVarP(&o.KeepVRRP, "dont-release-vrrp", "V", false, "leave virtual addresses and routes at the stop")
	f.BoolVarP(&o.KeepIPVS, "dont-release-ipvs", "I", false, "leave virtual servers at the stop")
}

func (f *flags) log(o *Options) {
	f.BoolVarP(&o.Console, "log-console", "l", false, "log to standard error, not to syslog")
	f.CountVarP(&o.Detail, "log-detail", "D", "log details")
	f.StringVarP(&f.facility, "log-facility", "S", "daemon", "syslog `FACILITY`: 0-7 or local0-local7, user, daemon")
	f.BoolVarP(&o.NoSyslog, "no-syslog", "G", false, "do not log to syslog")
	f.optional(&o.LogFile, "log-file", "g", "", defaultLogFile, "log to =`FILE` as well; children to FILE with their name in it")
	f.Bool("flush-log-file", false, "write each line to the log file at once: vipd always does")
	f.BoolVar(&o.LogJSON, "log-json", false, "log each line as a JSON object")
	f.BoolVarP(&o.LogConf, "log-conf", "d", false, "log the effective configuration at start")
	f.BoolVarP(&o.LogAddresses, "address-monitoring", "a", false, "log addresses that come and go")
}

func (f *flags) host(o *Options) {
	f.StringVarP(&o.PIDFile, "pid", "p", "", "process id `FILE`, default "+pidDir+"/keepalived.pid")
	f.StringVarP(&o.VRRPPIDFile, "vrrp_pid", "r", "", "process id `FILE` of the VRRP process, default "+pidDir+"/vrrp.pid")
	f.StringVarP(&o.CheckersPIDFile, "checkers_pid", "c", "", "process id `FILE` of the checker process, default "+pidDir+"/checkers.pid")
	f.StringVarP(&o.BFDPIDFile, "bfd_pid", "b", "", "process id `FILE` of keepalived's BFD process; in vipd the VRRP process does that")
	f.StringVarP(&f.umask, "umask", "u", "", "permissions that files made by vipd lack, an octal `NUMBER`")
	f.StringVarP(&o.Namespace, "namespace", "s", "", "run in the network namespace `NAME`, or at that path")
	f.BoolVarP(&o.Core, "core-dump", "m", false, "leave a core file after a crash")
	f.optional(&o.CorePattern, "core-dump-pattern", "M", "", defaultPattern, "--core-dump, and name core files by =`PATTERN`")
	f.StringVar(&o.Control, "control", "", "control socket `FILE`, default vipd.sock beside the process id file; \"none\": none")
	f.StringVar(&o.Metrics, "metrics", "", "serve metrics for Prometheus at `ADDRESS`")
	f.BoolVar(&o.IgnoreSIGINT, "ignore-sigint", false, "do not stop on SIGINT")
}

// The options that vipd knows and has no use for, with the reason.
type idleOption struct{ name, short, value, why string }

func idleOptions() []idleOption {
	return []idleOption{
		{"snmp", "x", "", "vipd has no SNMP agent; see --metrics"},
		{"snmp-agent-socket", "A", "FILE", "vipd has no SNMP agent; see --metrics"},
		{"perf", "", "WHEN", "perf can be attached to the VRRP process by its id"},
		{"debug", "", "OPTIONS", "vipd has no debug build"},
		{"no-mem-check", "", "", "vipd has no memory check"},
		{"mem-check-log", "L", "", "vipd has no memory check"},
		{"mem-err-debug", "O", "", "vipd has no memory check"},
	}
}

func (f *flags) idle() {
	for _, i := range idleOptions() {
		usage := "accepted without effect: " + i.why
		if i.value == "" {
			f.BoolP(i.name, i.short, false, usage)
			continue
		}
		f.StringP(i.name, i.short, "", "`"+i.value+"`: "+usage)
		if i.short == "" {
			f.Lookup(i.name).NoOptDefVal = "all"
		}
	}
}

func (f *flags) info(o *Options) {
	f.StringVar(&o.SignalOf, "signum", "", "print the number of the signal for `WORD` (STOP, RELOAD, DATA, STATS, STATS_CLEAR, JSON) and exit")
	f.BoolVarP(&o.Genhash, "genhash", "T", false, "print the digest of a page; what follows is for that, see --genhash --help")
	f.BoolVarP(&o.Version, "version", "v", false, "print the version and exit")
	f.BoolVarP(&o.Help, "help", "h", false, "print this and exit")
}

// finish reads the values that have a language of their own.
func (f *flags) finish(o *Options) error {
	o.Test = f.Changed("config-test")
	if f.test != toStderr {
		o.TestLog = f.test
	}
	if d := o.Dump; d != "" && d != "text" && d != "json" {
		return fmt.Errorf("form %q of --dump-conf is neither text nor json", d)
	}
	o.Core = o.Core || o.CorePattern != ""
	for _, i := range idleOptions() {
		if f.Changed(i.name) {
			o.Idle = append(o.Idle, fmt.Sprintf("--%s has no effect: %s", i.name, i.why))
		}
	}
	o.Umask = -1
	if f.umask != "" {
		n, err := strconv.ParseUint(f.umask, 8, 9)
		if err != nil {
			return fmt.Errorf("umask %q is no octal number up to 777", f.umask)
		}
		o.Umask = int(n)
	}
	var err error
	o.Facility, err = parseFacility(f.facility)
	return err
}

// usage writes the help text.
func usage(w io.Writer) {
	fmt.Fprintf(w, "Usage: vipd [OPTION...]\n       vipd COMMAND\n\nCommands, for a running vipd:\n%s\nOptions:\n%s", commandHelp(), newFlags(&Options{}).FlagUsages())
}
