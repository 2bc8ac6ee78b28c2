package expect

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

// Errors of what a configuration does not say.
var (
	ErrNoServer = errors.New("no such real server in the configuration")
	ErrNoBound  = errors.New("nothing is promised of the checker")
)

// tableSample is how late the change of a table may be seen: it is sampled.
const tableSample = 50 * time.Millisecond

// Title implements Expectation.
func (s *Server) Title() string {
	verb := "takes %s out of %s"
	if s.Up {
		verb = "takes %s into %s again"
	}
	return fmt.Sprintf("%s "+verb+" in time after %s", s.Node, s.Server, s.Service, s.After)
}

func (s *Server) judge(r *Run, w Window) []Check {
	rs, err := r.realServer(s.Node, s.Service, s.Server)
	if err != nil {
		return unevaluated(s.Node, w, err)
	}
	p, err := serverPromise(rs, s.Up)
	if err != nil {
		return unevaluated(s.Node, w, err)
	}
	c := Check{Node: s.Node, Verdict: w.unmet(), At: w.To}
	cause := s.cause(r, w)
	if cause == nil {
		c.Want, c.Got = "a change in time", s.After+" has not changed"
		return []Check{c}
	}
	c.Want = p.describe(r.Tolerance, s.After)
	p.early += s.stopping(r, w, cause)
	change := s.change(r, w)
	if change == nil {
		c.Got = "the table has not changed"
		if w.over(p.deadline(cause.At, r.Tolerance)) {
			c.Verdict = Fail
		}
		return []Check{c}
	}
	d := change.At.Sub(cause.At)
	c.Verdict, c.At, c.Got = Fail, change.At, seconds(d)
	if p.holds(d, r.Tolerance) {
		c.Verdict = Pass
	}
	return []Check{c}
}

// serverPromise is how long a director needs to notice that nobody answers any
// more at a server's port, or that somebody does again. A check comes at any
// time within delay_loop. One that is refused is made retry times more, each
// delay_before_retry later; one that succeeds counts at once, other than by HTTP
// (againPromise). The first of several checkers to fail takes the server out, and
// the last to succeed takes it in.
func serverPromise(rs *conf.RealServer, up bool) (promise, error) {
	var all promise
	known := false
	for _, c := range rs.Checkers {
		p := promise{late: c.DelayLoop + tableSample}
		switch {
		case c.Kind == "HTTP_GET" || c.Kind == "SSL_GET":
			if probe, ok := c.Probe.(*conf.HTTPProbe); ok && up {
				p = againPromise(c, probe)
			}
		case c.Kind != "TCP_CHECK" && c.Kind != "SMTP_CHECK":
			return all, fmt.Errorf("%s: %w", c.Kind, ErrNoBound)
		}
		if !up {
			p.span = time.Duration(c.Retry) * c.RetryDelay
		}
		switch {
		case !known:
			all = p
		case up:
			end := max(all.span+all.late, p.span+p.late)
			all.span = max(all.span, p.span)
			all.late = end - all.span
		default:
			end := min(all.span+all.late, p.span+p.late)
			all.span = min(all.span, p.span)
			all.late = end - all.span
		}
		known = true
	}
	if !known {
		return all, fmt.Errorf("a server without checkers: %w", ErrNoBound)
	}
	return all, nil
}

// againPromise is how long an HTTP check needs to find a server good again: the
// url that failed must be answered, and then each url once more, one every
// delay_loop, without these pauses by fast_recovery.
func againPromise(c *conf.Checker, probe *conf.HTTPProbe) promise {
	p := promise{late: max(c.DelayLoop, c.RetryDelay) + tableSample}
	if !probe.FastRecovery {
		p.span = time.Duration(len(probe.URLs)) * c.DelayLoop
	}
	return p
}

// realServer finds a real server by what the table calls it and its service.
func (r *Run) realServer(node, service, server string) (*conf.RealServer, error) {
	cfg := r.Configs[node]
	if cfg == nil {
		return nil, fmt.Errorf("%w of %s", ErrNoConfig, node)
	}
	address, err := netip.ParseAddrPort(server)
	if err != nil {
		return nil, fmt.Errorf("real server: %w", err)
	}
	for _, vs := range cfg.VirtualServers {
		if !sameService(nameOf(vs), service) {
			continue
		}
		for _, rs := range vs.RealServers {
			if rs.Address == address {
				return rs, nil
			}
		}
	}
	return nil, fmt.Errorf("%s of %s on %s: %w", server, service, node, ErrNoServer)
}

// nameOf names a virtual server as tables do; a group has no name of its own.
func nameOf(vs *conf.VirtualServer) string {
	if vs.FWMark != 0 {
		return fmt.Sprintf("FWM %d", vs.FWMark)
	}
	return vs.Protocol + " " + vs.Address.String()
}

// cause is the last event in w of the service that After names: its begin where
// the server is to come back, else its end.
func (s *Server) cause(r *Run, w Window) *timeline.Event {
	phase := timeline.End
	if s.Up {
		phase = timeline.Begin
	}
	node, service, _ := strings.Cut(s.After, "/")
	return r.index().OfNode(timeline.KindProcess, node).Between(w.From, w.To).Last(func(e *timeline.Event) bool {
		return e.Process.Service == service && e.Process.Phase == phase
	})
}

// stopping is how long before its end a service was told to stop: it may have
// ceased to answer since.
func (s *Server) stopping(r *Run, w Window, end *timeline.Event) time.Duration {
	told := r.index().Of(timeline.KindFault).Between(w.From, end.At).Last(func(e *timeline.Event) bool {
		return e.Fault.Target == s.After && e.Fault.Phase == timeline.Begin
	})
	if s.Up || told == nil {
		return 0
	}
	return end.At.Sub(told.At)
}

// change is the first in w by which the server leaves the table, or comes back.
func (s *Server) change(r *Run, w Window) *timeline.Event {
	return r.index().OfNode(timeline.KindIPVS, s.Node).Between(w.From, w.To).First(func(e *timeline.Event) bool {
		row := e.IPVS
		if row.Destination != s.Server || !sameService(row.Service, s.Service) {
			return false
		}
		out := row.Change == timeline.Deleted || row.Weight == 0
		return out != s.Up
	})
}
