package expect

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

// bfdPort is where control packets of one hop go (RFC 5881 4).
const bfdPort = 3784

// slowest is the interval of control packets while a session is down, at the least
// (RFC 5880 6.8.3).
const slowest = time.Second

// handshakes is how many packets of each end it takes until both are up.
const handshakes = 3

// judgeSession judges a BFD_CHECK: the server is out until its session is up, and
// goes out when nothing has come from the neighbour for Detect Mult times the
// interval that both have agreed on. Both ends are taken to have the same settings.
func (s *subject) judgeSession(w Window) []Check {
	session, err := s.session()
	if err != nil {
		return []Check{s.label(unevaluated(s.Node, w, err)[0], "session", "")}
	}
	start := s.process(w.To)
	if start == nil {
		c := s.label(unevaluated(s.Node, w, ErrNoStart)[0], "session", "")
		if !w.Final {
			c.Verdict = Pending
		}
		return []Check{c}
	}
	promised := s.sessionChanges(session, start.At, w)
	seen := s.run.Tolerance + tableSample
	return []Check{
		s.label(s.compare(promised, s.logged(start.At, w.To), s.run.Tolerance, w), "leaves and returns", "-log"),
		s.label(s.compare(promised[1:], s.tabled(start.At, w.To, false), seen, w), "the table follows", "-table"),
	}
}

// session finds the bfd_instance that the checker names.
func (s *subject) session() (*conf.BFD, error) {
	probe, ok := s.checker.Probe.(*conf.BFDProbe)
	if !ok {
		return nil, ErrNoChecker
	}
	for _, b := range s.run.Configs[s.Node].BFDs {
		if b.Name == probe.Name {
			return b, nil
		}
	}
	return nil, fmt.Errorf("%w: no bfd_instance %s", ErrNoChecker, probe.Name)
}

// sessionChanges are what must follow from the packets of the neighbour: the
// server in when both have shaken hands, and out when there are none any more, or
// one says that the session is over.
func (s *subject) sessionChanges(b *conf.BFD, start timeline.Time, w Window) []change {
	pace, idle := max(b.MinRx, b.MinTx), max(slowest, b.IdleTx)
	heard, logged := s.heard(b, start, w.To), s.logged(start, w.To)
	changes := []change{{at: start, late: startUp}}
	for len(heard) > 0 {
		first := heard[0].at
		if heard[0].state == adminDown {
			heard = heard[1:]
			continue
		}
		changes = append(changes, change{at: first, up: true, late: handshakes * idle})
		up := slices.IndexFunc(logged, func(c change) bool { return c.up && c.at >= first })
		if up < 0 {
			break
		}
		// Until both have agreed on the pace, packets come slowly, and are waited for.
		last, limit := first, time.Duration(b.Multiplier)*idle
		for len(heard) > 0 && (heard[0].at <= logged[up].at || heard[0].at <= last.Add(limit)) {
			at, over := heard[0].at, heard[0].over() && heard[0].at > logged[up].at
			if at > last && at <= last.Add(pace+s.run.Tolerance) {
				limit = time.Duration(b.Multiplier) * pace
			}
			if last, heard = at, heard[1:]; over {
				limit = 0
				break
			}
		}
		if limit > 0 && len(heard) == 0 && last.Add(limit) >= w.To {
			break
		}
		changes = append(changes, change{at: last.Add(limit)})
	}
	return changes
}

// control is a control packet of the neighbour's.
type control struct {
	at    timeline.Time
	state string
}

const adminDown = "AdminDown"

// over reports whether a session that is up ends with c (RFC 5880 6.8.6).
func (c control) over() bool { return c.state == adminDown || c.state == "Down" }

// heard are the neighbour's control packets that can have arrived.
func (s *subject) heard(b *conf.BFD, from, to timeline.Time) []control {
	node, _, _ := strings.Cut(s.behind, "/")
	var list []control
	x := s.run.index()
	for _, e := range x.OfNode(timeline.KindFrame, node).Between(from, to) {
		f := e.Frame
		if f.UDP != nil && f.UDP.DstPort == bfdPort && f.IPSrc == b.Neighbor && f.IPDst == cmp.Or(b.Source, f.IPDst) && !detached(x, e) {
			list = append(list, control{e.At, f.UDP.BFD})
		}
	}
	return list
}
