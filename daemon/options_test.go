package daemon

import (
	"errors"
	"log/syslog"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseOptions(t *testing.T) {
	base := Options{Config: "/etc/keepalived/keepalived.conf", PIDFile: "/run/keepalived.pid", Facility: syslog.LOG_DAEMON}
	with := func(change func(*Options)) Options { o := base; change(&o); return o }
	rows := []struct {
		name string
		args []string
		want Options
	}{
		{"nothing", nil, base},
		{"grouped", []string{"-nlDP"}, with(func(o *Options) { o.Foreground, o.Console, o.Detail, o.VRRPOnly = true, true, 1, true })},
		{"grouped with a value", []string{"-nDDf", "x.conf", "-p", "x.pid"}, with(func(o *Options) { o.Foreground, o.Detail, o.Config, o.PIDFile = true, 2, "x.conf", "x.pid" })},
		{"value glued", []string{"-fx.conf"}, with(func(o *Options) { o.Config = "x.conf" })},
		{"long names", []string{"--use-file=x", "--dont-fork", "--log-console", "--log-detail", "--vrrp", "--pid", "y"},
			with(func(o *Options) {
				o.Config, o.Foreground, o.Console, o.Detail, o.VRRPOnly, o.PIDFile = "x", true, true, 1, true, "y"
			})},
		{"test", []string{"-t"}, with(func(o *Options) { o.Test = true })},
		{"test into a file", []string{"-t=log", "-f", "x"}, with(func(o *Options) { o.Test, o.TestLog, o.Config = true, "log", "x" })},
		{"long test into a file", []string{"--config-test=log"}, with(func(o *Options) { o.Test, o.TestLog = true, "log" })},
		{"facility by number", []string{"-S", "3"}, with(func(o *Options) { o.Facility = syslog.LOG_LOCAL3 })},
		{"facility by name", []string{"-D", "-S", "local7"}, with(func(o *Options) { o.Detail, o.Facility = 1, syslog.LOG_LOCAL7 })},
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
	for _, args := range [][]string{{"-Z"}, {"--use-fil", "x"}, {"-f"}, {"-S", "8"}, {"-S", "mail"}} {
		if _, err := ParseOptions(append([]string{"vipd"}, args...)); !errors.Is(err, ErrUsage) {
			t.Errorf("%v: %v", args, err)
		}
	}
}
