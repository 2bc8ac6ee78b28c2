package expect

import (
	"errors"
	"net/netip"
	"strings"
	"time"

	"github.com/viplab/viplab/lab/timeline"
)

// Reasons why checks cannot be judged.
var (
	ErrNoChecker = errors.New("no such checker in the configuration")
	ErrNoStart   = errors.New("the checker's start was not seen")
	ErrTorn      = errors.New("the server's manner changed while it was asked, so that the result is not known")
)

// began is when the daemon last started the checker, before to: not before its
// process, where that has just begun, and not after its own line.
func (s *subject) began(to timeline.Time) (due, error) {
	phrase := "for service " + s.name() + " for VS"
	e := s.run.index().OfNode(timeline.KindLog, s.Node).Until(to).Last(func(e *timeline.Event) bool {
		return strings.Contains(e.Log.Text, "Activating healthchecker") && strings.Contains(e.Log.Text, phrase)
	})
	if e == nil {
		return due{}, ErrNoStart
	}
	started := due{e.At, e.At}
	if p := s.process(e.At); p != nil && e.At.Sub(p.At) < startUp {
		started.earliest = p.At
	}
	return started, nil
}

// process is the last start of the daemon before to.
func (s *subject) process(to timeline.Time) *timeline.Event {
	return s.run.index().OfNode(timeline.KindProcess, s.Node).Until(to).Last(func(e *timeline.Event) bool {
		return e.Process.Phase == timeline.Begin && isDaemon(e.Process)
	})
}

// attempts are the checks that were made since from, in order of time.
func (s *subject) attempts(from, to timeline.Time) []attempt {
	if s.checker.Kind == "MISC_CHECK" {
		return s.commands(from, to)
	}
	target := netip.AddrPortFrom(s.checker.ConnectIP, s.checker.ConnectPort)
	if s.checker.Kind == "PING_CHECK" {
		target = netip.AddrPortFrom(target.Addr(), 0)
	}
	var found []attempt
	var before map[segment]bool
	for _, e := range s.run.index().Questions(target).Between(from, to) {
		if e.Node != s.Node {
			continue
		}
		if t := e.Frame.TCP; t != nil {
			key := segment{t.SrcPort, t.Seq}
			if before[key] {
				continue // sent again
			}
			if before == nil {
				before = map[segment]bool{}
			}
			before[key] = true
		}
		found = append(found, s.attempt(e))
	}
	return found
}

// segment tells one SYN from the same that is sent again.
type segment struct {
	port uint16
	seq  uint32
}

// attempt finds how the server behaved to a question: as it says itself of this
// client, else as it had said that it would.
func (s *subject) attempt(e *timeline.Event) attempt {
	a := attempt{at: e.At}
	node, service, _ := strings.Cut(s.behind, "/")
	x := s.run.index()
	from := netip.AddrPortFrom(e.Frame.IPSrc, 0)
	switch f := e.Frame; {
	case f.TCP != nil:
		from = netip.AddrPortFrom(f.IPSrc, f.TCP.SrcPort)
	case f.UDP != nil:
		from = netip.AddrPortFrom(f.IPSrc, f.UDP.SrcPort)
	}
	visits := x.OfNode(timeline.KindVisit, node).Between(e.At, e.At.Add(s.longest()))
	// The first of a connection says its manner, if it has one for all that is
	// asked; else the last that was told otherwise does.
	for _, v := range visits {
		if v.Visit.Service != service || v.Visit.From != from {
			continue
		}
		if a.manner == "" || a.manner == "serve" {
			a.manner = v.Visit.Manner
		}
		a.asked = strings.TrimSpace(a.asked + "\n" + v.Visit.Asked)
		if s.checker.Kind == "PING_CHECK" {
			break // one that is asked again comes from the same address
		}
	}
	if a.manner != "" {
		return a
	}
	a.manner = "serve"
	for _, m := range x.OfNode(timeline.KindManner, node).Until(e.At.Add(s.longest())) {
		switch {
		case m.Manner.Service != service:
		case m.At <= e.At:
			a.manner = m.Manner.Do
		default:
			if o, err := s.outcome(a.manner); err == nil && !o.stuck && e.At.Add(o.lasts.most) > m.At {
				a.torn = true
			}
			return a
		}
	}
	return a
}

// longest is longer than any check that ends.
func (s *subject) longest() time.Duration { return s.timeout() + time.Second }

// commands are the runs of a script that writes its manner into a file.
func (s *subject) commands(from, to timeline.Time) []attempt {
	var found []attempt
	for _, e := range s.run.index().OfNode(timeline.KindFile, s.Node).Between(from, to) {
		if e.File.Path == s.behind {
			found = append(found, attempt{at: e.At, manner: strings.TrimSpace(e.File.Text)})
		}
	}
	return found
}
