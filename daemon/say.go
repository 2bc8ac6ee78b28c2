package daemon

import (
	"fmt"
	"strings"

	"github.com/viplab/viplab/daemon/conf"
)

// logConfig is -d: the effective configuration goes to the log.
func (s *supervisor) logConfig(cfg *conf.Config) {
	var text strings.Builder
	s.complain(cfg.WriteText(&text))
	s.lines(text.String())
}

// lines logs each line of a text.
func (s *supervisor) lines(text string) {
	for l := range strings.Lines(text) {
		s.Printf("%s", strings.TrimSuffix(l, "\n"))
	}
}

// complain logs an error that keeps nothing from running.
func (s *supervisor) complain(err error) {
	if err != nil {
		s.Printf("%v", err)
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
	for _, text := range undone(s.config.Uses, !s.options.runsCheckers()) {
		s.Printf("%s", text)
	}
	if s.options.runsVRRP() && len(s.config.Instances) == 0 && !s.wanted(roleCheckers, s.config) && len(s.config.BFDs) == 0 {
		s.Printf("no vrrp_instance to run")
	}
}

// summary is one line for the service manager.
func (s *supervisor) summary() string {
	text := fmt.Sprintf("%d VRRP instances", len(s.config.Instances))
	if n := len(s.config.VirtualServers); n > 0 {
		text += fmt.Sprintf(", %d virtual servers", n)
	}
	if s.refused != "" {
		text += "; the last reload was refused"
	}
	return text
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
