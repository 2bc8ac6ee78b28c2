package conf

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// checkScripts finds commands that the host cannot run, or should not.
func checkScripts(c *schema.Context, cfg *Config, p Programs) {
	s := &scriptCheck{c: c, programs: p, security: cfg.Global.Scripts.Security, found: map[request]answer{}, accounts: map[Account]accountAnswer{}, lost: map[*Script]bool{}}
	s.chooseDefault(&cfg.Global)
	for v := range c.Values() {
		cmd, ok := v.Part.(*Command)
		if !ok || !cmd.Given() {
			continue
		}
		s.command(v, cmd)
	}
	for _, f := range []struct {
		word string
		fifo *FIFO
	}{{"notify_fifo", &cfg.Global.Scripts.FIFO}, {"vrrp_notify_fifo", &cfg.Global.Scripts.VRRPFIFO}, {"lvs_notify_fifo", &cfg.Global.Scripts.CheckerFIFO}} {
		if f.fifo.Path != "" {
			s.account(f.word, f.fifo.Account, span(cfg.Global.Where(f.word), f.word), "the pipe belongs to the daemon's user")
		}
	}
	s.untrack(cfg)
}

// scriptCheck is a check of the commands of one configuration.
type scriptCheck struct {
	c        *schema.Context
	programs Programs
	security bool // enable_script_security

	standard ID // who runs commands that name no user
	// usable says that there is such an account. Without it nothing is run; blamed
	// says that script_user is what is wrong, which has been reported.
	usable, blamed bool
	exposed        bool             // that security is off has been reported
	lost           map[*Script]bool // nobody can run them

	found    map[request]answer
	accounts map[Account]accountAnswer
}

// request is a program that an account is to run.
type request struct {
	name string
	id   ID
}

type answer struct {
	resolved
	err error
}

// command checks one command.
func (s *scriptCheck) command(v schema.Value, cmd *Command) {
	keyword := v.Keyword.Name
	at := span(cmd.Pos, cmd.Line)
	if strings.ContainsAny(cmd.Line, " \t") {
		at.Width += 2 // the quotes
	}
	who := at
	switch {
	case cmd.UserPos.Known():
		who = span(cmd.UserPos, cmd.User)
	case v.Where("user").Known():
		who = span(v.Where("user"), "user")
	}
	id, ok := s.account(keyword, Account{cmd.User, cmd.Group}, who, "the command is not run")
	if script, is := v.Object.(*Script); is && !ok {
		s.lost[script] = true
	}
	if !ok || cmd.Shell() {
		return
	}
	bad := severity(keyword)
	report := func(sev diag.Severity, code diag.Code, text string, args ...any) {
		s.c.Report(diag.Diagnostic{Span: at, Severity: sev, Code: code, Text: keyword + ": " + fmt.Sprintf(text, args...)})
	}
	file, err := s.find(cmd.Args[0], id)
	if err != nil {
		report(bad.script, diag.UnusableScript, "%s; it is not run", err)
		return
	}
	root := id.UID == 0 || id.GID == 0
	switch {
	case !file.file.Mode.IsRegular() && root:
		report(bad.script, diag.UnusableScript, "%s is no file that can be run", file.path)
	case !file.file.Mode.IsRegular():
		report(diag.Warning, diag.UnusableScript, "%s is no file that can be run: it will always fail", file.path)
	case root && file.weak != "" && s.security:
		report(bad.script, diag.InsecureScript, "others than root can change %s; it is not run", file.weak)
	case root && file.weak != "":
		report(diag.Insecure, diag.InsecureScript, "others than root can change %s, which root runs", file.weak)
	case !file.file.permits(id, 1):
		report(diag.Warning, diag.UnusableScript, "%s is not executable for its user: it will always fail", file.path)
	}
	if !s.security && !s.exposed {
		s.exposed = true
		s.c.Report(diag.Diagnostic{Span: at, Severity: diag.Insecure, Code: diag.SecurityOff,
			Text: keyword + ": commands are run without enable_script_security", Help: "add enable_script_security to global_defs"})
	}
}

// find follows the name of a program to its file.
func (s *scriptCheck) find(name string, id ID) (resolved, error) {
	key := request{name, id}
	if known, ok := s.found[key]; ok {
		return known.resolved, known.err
	}
	var a answer
	switch {
	case strings.HasPrefix(name, "/"):
		a.resolved, a.err = resolve(s.programs, name, id)
	case strings.Contains(name, "/"):
		a.resolved, a.err = resolve(s.programs, filepath.Join(s.programs.Dir(), name), id)
	default:
		a.resolved, a.err = s.search(name, id)
	}
	s.found[key] = a
	return a.resolved, a.err
}

// search looks for a program as the C library does: what is there and cannot be
// run is passed over.
func (s *scriptCheck) search(name string, id ID) (resolved, error) {
	for _, dir := range s.programs.Path() {
		if !strings.HasPrefix(dir, "/") {
			dir = filepath.Join(s.programs.Dir(), dir)
		}
		r, err := resolve(s.programs, dir+"/"+name, id)
		if err == nil && r.file.Mode.IsRegular() && r.file.permits(id, 1) {
			return r, nil
		}
	}
	return resolved{}, fmt.Errorf("%s is in no directory of PATH", name)
}

// severities are how bad it is for a keyword that its command cannot be run,
// because of its script or its account, or is empty.
type severities struct{ script, account, empty diag.Severity }

// severity follows keepalived's exit status of -t. What it takes in silence are
// the commands that it runs on an event only.
func severity(keyword string) severities {
	switch keyword {
	case "script":
		return severities{diag.Error, diag.Error, diag.Error}
	case "startup_script", "shutdown_script", "misc_path":
		return severities{diag.Warning, diag.Error, diag.Error}
	}
	return severities{diag.Warning, diag.Warning, diag.Warning}
}

// span is where text begins, and as wide as it is.
func span(p Pos, text string) diag.Span { return diag.Span{Pos: p, Width: int32(len(text))} }
