package chart

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/lab/timeline"
)

var update = flag.Bool("update", false, "write the golden files anew")

// story collects events; times are seconds.
type story []timeline.Event

func (s *story) add(t float64, node string, e timeline.Event) {
	e.Seq, e.At, e.Node = uint64(len(*s)+1), timeline.Time(t*1e9), node
	*s = append(*s, e)
}

func (s *story) advert(t float64, node string, vrid, priority int) {
	addr := netip.AddrFrom4([4]byte{10, 0, 0, byte(vrid)})
	s.add(t, node, timeline.Event{Kind: timeline.KindFrame, Frame: &timeline.Frame{Network: "lan", Port: "eth0",
		IPSrc: netip.AddrFrom4([4]byte{10, 0, 0, 200}),
		VRRP:  &timeline.VRRP{VRID: vrid, Priority: priority, Interval: time.Second, Addresses: []netip.Addr{addr}}}})
}

func (s *story) process(t float64, node, service string, p timeline.Phase, pid int) {
	s.add(t, node, timeline.Event{Kind: timeline.KindProcess, Process: &timeline.Process{Phase: p, Service: service, PID: pid, Signal: "SIGKILL"}})
}

func (s *story) log(t float64, node, text string) {
	s.add(t, node, timeline.Event{Kind: timeline.KindLog, Log: &timeline.Log{Text: text}})
}

func (s *story) probe(t float64, name, body string) {
	s.add(t, "client", timeline.Event{Kind: timeline.KindProbe, Probe: &timeline.Probe{Name: name, Proto: "http",
		Sent: timeline.Time(t*1e9) - 1e6, OK: body != "", Body: body, Error: "refused"}})
}

func (s *story) address(t float64, node string, c timeline.Change) {
	s.add(t, node, timeline.Event{Kind: timeline.KindAddress, Address: &timeline.Address{Change: c, Interface: "eth0",
		Prefix: netip.MustParsePrefix("10.0.0.51/32")}})
}

func (s *story) fault(t float64, name string, p timeline.Phase) {
	s.add(t, "", timeline.Event{Kind: timeline.KindFault, Fault: &timeline.Fault{Name: name, Target: "a:eth0", Phase: p}})
}

func (s *story) step(t float64, n int, name string, p timeline.Phase) {
	s.add(t, "", timeline.Event{Kind: timeline.KindStep, Step: &timeline.Step{Index: n, Name: name, Phase: p}})
}

// two: a and b run two virtual routers; a is killed, returns, and fails.
func two() story {
	var s story
	s.step(0, 0, "start", timeline.Begin)
	for n, node := range []string{"a", "b"} {
		s.process(0, node, "keepalived", timeline.Begin, n+1)
		s.process(0, node, "httpd", timeline.Begin, n+3)
	}
	for t := 1.0; t < 5; t++ {
		s.advert(t, "a", 51, 100)
		s.advert(t+0.5, "b", 61, 100)
	}
	s.log(1, "a", "(VI_1) Entering MASTER STATE")
	s.log(1.5, "b", "(VI_2) Entering MASTER STATE")
	s.address(1, "a", timeline.Added)
	s.step(4.1, 0, "start", timeline.End)
	s.step(4.1, 1, "kill", timeline.Begin)
	s.fault(4.2, "kill-all", timeline.Begin)
	s.process(4.2, "a", "keepalived", timeline.End, 1)
	s.address(4.2, "a", timeline.Deleted)
	for t := 7.6; t < 12; t++ {
		s.advert(t, "b", 51, 50)
	}
	s.address(7.6, "b", timeline.Added)
	s.advert(8, "b", 61, 0)
	s.fault(9, "kill-all", timeline.End)
	s.process(9, "a", "keepalived", timeline.Begin, 5)
	s.log(9.5, "b", "(VI_2) Entering FAULT STATE")
	s.log(10, "b", "(VI_2) Entering BACKUP STATE")
	s.log(10, "b", "something else")
	for i, body := range []string{"A", "A", "", "", "B"} {
		s.probe(float64(i)*2+1, "web", body)
	}
	s.probe(11, "dead", "")
	s.add(3, "b", timeline.Event{Kind: timeline.KindIPVS, IPVS: &timeline.IPVS{Change: timeline.Added, Service: "TCP 10.0.0.51:80",
		Destination: "10.0.0.9:80", Weight: 2}})
	s.add(7.7, "b", timeline.Event{Kind: timeline.KindFrame, Frame: &timeline.Frame{Network: "lan", Port: "eth0",
		ARP: &timeline.ARP{Op: "request", SenderIP: netip.MustParseAddr("10.0.0.51"), TargetIP: netip.MustParseAddr("10.0.0.51")}}})
	s.add(7.8, "b", timeline.Event{Kind: timeline.KindFrame, Frame: &timeline.Frame{Network: "lan", Port: "eth0",
		ND: &timeline.ND{Op: "advert", Target: netip.MustParseAddr("fe80::51")}}})
	s.add(12, "", timeline.Event{Kind: timeline.KindInfo, Info: &timeline.Info{}})
	return s
}

