package expect

import (
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

// story makes timelines of course lab 1: web1 (priority 100) and web2 (50)
// share 192.168.0.5. Times are seconds.
type story struct{ events []timeline.Event }

var (
	vip   = netip.MustParseAddr("192.168.0.5")
	group = netip.MustParseAddr("224.0.0.18")
	macs  = map[string]string{"web1": "02:00:00:00:00:03", "web2": "02:00:00:00:00:04", "web3": "02:00:00:00:00:06"}
	ips   = map[string]netip.Addr{
		"web1": netip.MustParseAddr("192.168.0.3"), "web2": netip.MustParseAddr("192.168.0.4"),
		"web3": netip.MustParseAddr("192.168.0.6"),
	}
)

const tolerance = time.Millisecond

func at(s float64) timeline.Time { return timeline.Time(math.Round(s * 1e9)) }

func instance(state conf.State, priority int) *conf.Instance {
	return &conf.Instance{
		Name: "VI_1", State: state, Interface: "enp0s3", VRID: 51, Priority: priority, Version: 2,
		AdvertInt: time.Second, Preempt: true, AuthType: 1, AuthPass: "1111", MulticastGroup: group,
		Addresses: []conf.Address{{Prefix: netip.PrefixFrom(vip, 24)}},
		GARP:      conf.GARP{Repeat: 5, Delay: 5 * time.Second, RefreshTimes: 1},
	}
}

func configs() map[string]*conf.Config {
	return map[string]*conf.Config{
		"web1": {Instances: []*conf.Instance{instance(conf.Master, 100)}},
		"web2": {Instances: []*conf.Instance{instance(conf.Backup, 50)}},
	}
}

func (s *story) add(t float64, node string, kind timeline.Kind, fill func(*timeline.Event)) {
	e := timeline.Event{Seq: uint64(len(s.events) + 1), At: at(t), Kind: kind, Node: node}
	fill(&e)
	s.events = append(s.events, e)
}

func (s *story) advert(t float64, node string, priority int) {
	s.add(t, node, timeline.KindFrame, func(e *timeline.Event) {
		e.Frame = &timeline.Frame{
			Network: "lan", Port: "enp0s3", Proto: "vrrp", Src: macs[node], Dst: "01:00:5e:00:00:12",
			IPSrc: ips[node], IPDst: group, TTL: 255,
			VRRP: &timeline.VRRP{Version: 2, Type: 1, VRID: 51, Priority: priority, Interval: time.Second,
				AuthType: 1, AuthData: "3131313100000000", Addresses: []netip.Addr{vip}, ChecksumOK: true},
		}
	})
}

// adverts are n advertisements, a second apart.
func (s *story) adverts(from float64, n int, node string, priority int) {
	for i := range n {
		s.advert(from+float64(i), node, priority)
	}
}

func (s *story) arp(t float64, node, op, mac string, sender, target netip.Addr) {
	s.add(t, node, timeline.KindFrame, func(e *timeline.Event) {
		e.Frame = &timeline.Frame{Network: "lan", Port: "enp0s3", Proto: "arp", Src: mac, Dst: broadcastMAC,
			ARP: &timeline.ARP{Op: op, SenderMAC: mac, SenderIP: sender, TargetMAC: broadcastMAC, TargetIP: target}}
	})
}

func (s *story) garps(t float64, n int, node string) {
	for i := range n {
		s.arp(t+float64(i)*0.00001, node, "request", macs[node], vip, vip)
	}
}

func (s *story) address(t float64, node, iface string, c timeline.Change) {
	s.add(t, node, timeline.KindAddress, func(e *timeline.Event) {
		e.Address = &timeline.Address{Change: c, Interface: iface, Prefix: netip.PrefixFrom(vip, 24), Label: iface}
	})
}

func (s *story) process(t float64, node, service string, p timeline.Phase) {
	s.add(t, node, timeline.KindProcess, func(e *timeline.Event) {
		e.Process = &timeline.Process{Phase: p, Service: service, PID: 7, Args: []string{"/usr/sbin/" + service}}
	})
}

func (s *story) log(t float64, node, text string) {
	s.add(t, node, timeline.KindLog, func(e *timeline.Event) { e.Log = &timeline.Log{Source: "Keepalived_vrrp", Text: text} })
}

func (s *story) fault(t float64, name, target string, p timeline.Phase) {
	s.add(t, "", timeline.KindFault, func(e *timeline.Event) {
		e.Fault = &timeline.Fault{Name: name, Target: target, Phase: p}
	})
}

// http is an answer with a body, or with "" a failure, 10 ms after its request.
func (s *story) http(t float64, body string) { s.probe(t, "http", body) }

func (s *story) probe(t float64, proto, body string) {
	s.add(t, "client", timeline.KindProbe, func(e *timeline.Event) {
		e.Probe = &timeline.Probe{Name: "web", Proto: proto, Target: vip.String(), Seq: len(s.events) + 1,
			Sent: at(t - 0.01), OK: body != "", Body: body}
		if body == "" {
			e.Probe.Error = "timeout"
		}
	})
}

func (s *story) mail(t float64, node, subject string) {
	s.add(t, node, timeline.KindMail, func(e *timeline.Event) {
		e.Mail = &timeline.Mail{Subject: subject, Body: "vrrp transition, " + node}
	})
}

// line is a line in /var/log/state.log.
func (s *story) line(t float64, node, text string) {
	s.add(t, node, timeline.KindFile, func(e *timeline.Event) { e.File = &timeline.File{Path: "/var/log/state.log", Text: text} })
}

func (s *story) ipvs(t float64, c timeline.Change, destination string, weight int) {
	s.add(t, "lb1", timeline.KindIPVS, func(e *timeline.Event) {
		e.IPVS = &timeline.IPVS{Change: c, Service: "TCP 192.168.0.5:80", Scheduler: "wrr",
			Destination: destination, Weight: weight}
		if destination != "" {
			e.IPVS.Scheduler, e.IPVS.Forward = "", "Route"
		}
	})
}

// frames are the frames that keep accepts.
func (s *story) frames(keep func(*timeline.Event) bool) (found []*timeline.Event) {
	for i := range s.events {
		if s.events[i].Kind == timeline.KindFrame && keep(&s.events[i]) {
			found = append(found, &s.events[i])
		}
	}
	return found
}

// drop removes the events that match.
func (s *story) drop(match func(*timeline.Event) bool) {
	var kept []timeline.Event
	for _, e := range s.events {
		if !match(&e) {
			kept = append(kept, e)
		}
	}
	s.events = kept
}

// row is a doctored timeline and what an item must say of it.
type row struct {
	name    string
	doctor  func(*story)
	configs func(map[string]*conf.Config)
	item    Item
	from    float64
	to      float64
	open    bool // the window is not final

	// The first check that is not a pass: its id, verdict, and parts of its
	// texts. An empty id expects all to pass.
	id        string
	verdict   Verdict // default Fail
	want, got string
	seconds   float64 // its error_seconds, checked when not 0, to the microsecond
	exact     bool    // an error_seconds must be there, of any value
	inexact   bool    // none may be there
}

func (tc row) run(t *testing.T, base func() *story) {
	t.Helper()
	s := base()
	if tc.doctor != nil {
		tc.doctor(s)
	}
	c := configs()
	if tc.configs != nil {
		tc.configs(c)
	}
	r := NewRun(s.events, c, tolerance)
	checks := tc.item.Judge(r, Window{From: at(tc.from), To: at(tc.to), Final: !tc.open})
	if len(checks) == 0 {
		t.Fatal("no check")
	}
	worst := checks[0]
	for _, c := range checks {
		if c.ID == "" || c.Title == "" {
			t.Errorf("check without id or title: %+v", c)
		}
		if !tc.open && c.Verdict == Pending {
			t.Errorf("pending in a final window: %+v", c)
		}
		if c.Verdict != Pass && c.Got == "" {
			t.Errorf("nothing got: %+v", c)
		}
		if worst.Verdict == Pass {
			worst = c
		}
	}
	if tc.verdict == "" {
		tc.verdict = Fail
	}
	if tc.id == "" {
		tc.verdict, tc.id = Pass, worst.ID
		worst = firstWith(checks, Pass, worst)
		tc.id = worst.ID
	}
	if worst.ID != tc.id || worst.Verdict != tc.verdict || !strings.Contains(worst.Want, tc.want) || !strings.Contains(worst.Got, tc.got) {
		t.Errorf("got  %s %s, want %q, got %q\nwant %s %s, want …%q…, got …%q…",
			worst.ID, worst.Verdict, worst.Want, worst.Got, tc.id, tc.verdict, tc.want, tc.got)
	}
	tc.timing(t, checks, worst)
}

// firstWith returns the first check if all have verdict v, else other.
func firstWith(checks []Check, v Verdict, other Check) Check {
	for _, c := range checks {
		if c.Verdict != v {
			return other
		}
	}
	return checks[0]
}

func (tc row) timing(t *testing.T, checks []Check, c Check) {
	t.Helper()
	switch {
	case tc.seconds != 0:
		if c.ErrorSeconds == nil || math.Abs(*c.ErrorSeconds-tc.seconds) > 1e-6 {
			t.Errorf("error_seconds of %s: got %v; want %v", c.ID, deref(c.ErrorSeconds), tc.seconds)
		}
	case tc.exact && c.ErrorSeconds == nil:
		t.Errorf("%s has no error_seconds", c.ID)
	case tc.inexact:
		for _, c := range checks {
			if c.ErrorSeconds != nil {
				t.Errorf("%s has error_seconds %v without an exact reference", c.ID, *c.ErrorSeconds)
			}
		}
	}
}

func deref(f *float64) any {
	if f == nil {
		return "none"
	}
	return *f
}

func run(t *testing.T, base func() *story, rows []row) {
	t.Helper()
	for _, tc := range rows {
		t.Run(tc.name, func(t *testing.T) { tc.run(t, base) })
	}
}
