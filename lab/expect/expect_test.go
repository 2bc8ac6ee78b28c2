package expect

import (
	"errors"
	"testing"
	"time"

	"github.com/viplab/viplab/lab/timeline"
)

func TestPromises(t *testing.T) {
	for _, tc := range []struct {
		name       string
		version    int
		priority   int
		interval   time.Duration
		skew, down time.Duration
	}{
		// R3768-6.1-02: the skew of version 2 does not depend on the interval.
		{"priority 1", 2, 1, time.Second, 996_093_750, 3_996_093_750},
		{"priority 50", 2, 50, time.Second, 804_687_500, 3_804_687_500},
		{"priority 100", 2, 100, time.Second, 609_375_000, 3_609_375_000},
		{"priority 254, 3 s", 2, 254, 3 * time.Second, 7_812_500, 9_007_812_500},
		// R5798-6.1-04: 1.083 s and 7.219 s at priority 100.
		{"version 3, 30 cs", 3, 100, 300 * time.Millisecond, 182_812_500, 1_082_812_500},
		{"version 3, 200 cs", 3, 100, 2 * time.Second, 1_218_750_000, 7_218_750_000},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := SkewTime(tc.version, tc.priority, tc.interval); got != tc.skew {
				t.Errorf("Skew_Time: got %v; want %v", got, tc.skew)
			}
			if got := MasterDownInterval(tc.version, tc.priority, tc.interval); got != tc.down {
				t.Errorf("Master_Down_Interval: got %v; want %v", got, tc.down)
			}
		})
	}
}

func TestToleranceOf(t *testing.T) {
	for _, tc := range []struct {
		clock string
		err   float64
		want  time.Duration
	}{
		{"ideal", 0, time.Millisecond},
		{"ideal", 0.00005, 1050 * time.Microsecond},
		{"virtual", 0.001, 11 * time.Millisecond},
		{"real", 0.002, 12 * time.Millisecond},
		{"", -1, 10 * time.Millisecond},
	} {
		if got := ToleranceOf(timeline.Info{Clock: tc.clock, SchedulerError: tc.err}); got != tc.want {
			t.Errorf("%s clock, error %v s: got %v; want %v", tc.clock, tc.err, got, tc.want)
		}
	}
}

func TestWorst(t *testing.T) {
	for _, tc := range []struct {
		in   []Verdict
		want Verdict
	}{
		{nil, Skip},
		{[]Verdict{Pass, Skip}, Pass},
		{[]Verdict{Skip}, Skip},
		{[]Verdict{Pass, Pending}, Pending},
		{[]Verdict{Error, Pending, Pass}, Error},
		{[]Verdict{Pass, Fail, Error}, Fail},
	} {
		var checks []Check
		for _, v := range tc.in {
			checks = append(checks, Check{Verdict: v})
		}
		if got := Worst(tc.in...); got != tc.want {
			t.Errorf("Worst(%v): got %s; want %s", tc.in, got, tc.want)
		}
		if got := Overall(checks); got != tc.want {
			t.Errorf("Overall(%v): got %s; want %s", tc.in, got, tc.want)
		}
	}
}

func TestItem(t *testing.T) {
	log, mail := &Log{Node: "web1", Phrase: "x"}, &Mail{Node: "web1"}
	if _, err := (Item{}).Expectation(); !errors.Is(err, ErrNoExpectation) {
		t.Errorf("empty item: got %v", err)
	}
	if _, err := (Item{Log: log, Mail: mail}).Expectation(); !errors.Is(err, ErrTwoExpectations) {
		t.Errorf("two: got %v", err)
	}
	e, err := (Item{Log: log}).Expectation()
	if err != nil || e != Expectation(log) {
		t.Errorf("log: got %v, %v", e, err)
	}
	checks := Judge([]Item{
		{Log: log},
		{ID: "mine", Title: "my title", Log: log},
		{ID: "adv", Title: "web1", Adverts: &Adverts{VRID: 51, Node: "web1"}},
		{},
	}, NewRun(nil, configs(), 0), Window{Final: true})
	got := map[string]string{}
	for _, c := range checks[:4] {
		got[c.ID] = c.Title
	}
	diff(t, map[string]string{
		"log": `web1 logs "x"`, "mine": "my title", "adv": "web1", "R3768-5.3.1-01": "web1: version",
	}, got)
	last := checks[len(checks)-1]
	if last.Verdict != Error || last.ID != "expectation" {
		t.Errorf("empty item: got %+v", last)
	}
}

