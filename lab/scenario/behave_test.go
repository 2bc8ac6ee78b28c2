package scenario

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/timeline"
	"github.com/viplab/viplab/lab/topology"
)

// farm is a director with a hostile server.
func farm() *topology.Topology {
	return &topology.Topology{
		Name: "farm", Title: "t", Networks: map[string]*topology.Network{"lan": {}},
		Nodes: map[string]*topology.Node{
			"lb": {Services: map[string]*topology.Service{"keepalived": {HA: &topology.HA{}}}},
			"rs": {Services: map[string]*topology.Service{
				"web": {Hostile: &topology.Hostile{Speaks: "http"}}, "httpd": {HTTP: &topology.HTTP{}},
			}},
		},
	}
}

func TestMistakesAboutHostileServers(t *testing.T) {
	checks := func(change func(*expect.Attempts)) *Step {
		a := &expect.Attempts{Node: "lb", Servers: map[string]string{"192.0.2.11:80": "rs/web"}, Fails: map[string]expect.Lasts{"refuse": {"0s"}}}
		change(a)
		return &Step{Expect: []expect.Item{{Attempts: a}}}
	}
	behave := func(b Behave) *Step { return &Step{Do: []Action{{Behave: &b}}} }
	wait := func(w Wait) *Step { return &Step{Do: []Action{{Wait: &w}}} }
	for _, tc := range []struct {
		name string
		step *Step
		want string
	}{
		{"right", checks(func(*expect.Attempts) {}), ""},
		{"right, with a file", checks(func(a *expect.Attempts) { a.Servers["192.0.2.12:80"] = "/var/log/misc" }), ""},
		{"right manner", behave(Behave{At: Targets{"rs/web"}, As: topology.Manner{Do: "slow", Delay: time.Second}}), ""},
		{"right wait", wait(Wait{Node: "lb", Check: "192.0.2.11:80"}), ""},
		{"nobody behaves", behave(Behave{}), "steps[0].do[0].behave: behave says of no service"},
		{"a server that cannot behave", behave(Behave{At: Targets{"rs/httpd"}}), "steps[0].do[0].behave.at: rs/httpd is no hostile service"},
		{"an unknown server", behave(Behave{At: Targets{"rs/wbe"}}), `steps[0].do[0].behave.at: node rs has no service "wbe", did you mean rs/web?`},
		{"an impossible manner", behave(Behave{At: Targets{"rs/web"}, As: topology.Manner{Do: "mistaken"}}), `steps[0].do[0].behave.as.do: http cannot "mistaken"`},
		{"wait for nothing", wait(Wait{Node: "lb"}), "steps[0].do[0].wait.vrid: vrid 0 is out of range 1..255"},
		{"wait for two things", wait(Wait{Node: "lb", VRID: 1, Check: "192.0.2.11:80"}), "steps[0].do[0].wait: vrid and check exclude each other"},
		{"wait for no server", wait(Wait{Node: "lb", Check: "web"}), `steps[0].do[0].wait.check: "web" is no real server such as 192.0.2.11:80`},
		{"checks of nobody", checks(func(a *expect.Attempts) { a.Servers = nil }), "steps[0].expect[0].attempts.servers: there are no servers"},
		{"checks by nobody", checks(func(a *expect.Attempts) { a.Node = "rs" }), `steps[0].expect[0].attempts.node: node "rs" runs no ha service`},
		{"checks of no address", checks(func(a *expect.Attempts) { a.Servers = map[string]string{"web": "rs/web"} }), `steps[0].expect[0].attempts.servers.web: "web" is no real server such as 192.0.2.11:80`},
		{"checks of an unknown service", checks(func(a *expect.Attempts) { a.Servers["192.0.2.11:80"] = "rs/wbe" }), `node rs has no service "wbe", did you mean rs/web?`},
		{"checks by a file that nobody watches", checks(func(a *expect.Attempts) { a.Servers["192.0.2.11:80"] = "/tmp/x" }), `"/tmp/x" is no file that is watched`},
		{"a time that is none", checks(func(a *expect.Attempts) { a.Fails["refuse"] = expect.Lasts{"soon"} }), `steps[0].expect[0].attempts.fails.refuse: "soon": no duration such as 1s, nor "timeout"`},
		{"too few checks", checks(func(a *expect.Attempts) { a.Count = -1 }), "steps[0].expect[0].attempts.count: count must be at least 1, not -1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.step.Name = "one"
			s := &Scenario{Name: "s", Title: "t", Suite: "s", Topology: "farm", Steps: []*Step{tc.step}}
			err := s.Validate(farm())
			if tc.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

func TestWaitKnowsItsPacket(t *testing.T) {
	frame := func(node string, f timeline.Frame) *timeline.Event { return &timeline.Event{Node: node, Frame: &f} }
	address := func(s string) timeline.Frame {
		f := timeline.Frame{}
		if err := f.IPDst.UnmarshalText([]byte(s)); err != nil {
			t.Fatal(err)
		}
		return f
	}
	with := func(change func(*timeline.Frame)) timeline.Frame {
		f := address("192.0.2.11")
		change(&f)
		return f
	}
	syn := with(func(f *timeline.Frame) { f.TCP = &timeline.TCP{DstPort: 80, Flags: "S"} })
	echo := with(func(f *timeline.Frame) { f.Echo = &timeline.Echo{} })
	var got []bool
	for _, tc := range []struct {
		check string
		event *timeline.Event
	}{
		{"192.0.2.11:80", frame("lb", syn)},
		{"192.0.2.11:80", frame("lb", with(func(f *timeline.Frame) { f.UDP = &timeline.UDP{DstPort: 80} }))},
		{"192.0.2.11:0", frame("lb", echo)},
		{"192.0.2.11:80", frame("rs", syn)},
		{"192.0.2.11:81", frame("lb", syn)},
		{"192.0.2.12:80", frame("lb", syn)},
		{"192.0.2.11:80", frame("lb", echo)},
		{"192.0.2.11:80", frame("lb", with(func(f *timeline.Frame) { f.TCP = &timeline.TCP{DstPort: 80, Flags: "SA"} }))},
		{"192.0.2.11:0", frame("lb", with(func(f *timeline.Frame) { f.Echo = &timeline.Echo{Reply: true} }))},
		{"192.0.2.11:80", &timeline.Event{Node: "lb"}},
	} {
		got = append(got, (&Wait{Node: "lb", Check: tc.check}).is(tc.event))
	}
	if diff := cmp.Diff([]bool{true, true, true, false, false, false, false, false, false, false}, got); diff != "" {
		t.Error(diff)
	}
}
