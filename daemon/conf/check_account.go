package conf

import (
	"fmt"
	"slices"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// defaultUser runs commands that name no user, if it exists.
const defaultUser = "keepalived_script"

type accountAnswer struct {
	id    ID
	wrong string // the name that there is not
}

// chooseDefault finds who runs commands that name no user.
func (s *scriptCheck) chooseDefault(g *Global) {
	id, ok := s.programs.User(defaultUser)
	switch {
	case g.Scripts.User != "":
		id, wrong := s.lookup(g.Scripts.Account)
		s.standard, s.usable, s.blamed = id, wrong == "", true
		if wrong != "" {
			s.c.Report(diag.Diagnostic{Span: span(g.Where("script_user"), "script_user"), Severity: diag.Error, Code: diag.UnknownUser,
				Text: fmt.Sprintf("script_user: there is no %s on this host; commands that name no user are not run", wrong)})
		}
	case ok:
		s.standard, s.usable = id, true
	default:
		s.standard, s.usable = s.programs.Self(), !s.security
	}
}

// lookup returns the IDs of an account, or what there is not on the host.
func (s *scriptCheck) lookup(a Account) (ID, string) {
	if known, ok := s.accounts[a]; ok {
		return known.id, known.wrong
	}
	id, ok := s.programs.User(a.User)
	wrong := ""
	if !ok {
		wrong = fmt.Sprintf("user %q", a.User)
	} else if a.Group != "" {
		if id.GID, ok = s.programs.Group(a.Group); !ok {
			wrong = fmt.Sprintf("group %q", a.Group)
		}
	}
	s.accounts[a] = accountAnswer{id, wrong}
	return id, wrong
}

// account returns the IDs of what runs the command of a keyword, or owns its
// pipe, and reports where there is none: then is what happens then.
func (s *scriptCheck) account(keyword string, a Account, at diag.Span, then string) (ID, bool) {
	if a.User != "" {
		id, wrong := s.lookup(a)
		if wrong != "" {
			s.c.Report(diag.Diagnostic{Span: at, Severity: severity(keyword).account, Code: diag.UnknownUser,
				Text: fmt.Sprintf("%s: there is no %s on this host; %s", keyword, wrong, then)})
		}
		return id, wrong == ""
	}
	switch {
	case s.usable:
	case !s.blamed:
		s.c.Report(diag.Diagnostic{Span: at, Severity: diag.Error, Code: diag.UnknownUser,
			Text: fmt.Sprintf("%s: there is no user for it: with enable_script_security that takes script_user or a user %s", keyword, defaultUser),
			Help: "add script_user to global_defs"})
	case keyword == "script" || keyword == "misc_path": // what hangs on them goes on without
		s.c.Report(diag.Diagnostic{Span: at, Severity: diag.Error, Code: diag.UnknownUser, Text: keyword + ": there is no user for it; " + then})
	}
	return s.standard, s.usable
}

// untrack takes away the scripts that nobody can run. Who tracks one goes on as
// if it did not.
func (s *scriptCheck) untrack(cfg *Config) {
	if len(s.lost) == 0 {
		return
	}
	lost := map[string]bool{}
	cfg.Scripts = slices.DeleteFunc(cfg.Scripts, func(o *Script) bool {
		lost[o.Name] = lost[o.Name] || s.lost[o]
		return s.lost[o]
	})
	drop := func(list *[]Track) {
		*list = slices.DeleteFunc(*list, func(t Track) bool {
			if lost[t.Name] {
				s.c.Errorf(diag.UnknownUser, where(&t.Origin, t.Name), "track_script: vrrp_script %s has no user to run it; it is passed over", t.Name)
			}
			return lost[t.Name]
		})
	}
	for _, i := range cfg.Instances {
		drop(&i.TrackScripts)
	}
	for _, g := range cfg.SyncGroups {
		drop(&g.TrackScripts)
	}
}
