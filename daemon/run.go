package daemon

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/vrrp"
)

// supervisor is a running daemon.
type supervisor struct {
	*Log
	options *Options
	config  *conf.Config
	router  *vrrp.Router
}

// run is the daemon from start to stop. It calls up when everything runs.
func run(ctx context.Context, o *Options, stderr io.Writer, up func()) int {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, unix.SIGTERM, unix.SIGINT, unix.SIGHUP, unix.SIGUSR1, unix.SIGUSR2)
	defer signal.Stop(signals)
	s := &supervisor{Log: NewLog(o, stderr), options: o}
	if o.Console {
		stderr = io.Discard // the log is there already
	}
	defer s.Log.Close()
	s.banner()
	cfg, err := load(o)
	if cfg != nil {
		s.diagnose(cfg)
	}
	if err != nil {
		s.lines(err.Error())
		s.Printf("configuration cannot be run, ending")
		fmt.Fprintln(stderr, err)
		return exitConfig
	}
	s.config = cfg
	if o.LogConf {
		s.logConfig(cfg)
	}
	pid, err := takePIDFile(o.PIDFile)
	if err != nil {
		s.Printf("%v", err)
		fmt.Fprintf(stderr, "vipd: %v\n", err)
		return status(err)
	}
	err = s.serve(ctx, signals, up)
	if err != nil {
		s.Printf("%v", err)
		fmt.Fprintf(stderr, "vipd: %v\n", err)
	}
	if err := pid.release(); err != nil {
		s.Printf("%v", err)
	}
	s.Printf("Stopped vipd v%s", Version)
	return status(err)
}

// serve runs the router and answers signals until the end.
func (s *supervisor) serve(ctx context.Context, signals <-chan os.Signal, up func()) error {
	var err error
	if s.router, err = vrrp.NewRouter(s.Log); err != nil {
		return err
	}
	s.announce()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		ended <- s.router.Run(ctx, s.config.Instances, func() {
			s.Printf("Startup complete")
			up()
		})
	}()
	for {
		select {
		case err := <-ended:
			return err
		case sig := <-signals:
			switch sig {
			case unix.SIGHUP:
				s.reload(ctx)
			case unix.SIGTERM, unix.SIGINT:
				s.Printf("Stopping")
				cancel()
			default:
				s.Printf("signal %s: vipd writes no state files", unix.SignalName(sig.(syscall.Signal)))
			}
		}
	}
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

// logConfig is -d: the effective configuration goes to the log.
func (s *supervisor) logConfig(cfg *conf.Config) {
	var text strings.Builder
	if err := cfg.WriteText(&text); err != nil {
		s.Printf("%v", err)
	}
	s.lines(text.String())
}

func (s *supervisor) lines(text string) {
	for l := range strings.Lines(text) {
		s.Printf("%s", strings.TrimSuffix(l, "\n"))
	}
}

// diagnose logs what is wrong with cfg short of fatal, which is its loader's
// to say.
func (s *supervisor) diagnose(cfg *conf.Config) {
	for _, d := range cfg.Diagnostics {
		if d.Severity != conf.Fatal && !s.options.Strict {
			s.Printf("%s", d.Error())
		}
	}
}

// announce says what the configuration asks for and vipd does not do.
func (s *supervisor) announce() {
	for _, text := range undone(s.config.Uses, s.options.VRRPOnly) {
		s.Printf("%s", text)
	}
	if len(s.config.Instances) == 0 {
		s.Printf("no vrrp_instance to run")
	}
}

// undone lists, a line each, the keywords that are accepted without being acted
// on, with what therefore does not happen.
func undone(uses []conf.Use, vrrpOnly bool) []string {
	var list []string
	for _, u := range uses {
		if vrrpOnly && ofLVS(u) {
			continue
		}
		times := ""
		if u.Times > 1 {
			times = fmt.Sprintf(" (first of %d)", u.Times)
		}
		list = append(list, fmt.Sprintf("%s: %s%s is accepted, but vipd will not yet %s", u.Pos, u.Keyword.Name, times, u.Keyword.Doc))
	}
	return list
}

// ofLVS reports whether a keyword is the checkers' business, which -P leaves out.
func ofLVS(u conf.Use) bool {
	for _, prefix := range []string{"virtual_server", "lvs_", "checker_"} {
		if strings.HasPrefix(u.Keyword.Name, prefix) || strings.HasPrefix(u.Path, prefix) {
			return true
		}
	}
	return false
}

// reload reads the configuration again. One that cannot be run, or that has
// mistakes which the running one has not, is refused: there is a working one.
func (s *supervisor) reload(ctx context.Context) {
	s.Printf("Reloading")
	cfg, err := load(s.options)
	if err == nil {
		err = fresh(s.config.Diagnostics, cfg.Diagnostics)
	}
	if err == nil {
		err = s.router.Reload(ctx, cfg.Instances)
	}
	if err != nil {
		s.lines(err.Error())
		s.Printf("Reload refused, the configuration of before goes on")
		return
	}
	s.config = cfg
	s.diagnose(cfg)
	s.announce()
	s.Printf("Reload complete")
}

// fresh returns the errors of now that before has not, wherever they stand.
func fresh(before, now conf.Diagnostics) error {
	known := map[string]bool{}
	for _, d := range before {
		known[d.Text] = true
	}
	var list conf.Diagnostics
	for _, d := range now.AtLeast(conf.Error) {
		if !known[d.Text] {
			list = append(list, d)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list
}