// text writes a chart as its lanes.
func (c *Chart) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "chart %s to %s, bodies %q\n", c.From, c.To, c.Bodies)
	show := func(indent, name string, l Lane) {
		fmt.Fprintf(&b, "%s%s\n", indent, name)
		for _, band := range l.Bands {
			fmt.Fprintf(&b, "%s  [%s, %s) %s %q: %s\n", indent, band.From, band.To, band.Class, band.Label, band.Title)
		}
		for _, t := range l.Ticks {
			fmt.Fprintf(&b, "%s  %s %s: %s\n", indent, t.At, t.Class, t.Title)
		}
	}
	show("", "steps", Lane{Bands: c.Steps})
	show("", "faults", Lane{Bands: c.Faults})
	for _, g := range c.Groups {
		fmt.Fprintln(&b, g.Name)
		for _, l := range g.Lanes {
			show("  ", l.Label, l)
		}
	}
	return b.String()
}

func TestBuild(t *testing.T) {
	x := timeline.NewIndex(two())
	extent := Extent(x)
	for name, span := range map[string]timeline.Span{
		"whole.txt": extent,
		"part.txt":  {From: 4_100_000_000, To: 9_700_000_000},
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, name, Build(x, span.From, span.To).text())
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", name, d)
	}
}

// A fault belongs to a window in which it begins or is healed.
func TestFaultsOfWindow(t *testing.T) {
	var s story
	s.fault(2, "pause", timeline.Begin)
	s.fault(6, "pause", timeline.End)
	s.fault(6, "never-begun", timeline.End)
	x := timeline.NewIndex(s)
	for _, tc := range []struct {
		from, to timeline.Time
		want     int
	}{{0, 1e9, 0}, {0, 3e9, 1}, {3e9, 5e9, 0}, {3e9, 6e9, 1}, {7e9, 9e9, 0}, {0, 9e9, 1}} {
		if got := len(Build(x, tc.from, tc.to).Faults); got != tc.want {
			t.Errorf("%s to %s: %d faults; want %d", tc.from, tc.to, got, tc.want)
		}
	}
}

func TestTransition(t *testing.T) {
	for _, tc := range []struct {
		line, instance, state string
		ok                    bool
	}{
		{"(VI_1) Entering FAULT STATE", "VI_1", "FAULT", true},
		{"Keepalived_vrrp[12]: (VI 2) Entering BACKUP STATE (init)", "VI 2", "BACKUP", true},
		{"(VI_1) Entering the house", "", "", false},
		{"Entering MASTER STATE", "", "", false},
		{"(VI_1) sent 0 priority", "", "", false},
		{"", "", "", false},
	} {
		instance, state, ok := transition(tc.line)
		if ok != tc.ok || ok && (instance != tc.instance || state != tc.state) {
			t.Errorf("%q: got %q %q %v", tc.line, instance, state, ok)
		}
	}
}

// Routers that are strangers to each other get no lane for the other's VRID.
func TestVRIDsOf(t *testing.T) {
	var s story
	s.process(0, "a", "keepalived", timeline.Begin, 1)
	s.process(0, "b", "vipd", timeline.Begin, 2)
	s.process(0, "b", "vipd", timeline.Begin, 3)
	s.process(1, "b", "vipd", timeline.End, 3)
	s.process(0, "c", "keepalived", timeline.Begin, 4)
	s.process(0, "web", "httpd", timeline.Begin, 5)
	s.advert(4, "a", 51, 100)
	s.advert(4, "b", 61, 100)
	s[len(s)-1].Frame.Network = "other"
	c := Build(timeline.NewIndex(s), 0, 5e9)
	got := map[string][]string{}
	for _, g := range c.Groups {
		for _, l := range g.Lanes {
			if strings.HasPrefix(l.Label, "VRID") {
				got[g.Name] = append(got[g.Name], fmt.Sprint(l.Label, " ", len(l.Bands)))
			}
		}
	}
	// c has sent nothing yet: it may be on either network.
	want := map[string][]string{"a": {"VRID 51 2"}, "b": {"VRID 61 2"}, "c": {"VRID 51 1", "VRID 61 1"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestSpans(t *testing.T) {
	spans := func(bounds ...timeline.Time) (list []timeline.Span) {
		for i := 0; i < len(bounds); i += 2 {
			list = append(list, timeline.Span{From: bounds[i], To: bounds[i+1]})
		}
		return list
	}
	for _, tc := range []struct {
		name                  string
		a, b, without, common []timeline.Span
	}{
		{"nothing", nil, spans(1, 2), nil, nil},
		{"apart", spans(1, 2), spans(3, 4), spans(1, 2), nil},
		{"touching", spans(1, 2), spans(2, 3), spans(1, 2), nil},
		{"inside", spans(0, 10), spans(3, 4), spans(0, 3, 4, 10), spans(3, 4)},
		{"covered", spans(3, 4), spans(0, 10), nil, spans(3, 4)},
		{"left", spans(2, 6), spans(0, 4), spans(4, 6), spans(2, 4)},
		{"right", spans(2, 6), spans(4, 9), spans(2, 4), spans(4, 6)},
		{"several", spans(0, 4, 6, 10), spans(1, 2, 3, 7), spans(0, 1, 2, 3, 7, 10), spans(1, 2, 3, 4, 6, 7)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if d := cmp.Diff(tc.without, without(tc.a, tc.b)); d != "" {
				t.Errorf("without (-want +got):\n%s", d)
			}
			if d := cmp.Diff(tc.common, common(tc.a, tc.b)); d != "" {
				t.Errorf("common (-want +got):\n%s", d)
			}
		})
	}
}
