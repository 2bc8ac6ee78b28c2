package child

import (
	"io"
	"log/syslog"
	"runtime/debug"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/logs"
	"github.com/viplab/viplab/daemon/process"
)

// Settings are what a child has of the command line.
type Settings struct {
	Log          Log    `json:"log"`
	Name         string `json:"name"`  // of the process, where the configuration gives none
	Umask        int    `json:"umask"` // -1: that of the configuration
	Core         bool   `json:"core"`  // it may leave a core file
	KeepVRRP     bool   `json:"keep_vrrp"`
	NoBFD        bool   `json:"no_bfd"`
	LogAddresses bool   `json:"log_addresses"`
	KeepIPVS     bool   `json:"keep_ipvs"`
	// VRRP and Checkers say which processes may run, All that they do without
	// anything to do.
	VRRP     bool `json:"vrrp"`
	Checkers bool `json:"checkers"`
	All      bool `json:"all"`
	// Ledger is the file that remembers which services of the kernel are ours;
	// empty: none.
	Ledger string `json:"ledger"`
}

// HasVRRP reports whether there is a VRRP process with cfg. BFD sessions that
// nothing else is there for run in it if there may be no checker process.
func (o *Settings) HasVRRP(cfg *conf.Config) bool {
	return o.VRRP && (o.All || len(cfg.Instances) > 0 || !o.Checkers && o.hasSessions(cfg))
}

// HasCheckers reports whether there is a checker process with cfg.
func (o *Settings) HasCheckers(cfg *conf.Config) bool {
	return o.Checkers && (o.All || len(cfg.VirtualServers) > 0 || !o.HasVRRP(cfg) && o.hasSessions(cfg))
}

func (o *Settings) hasSessions(cfg *conf.Config) bool { return !o.NoBFD && len(cfg.BFDs) > 0 }

// Log is where a child logs to.
type Log struct {
	Ident    string          `json:"ident"`
	Detail   int             `json:"detail"`
	Console  bool            `json:"console"`
	Syslog   bool            `json:"syslog"`
	Facility syslog.Priority `json:"facility"`
	File     string          `json:"file"`
	JSON     bool            `json:"json"`
}

// Options are those of the child's log; the console, if there is to be one, is
// stderr.
func (l *Log) Options(stderr io.Writer) logs.Options {
	o := logs.Options{Ident: l.Ident, Detail: l.Detail > 0, Syslog: l.Syslog, Facility: l.Facility, File: l.File, JSON: l.JSON}
	if l.Console {
		o.Console = stderr
	}
	return o
}

// Settle makes the process what the command line and cfg want of each child; name
// is the one that cfg has for it, which may be empty. No error, of which complain is
// told, keeps anything from running.
func (o *Settings) Settle(cfg *conf.Config, name string, complain func(error)) {
	umask := o.Umask
	if umask < 0 {
		umask = int(cfg.Global.Files.Umask)
	}
	unix.Umask(umask)
	if name == "" {
		name = o.Name
	}
	complain(process.SetName(name))
	if o.Core {
		debug.SetTraceback("crash")
		complain(process.AllowCore())
	}
}
