package daemon

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/viplab/viplab/daemon/conf"
)

// pidDir is where pid files are, as keepalived has it; ownPIDDir is for daemons
// that are not the only one.
const (
	pidDir    = "/run"
	ownPIDDir = "/run/keepalived"
)

// paths are the files of a running daemon.
type paths struct{ parent, vrrp, checkers, ledger, control string }

// pathsOf returns the files for a command line and configuration.
//
// keepalived has the same, but for a daemon in a network namespace: there
// /run/keepalived/NAMESPACE is what the daemon itself, in a mount namespace of
// its own, finds at /run/keepalived.
func pathsOf(o *Options, d *conf.Daemon) paths {
	dir, suffix := pidDir, ""
	if d.PIDDir || d.Instance != "" || d.Namespace != "" {
		dir = filepath.Join(ownPIDDir, label(d.Namespace))
	}
	if d.Instance != "" {
		suffix = "_" + d.Instance
	}
	or := func(given, name string) string {
		if given != "" {
			return given
		}
		return filepath.Join(dir, name+suffix+".pid")
	}
	p := paths{parent: or(o.PIDFile, "keepalived"), vrrp: or(o.VRRPPIDFile, "vrrp"), checkers: or(o.CheckersPIDFile, "checkers"), control: o.Control}
	p.ledger = strings.TrimSuffix(p.checkers, ".pid") + ".ipvs"
	switch p.control {
	case "":
		p.control = filepath.Join(filepath.Dir(p.parent), "vipd"+suffix+".sock")
	case noControl:
		p.control = ""
	}
	return p
}

// label is a namespace's name in file names and the log.
func label(namespace string) string {
	if namespace == "" {
		return ""
	}
	return filepath.Base(namespace)
}

// makeDir makes the folder of daemons that are not the only one.
func (p paths) makeDir() error {
	dir := filepath.Dir(p.parent)
	if within, err := filepath.Rel(ownPIDDir, dir); err != nil || within == ".." || len(within) > 2 && within[:3] == "../" {
		return nil // somebody else's
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make folder of pid files: %w", err)
	}
	return nil
}

// ident is what syslog knows a process by: "Keepalived_vrrp_NAMESPACE_INSTANCE".
func ident(process string, d *conf.Daemon) string {
	name := "Keepalived"
	for _, part := range []string{process, label(d.Namespace), d.Instance} {
		if part != "" {
			name += "_" + part
		}
	}
	return name
}

// logFile is the log file of a process: its name stands before the last dot.
func logFile(file, process string, d *conf.Daemon) string {
	if file == "" {
		return ""
	}
	ext := filepath.Ext(file)
	base := file[:len(file)-len(ext)]
	for _, part := range []string{process, label(d.Namespace), d.Instance} {
		if part != "" {
			base += "_" + part
		}
	}
	return base + ext
}
