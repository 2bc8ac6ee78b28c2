package expect

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

// Attempts expects the health checks of real servers to be made when the
// configuration promises, from the daemon's start until the window's end, and in
// the window Count of each at least; the servers to leave and to return with
// those results, neither sooner nor later, in the daemon's log and in the table.
//
// What a check comes to is the hostile server's manner: it passes at once but for
// those that Fails, Passes and Stuck name, by their words ("slow 3s", "status 503")
// or the first of them.
type Attempts struct {
	Node string `yaml:"node" json:"node"`
	// Servers are the real servers of Node's configuration, ADDRESS:PORT, each with
	// what stands for it: a hostile service NODE/SERVICE, or of MISC_CHECK the file
	// of Node, /var/log/NAME, into which its command writes its manner, a line for
	// each run, or of BFD_CHECK the service at the session's other end.
	Servers map[string]string `yaml:"servers" json:"servers"`
	// Kind is which checker is meant, where servers have several: TCP_CHECK.
	Kind string `yaml:"kind,omitempty" json:"kind,omitempty"`
	// Fails are the manners that fail, with how long such a check takes: 0s, timeout
	// (connect_timeout, misc_timeout), or two times between which it may be.
	Fails map[string]Lasts `yaml:"fails,omitempty" json:"fails,omitempty"`
	// Passes are manners that pass, but after a while.
	Passes map[string]Lasts `yaml:"passes,omitempty" json:"passes,omitempty"`
	// Stuck are manners under which a check does not end.
	Stuck []string `yaml:"stuck,omitempty" json:"stuck,omitempty"`
	// Asks is a text that each question contains that comes to a server: "host
	// www.example.org" of a request.
	Asks string `yaml:"asks,omitempty" json:"asks,omitempty"`
	// Count is how many there must be in the window, default 3.
	Count int `yaml:"count,omitempty" json:"count,omitempty"`
}

// Title implements Expectation.
func (a *Attempts) Title() string {
	return fmt.Sprintf("%s checks %s in time", a.Node, count(len(a.Servers), "server", "servers"))
}

const defaultAttempts = 3

// judge gives three checks for each server, two for BFD_CHECK, which asks nothing: when it is asked, when the daemon
// takes it out and in again, and when the kernel's table follows.
func (a *Attempts) judge(r *Run, w Window) []Check {
	var checks []Check
	for _, server := range slices.Sorted(maps.Keys(a.Servers)) {
		s, err := a.subject(r, server)
		if err != nil {
			c := unevaluated(a.Node, w, fmt.Errorf("%s: %w", server, err))[0]
			c.ID, c.Title = "attempts-"+path.Base(a.Servers[server]), "checks of "+server
			checks = append(checks, c)
			continue
		}
		checks = append(checks, s.judge(w)...)
	}
	return checks
}

// subject is a real server whose checks are judged.
type subject struct {
	*Attempts
	run     *Run
	server  *conf.RealServer
	virtual *conf.VirtualServer
	checker *conf.Checker
	behind  string // NODE/SERVICE, or /var/log/NAME
}

// subject finds a server and its checker.
func (a *Attempts) subject(r *Run, address string) (*subject, error) {
	cfg := r.Configs[a.Node]
	if cfg == nil {
		return nil, fmt.Errorf("%w of %s", ErrNoConfig, a.Node)
	}
	want, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, err
	}
	s := &subject{Attempts: a, run: r, behind: a.Servers[address]}
	for _, v := range cfg.VirtualServers {
		for _, rs := range v.RealServers {
			if rs.Address != want {
				continue
			}
			for _, c := range rs.Checkers {
				if a.Kind != "" && c.Kind != a.Kind {
					continue
				}
				if s.checker != nil {
					return nil, fmt.Errorf("checker of %s: %w", address, ErrAmbiguous)
				}
				s.server, s.virtual, s.checker = rs, v, c
			}
		}
	}
	if s.checker == nil {
		return nil, fmt.Errorf("%w: no %s of %s", ErrNoChecker, cmp.Or(a.Kind, "checker"), address)
	}
	return s, nil
}

// timeout is how long a check may take.
func (s *subject) timeout() time.Duration {
	if p, ok := s.checker.Probe.(*conf.MiscProbe); ok {
		return cmp.Or(p.Timeout, s.checker.DelayLoop)
	}
	return s.checker.ConnectTimeout
}

// outcomeOf is what a check comes to.
type outcomeOf struct {
	passes, stuck bool
	lasts         span
}

func (s *subject) outcome(manner string) (outcomeOf, error) {
	kind, _, _ := strings.Cut(manner, " ")
	for _, name := range []string{manner, kind} {
		if slices.Contains(s.Stuck, name) {
			return outcomeOf{stuck: true}, nil
		}
		if l, ok := s.Fails[name]; ok {
			lasts, err := l.span(s.timeout())
			return outcomeOf{lasts: lasts}, err
		}
		if l, ok := s.Passes[name]; ok {
			lasts, err := l.span(s.timeout())
			return outcomeOf{passes: true, lasts: lasts}, err
		}
	}
	return outcomeOf{passes: true}, nil
}

// name is the server as the daemon's log writes it.
func (s *subject) name() string {
	return fmt.Sprintf("[%s]:%s:%d", s.server.Address.Addr(), protocol(s.virtual), s.server.Address.Port())
}

func protocol(v *conf.VirtualServer) string {
	switch v.Protocol {
	case "UDP":
		return "udp"
	case "SCTP":
		return "sctp"
	case "TCP":
		return "tcp"
	}
	return "none"
}

// attempt is a check that was made.
type attempt struct {
	at     timeline.Time
	manner string
	asked  string // what the server says that it was asked, line by line
	torn   bool   // the manner changed in the meantime, and nobody came to see
}

// path is the page of a web checker, counted from 0.
func (s *subject) path(i int) string {
	p, ok := s.checker.Probe.(*conf.HTTPProbe)
	if !ok || i >= len(p.URLs) {
		return ""
	}
	return p.URLs[i].Path
}
