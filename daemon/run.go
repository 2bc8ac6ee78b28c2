package daemon

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/child"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/logs"
	"github.com/viplab/viplab/daemon/netns"
	"github.com/viplab/viplab/daemon/process"
)

// run is the daemon from start to stop. It calls up when everything runs.
func run(ctx context.Context, o *Options, limits limits, stderr io.Writer, up func()) int {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, child.Signals()...)
	defer signal.Stop(signals)
	s := &supervisor{options: o, limits: limits, stderr: stderr, up: up, started: time.Now(), work: make(chan func()), done: make(chan struct{})}
	s.Log = logs.New(parentLog(o, stderr, ident("", &conf.Daemon{}), logFile(o.LogFile, "", &conf.Daemon{})))
	defer s.Log.Close()
	if o.Console {
		s.stderr = io.Discard // the log is there already
	}
	process.Frugal()
	s.banner()
	if err := s.prepare(); err != nil {
		return s.fail(err)
	}
	pid, err := s.lock()
	if err != nil {
		return s.fail(err)
	}
	restore := s.allowCore()
	s.life(ctx, signals)
	restore()
	for _, m := range s.members {
		s.complain(m.pid.release())
	}
	s.complain(pid.release())
	s.Printf("Stopped vipd v%s", Version)
	return s.status
}

// parentLog is where the parent logs. It keeps no time, and may wait.
func parentLog(o *Options, stderr io.Writer, ident, file string) logs.Options {
	l := child.Log{Ident: ident, Detail: o.Detail, Console: o.Console, Syslog: !o.NoSyslog && !o.Console, Facility: o.Facility, File: file, JSON: o.LogJSON}
	opt := l.Options(stderr)
	opt.Wait = true
	return opt
}

// fail says why the daemon does not run, and returns the exit status.
func (s *supervisor) fail(err error) int {
	s.lines(err.Error())
	status := exitStatus(err)
	if status == exitConfig {
		s.Printf("configuration cannot be run, ending")
		fmt.Fprintln(s.stderr, err)
	} else {
		fmt.Fprintf(s.stderr, "vipd: %v\n", err)
	}
	s.Printf("Stopped vipd v%s", Version)
	return status
}

// prepare reads the configuration and makes this process what it asks for.
func (s *supervisor) prepare() error {
	o := s.options
	for _, text := range o.Idle {
		s.Printf("%s", text)
	}
	cfg, err := load(o)
	if cfg != nil {
		s.diagnose(cfg)
	}
	if err != nil {
		return unfit{err}
	}
	s.config, s.loaded, s.paths = cfg, time.Now(), pathsOf(o, &cfg.Global.Daemon)
	if d := &cfg.Global.Daemon; d.Instance != "" || d.Namespace != "" {
		s.rename(d)
	}
	if o.LogConf {
		s.logConfig(cfg)
	}
	if name := s.processName(); inBackground() || cfg.Global.Given("process_name") {
		s.complain(process.SetName(name))
	}
	return lacking(cfg, o)
}

// allowCore is -m and -M. What it returns undoes what others would notice.
func (s *supervisor) allowCore() (restore func()) {
	if !s.options.Core {
		return func() {}
	}
	debug.SetTraceback("crash")
	s.complain(process.AllowCore())
	if s.options.CorePattern == "" {
		return func() {}
	}
	back, err := process.SetCorePattern(s.options.CorePattern)
	if err != nil {
		s.complain(err)
		return func() {}
	}
	return func() { s.complain(back()) }
}

// rename has the log say which of several daemons this is.
func (s *supervisor) rename(d *conf.Daemon) {
	name := ident("", d)
	s.Printf("Changing syslog ident to %s", name)
	if s.options.LogFile == "" {
		s.Log.Rename(name)
		return
	}
	s.Log.Close()
	s.Log = logs.New(parentLog(s.options, os.Stderr, name, logFile(s.options.LogFile, "", d)))
}

// lock takes the pid files of the daemon and its children.
func (s *supervisor) lock() (*pidFile, error) {
	if err := s.paths.makeDir(); err != nil {
		return nil, err
	}
	pid, err := takePIDFile(s.paths.parent)
	if err == nil {
		err = pid.write(os.Getpid())
	}
	for _, role := range []string{roleVRRP, roleCheckers} {
		if err == nil && s.wanted(role, s.config) {
			_, err = s.join(role)
		}
	}
	if err == nil {
		return pid, nil
	}
	for _, m := range s.members {
		s.complain(m.pid.release())
	}
	if pid != nil {
		s.complain(pid.release())
	}
	return nil, err
}

// life runs the children, with the scripts before and after.
func (s *supervisor) life(ctx context.Context, signals <-chan os.Signal) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !s.bookend(ctx, signals, "startup_script") {
		return
	}
	defer s.bookend(context.WithoutCancel(ctx), nil, "shutdown_script")
	umask := s.options.Umask
	if umask < 0 {
		umask = int(s.config.Global.Files.Umask)
	}
	unix.Umask(umask)
	var err error
	if s.spawner, err = child.NewSpawner(netns.Enter(s.config.Global.Daemon.Namespace)); err != nil {
		s.complain(err)
		fmt.Fprintf(s.stderr, "vipd: %v\n", err)
		s.status = exitStatus(err)
		return
	}
	s.complain(save(s.config, s.loaded))
	s.announce()
	if !s.wanted(roleCheckers, s.config) {
		s.sweepServices(ctx) // of a configuration that had some
	}
	for _, m := range s.members {
		s.start(ctx, m)
	}
	s.progress()
	end := s.serve(ctx)
	s.loop(ctx, signals)
	s.sweepServices(ctx)
	cancel()
	end()
	if s.kill != nil {
		s.kill.Stop()
	}
	s.spawner.Close()
}

// banner says who runs, and how.
func (s *supervisor) banner() {
	s.Printf("Starting %s, in place of Keepalived", versionText())
	var u unix.Utsname
	if err := unix.Uname(&u); err == nil {
		s.Printf("Running on %s %s", unix.ByteSliceToString(u.Sysname[:]), unix.ByteSliceToString(u.Release[:]))
	}
	s.Printf("Command line: '%s'", strings.Join(s.options.Args, "' '"))
	s.Printf("Configuration file %s", s.options.Config)
}
