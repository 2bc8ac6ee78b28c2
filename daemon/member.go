package daemon

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/child"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/process"
)

// The roles of children.
const (
	roleVRRP     = "vrrp"
	roleCheckers = "checkers"
)

// member is a child that is to run, whether it does or not.
type member struct {
	role    string
	title   string // in the log, as keepalived has it
	ident   string // part of its syslog name
	pid     *pidFile
	process *child.Process // nil: it does not run
	done    chan struct{}  // closed when its end has been dealt with
	begun   time.Time
	ready   bool
	failure error // why it could not start

	restarts int
	delay    time.Duration // before the next start
	timer    *time.Timer   // of the next start; nil: none
	leaving  bool          // a reload has no use for it any more
}

// wanted reports whether a configuration and the command line have work for a
// child.
func (s *supervisor) wanted(role string, cfg *conf.Config) bool {
	o := child.Settings{VRRP: s.options.runsVRRP(), Checkers: s.options.runsCheckers(), All: s.options.All, NoBFD: s.options.NoBFD}
	if role == roleVRRP {
		return o.HasVRRP(cfg)
	}
	return o.HasCheckers(cfg)
}

// join notes a child as one that is to run, and locks its pid file.
func (s *supervisor) join(role string) (*member, error) {
	m := &member{role: role, title: "VRRP", ident: "vrrp"}
	file := s.paths.vrrp
	if role == roleCheckers {
		m.title, m.ident, file = "Healthcheck", "healthcheckers", s.paths.checkers
	}
	var err error
	if m.pid, err = takePIDFile(file); err != nil {
		return nil, err
	}
	s.members = append(s.members, m)
	return m, nil
}

// start starts a child with the present configuration.
func (s *supervisor) start(ctx context.Context, m *member) {
	m.timer = nil
	text, err := child.Memory(s.config)
	if err == nil {
		m.process, err = s.spawner.Start(child.Spec{Role: m.role, Args: s.options.Args, Env: child.Environment(), Stderr: os.Stderr})
	}
	if err != nil {
		s.Printf("%v", err)
		if text != nil {
			_ = text.Close()
		}
		s.again(ctx, m)
		return
	}
	m.begun, m.ready, m.failure, m.done = time.Now(), false, nil, make(chan struct{})
	s.Printf("Starting %s child process, pid=%d", m.title, m.process.PID())
	s.complain(m.pid.write(m.process.PID()))
	p, done, settings := m.process, m.done, s.settings(m)
	go func() {
		defer close(done)
		s.follow(ctx, m, p, settings, text)
	}()
}

// follow is a child's life, seen from a goroutine that may wait.
func (s *supervisor) follow(ctx context.Context, m *member, p *child.Process, o child.Settings, text *os.File) {
	late := time.AfterFunc(s.limits.start, func() { p.Signal(unix.SIGKILL) })
	err := p.Start(ctx, o, text)
	late.Stop()
	_ = text.Close()
	if err != nil {
		p.Close() // it ends by itself
	}
	s.post(func() { s.begun(ctx, m, p, err) })
	end := p.Wait()
	s.post(func() { s.ended(ctx, m, p, end) })
}

// settings are what a child has of the command line.
func (s *supervisor) settings(m *member) child.Settings {
	o, d := s.options, &s.config.Global.Daemon
	return child.Settings{
		Log: child.Log{Ident: ident(m.ident, d), Detail: o.Detail, Console: o.Console, Syslog: !o.NoSyslog && !o.Console,
			Facility: o.Facility, File: logFile(o.LogFile, m.ident, d), JSON: o.LogJSON},
		Name:  s.processName(),
		Umask: o.Umask, Core: o.Core, KeepVRRP: o.KeepVRRP, NoBFD: o.NoBFD, LogAddresses: o.LogAddresses,
		KeepIPVS: o.KeepIPVS, VRRP: o.runsVRRP(), Checkers: o.runsCheckers(), All: o.All, Ledger: s.paths.ledger,
	}
}

// processName is what processes are called that have no name of their own.
func (s *supervisor) processName() string {
	if s.config.Global.Given("process_name") || s.config.Global.ProcessNames {
		return s.config.Global.ProcessName
	}
	name := filepath.Base(s.options.Args[0])
	return name[:min(len(name), 15)]
}

// begun takes note of how a child's start went.
func (s *supervisor) begun(ctx context.Context, m *member, p *child.Process, err error) {
	if m.process != p {
		return
	}
	m.ready, m.failure = err == nil, err
	s.relay(ctx)
	s.progress()
}

// progress tells when all children have come up.
func (s *supervisor) progress() {
	if s.complete || s.stopping {
		return
	}
	for _, m := range s.members {
		if !m.ready {
			return
		}
	}
	s.complete = true
	process.Settle()
	s.Printf("Startup complete")
	s.systemd.tell("READY=1", "STATUS="+s.summary())
	s.up()
}