func TestTitles(t *testing.T) {
	for want, e := range map[string]Expectation{
		"web1 is Master of VRID 51":                                     &Master{VRID: 51, Node: "web1"},
		"192.168.0.5 is on web1":                                        &VIP{Address: vip, Node: "web1"},
		"nobody owns 192.168.0.5":                                       &VIP{Address: vip},
		"web1 alone answers ARP for 192.168.0.5":                        &ARP{Address: vip, Node: "web1"},
		"nobody answers ARP for 192.168.0.5":                            &ARP{Address: vip},
		"web1 announces 192.168.0.5":                                    &GARP{Address: vip, Node: "web1"},
		"web1 advertises VRID 51":                                       &Adverts{VRID: 51, Node: "web1"},
		"web2 takes VRID 51 over from web1 in time":                     &Takeover{VRID: 51, From: "web1", To: "web2"},
		"web2 becomes Master of VRID 51 in time after its start":        &Takeover{VRID: 51, To: "web2"},
		"web1 preempts web2 as Master of VRID 51 in time":               &Takeover{VRID: 51, From: "web2", To: "web1", Preempt: true},
		"never two Masters of VRID 51":                                  &SingleMaster{VRID: 51},
		"web is answered":                                               &HTTP{Probe: "web"},
		`web is answered "x"`:                                           &HTTP{Probe: "web", Body: "x"},
		`web is answered "x" 2 : "y" 1`:                                 &HTTP{Probe: "web", Share: map[string]int{"x": 2, "y": 1}},
		"web is answered the same throughout":                           &HTTP{Probe: "web", Same: true},
		"lb1 takes 192.168.0.3:80 out of FWM 1 in time after rs1/httpd": &Server{Node: "lb1", Service: "FWM 1", Server: "192.168.0.3:80", After: "rs1/httpd"},
		"requests of web fail":                                          &HTTP{Probe: "web", Fails: true},
		"probe p is answered":                                           &Ping{Probe: "p"},
		"probe p gets no answer":                                        &Ping{Probe: "p", Fails: true},
		"lb1 balances TCP 192.168.0.5:80 over 192.168.0.3:80 weight 1":  &IPVS{Node: "lb1", Service: "TCP 192.168.0.5:80", Servers: map[string]int{"192.168.0.3:80": 1}},
		"lb1 has no service FWM 1":                                      &IPVS{Node: "lb1", Service: "FWM 1", Absent: true},
		`web1 never logs "x"`:                                           &Log{Node: "web1", Phrase: "x", Never: true},
		"web1 gets mail: a, b":                                          &Mail{Node: "web1", Subjects: []string{"a", "b"}},
		"httpd runs on web1":                                            &Process{Node: "web1", Service: "httpd", Running: true},
		"httpd does not run on web1":                                    &Process{Node: "web1", Service: "httpd"},
	} {
		if got := e.Title(); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	plain := Item{Adverts: &Adverts{VRID: 51, Node: "web1"}}.Judge(NewRun(nil, configs(), 0), Window{Final: true})
	if plain[0].Title != "web1 advertises VRID 51" || plain[1].Title != "version" {
		t.Errorf("titles of an item without one: %q, %q", plain[0].Title, plain[1].Title)
	}
}

func TestItemWords(t *testing.T) {
	for want, item := range map[string]Item{
		"master": {Master: &Master{}}, "vip": {VIP: &VIP{}}, "arp": {ARP: &ARP{}}, "garp": {GARP: &GARP{}},
		"adverts": {Adverts: &Adverts{}}, "takeover": {Takeover: &Takeover{}}, "single-master": {SingleMaster: &SingleMaster{}},
		"http": {HTTP: &HTTP{}}, "ping": {Ping: &Ping{}}, "ipvs": {IPVS: &IPVS{}}, "log": {Log: &Log{}},
		"mail": {Mail: &Mail{}}, "process": {Process: &Process{}},
	} {
		if got := item.Word(); got != want {
			t.Errorf("got word %q; want %q", got, want)
		}
		if item.Describe() == "" {
			t.Errorf("%s: no description", want)
		}
	}
	if got := (Item{}).Word(); got != "" {
		t.Errorf("empty item: got word %q", got)
	}
}

// Feeding a run event by event, as while it goes on, gives what all at once gives,
// and nothing that was decided is taken back.
func TestLive(t *testing.T) {
	items := []Item{
		{Takeover: &Takeover{VRID: 51, From: "web1", To: "web2", Resigned: yes(false)}},
		{GARP: &GARP{Address: vip, Node: "web2"}},
		{Adverts: &Adverts{VRID: 51, Node: "web2"}},
	}
	s := crash()
	timeline.Sort(s.events)
	r := NewRun(nil, configs(), tolerance)
	decided := map[string]Verdict{}
	for i := range s.events {
		r.Add(s.events[i : i+1])
		now := s.events[i].At
		if now < at(10.1) {
			continue
		}
		for _, c := range Judge(items, r, Window{From: at(10.1), To: now}) {
			if was, ok := decided[c.ID]; ok && was != c.Verdict {
				t.Errorf("at %s s %s turned from %s to %s: %s", now, c.ID, was, c.Verdict, c.Got)
			}
			if c.Verdict != Pending {
				decided[c.ID] = c.Verdict
			}
		}
	}
	w := Window{From: at(10.1), To: at(24), Final: true}
	diff(t, Judge(items, NewRun(s.events, configs(), tolerance), w), Judge(items, r, w))
	if o := Overall(Judge(items, r, w)); o != Pass {
		t.Errorf("final: %s", o)
	}
}

// BenchmarkJudge judges the last minute of an hour of advertisements.
func BenchmarkJudge(b *testing.B) {
	s := &story{}
	for i := range 100_000 {
		s.advert(float64(i)*0.036, "web1", 100)
	}
	c := configs()
	c["web1"].Instances[0].AdvertInt = 36 * time.Millisecond
	r := NewRun(s.events, c, tolerance)
	items := []Item{
		{Adverts: &Adverts{VRID: 51, Node: "web1"}}, {Master: &Master{VRID: 51, Node: "web1"}},
		{SingleMaster: &SingleMaster{VRID: 51}}, {Takeover: &Takeover{VRID: 51, From: "web1", To: "web2"}},
		{GARP: &GARP{Address: vip, Node: "web2"}}, {VIP: &VIP{Address: vip, Node: "web1"}},
	}
	for b.Loop() {
		Judge(items, r, Window{From: at(3540), To: at(3600)})
	}
}

// FuzzJudge holds that no timeline, however odd, stops the judging.
func FuzzJudge(f *testing.F) {
	f.Add(uint64(1), uint8(3), int64(1e9), int64(5e9), true)
	f.Fuzz(func(t *testing.T, seed uint64, drop uint8, from, to int64, final bool) {
		s := crash()
		for i := range s.events {
			e := &s.events[i]
			seed = seed*6364136223846793005 + 1442695040888963407
			if drop > 0 && seed>>33%uint64(drop) == 0 {
				e.At += timeline.Time(int32(seed >> 16))
			}
			if e.Frame != nil && seed>>40%5 == 0 {
				e.Frame.VRRP, e.Frame.ARP = nil, nil
			}
		}
		r := NewRun(s.events, configs(), tolerance)
		items := []Item{
			{Takeover: &Takeover{VRID: 51, From: "web1", To: "web2", Resigned: yes(true)}},
			{Takeover: &Takeover{VRID: 51, From: "web1", To: "web2", Preempt: true}}, {Takeover: &Takeover{VRID: 51, To: "web2"}},
			{GARP: &GARP{Address: vip, Node: "web2"}}, {Adverts: &Adverts{VRID: 51, Node: "web2"}},
			{SingleMaster: &SingleMaster{VRID: 51}}, {Master: &Master{VRID: 51, Node: "web2"}},
		}
		w := Window{From: timeline.Time(from), To: timeline.Time(to), Final: final}
		for _, c := range Judge(items, r, w) {
			if final && c.Verdict == Pending {
				t.Errorf("pending in a final window: %+v", c)
			}
		}
	})
}
