package daemon

import (
	"errors"
	"log/syslog"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseOptions(t *testing.T) {
	base := Options{Config: "/etc/keepalived/keepalived.conf", Umask: -1, Facility: syslog.LOG_DAEMON}
	with := func(change func(*Options)) Options { o := base; change(&o); return o }
	rows := []struct {
		name string
		args []string
		want Options
	}{
		{"nothing", nil, base},
		{"grouped", []string{"-nlDP"}, with(func(o *Options) { o.Foreground, o.Console, o.Detail, o.VRRP = true, true, 1, true })},
		{"grouped with a value", []string{"-nDDf", "x.conf", "-p", "x.pid"}, with(func(o *Options) { o.Foreground, o.Detail, o.Config, o.PIDFile = true, 2, "x.conf", "x.pid" })},
		{"value glued", []string{"-fx.conf"}, with(func(o *Options) { o.Config = "x.conf" })},
		{"long names", []string{"--use-file=x", "--dont-fork", "--log-console", "--log-detail", "--vrrp", "--pid", "y"},
			with(func(o *Options) {
				o.Config, o.Foreground, o.Console, o.Detail, o.VRRP, o.PIDFile = "x", true, true, 1, true, "y"
			})},
		{"test", []string{"-t"}, with(func(o *Options) { o.Test = true })},
		{"test into a file", []string{"-t=log", "-f", "x"}, with(func(o *Options) { o.Test, o.TestLog, o.Config = true, "log", "x" })},
		{"long test into a file", []string{"--config-test=log"}, with(func(o *Options) { o.Test, o.TestLog = true, "log" })},
		{"facility by number", []string{"-S", "3"}, with(func(o *Options) { o.Facility = syslog.LOG_LOCAL3 })},
		{"facility by name", []string{"-D", "-S", "local7"}, with(func(o *Options) { o.Detail, o.Facility = 1, syslog.LOG_LOCAL7 })},
		{"parts", []string{"-P", "-C", "-B", "--all"}, with(func(o *Options) { o.VRRP, o.Checkers, o.NoBFD, o.All = true, true, true, true })},
		{"at the stop", []string{"-nXVIR"}, with(func(o *Options) {
			o.Foreground, o.ReleaseVIPs, o.KeepVRRP, o.KeepIPVS, o.NoRespawn = true, true, true, true, true
		})},
		{"pid files", []string{"-p", "a", "-r", "b", "-c", "c", "-b", "d"},
			with(func(o *Options) { o.PIDFile, o.VRRPPIDFile, o.CheckersPIDFile, o.BFDPIDFile = "a", "b", "c", "d" })},
		{"log file", []string{"-g"}, with(func(o *Options) { o.LogFile = "/var/log/vipd.log" })},
		{"log file glued", []string{"-nDg/x/y.log"}, with(func(o *Options) { o.Foreground, o.Detail, o.LogFile = true, 1, "/x/y.log" })},
		{"log file by name", []string{"--log-file=y.log", "--flush-log-file", "--log-json"}, with(func(o *Options) { o.LogFile, o.LogJSON = "y.log", true })},
		{"a name that looks glued", []string{"-ftest.conf"}, with(func(o *Options) { o.Config = "test.conf" })},
		{"core", []string{"-m"}, with(func(o *Options) { o.Core = true })},
		{"core pattern", []string{"-M"}, with(func(o *Options) { o.Core, o.CorePattern = true, "core" })},
		{"core pattern given", []string{"--core-dump-pattern=/x/%p"}, with(func(o *Options) { o.Core, o.CorePattern = true, "/x/%p" })},
		{"umask", []string{"-u", "0077"}, with(func(o *Options) { o.Umask = 0o77 })},
		{"host", []string{"-s", "blue", "-a", "-e", "--ignore-sigint"},
			with(func(o *Options) { o.Namespace, o.LogAddresses, o.AllConfig, o.IgnoreSIGINT = "blue", true, true, true })},
		{"operators", []string{"--control", "c.sock", "--metrics", ":9650"}, with(func(o *Options) { o.Control, o.Metrics = "c.sock", ":9650" })},
		{"signum", []string{"--signum=JSON"}, with(func(o *Options) { o.SignalOf = "JSON" })},
		{"genhash", []string{"-T"}, with(func(o *Options) { o.Genhash = true })},
		{"without effect", []string{"-x", "-A", "sock", "--perf", "--debug=DvE", "--no-mem-check", "-L", "-O"}, with(func(o *Options) {
			for _, i := range idleOptions() {
				o.Idle = append(o.Idle, "--"+i.name+" has no effect: "+i.why)
			}
		})},
		{"stray words", []string{"-n", "foo", "-l"}, with(func(o *Options) { o.Foreground, o.Console, o.Stray = true, true, []string{"foo"} })},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got, err := ParseOptions(append([]string{"vipd"}, row.args...))
			if err != nil {
				t.Fatal(err)
			}
			got.Args = nil
			if len(got.Stray) == 0 {
				got.Stray = nil
			}
			if diff := cmp.Diff(row.want, *got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestParseOptionsRefuses(t *testing.T) {
	for _, args := range [][]string{{"-Z"}, {"--use-fil", "x"}, {"-f"}, {"-S", "8"}, {"-S", "mail"}, {"-u", "8"}, {"-u", "1777"}} {
		if _, err := ParseOptions(append([]string{"vipd"}, args...)); !errors.Is(err, ErrUsage) {
			t.Errorf("%v: %v", args, err)
		}
	}
}
