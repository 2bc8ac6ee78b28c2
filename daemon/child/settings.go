package child

import (
	"io"
	"log/syslog"

	"github.com/viplab/viplab/daemon/logs"
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
}

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
