package expect

import (
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

// cutOff is crash with a client that asks every 0.1 s and is answered until web1
// dies at 10.2 s, and again when web2 serves.
func cutOff() *story { return asked(crash(), 10.2, 10+3.8046875) }

// asked adds the client, and numbers its requests.
func asked(s *story, dies, serves float64) *story {
	for i := 1; i <= 200; i++ {
		t, body := float64(i)/10, "page"
		if t > dies && t-0.01 < serves {
			body = ""
		}
		s.http(t, body)
		s.events[len(s.events)-1].Probe.Seq = i
	}
	return s
}

func TestOutage(t *testing.T) {
	item := func(change func(*Outage)) Item {
		o := &Outage{Probe: "web", VRID: 51, From: "web1", To: "web2"}
		if change != nil {
			change(o)
		}
		return Item{Outage: o}
	}
	plain := item(nil)
	scripted := item(func(o *Outage) { o.Script = "chk" })
	withScript := func(c map[string]*conf.Config) {
		c["web1"].Scripts = []*conf.Script{{Name: "chk", Interval: 2 * time.Second, Fall: 2, Rise: 1}}
	}
	again := func(change func(*story) *story) func(*story) {
		return func(s *story) { *s = *change(&story{}) }
	}
	resign := again(func(*story) *story {
		s := crash()
		resigned(s)
		return asked(s, 10.5, 10.5+0.8046875)
	})
	run(t, cutOff, []row{
		// A crash may be at any moment between two advertisements.
		{name: "as promised", item: plain, from: 10.1, to: 20,
			want: "2.803688 s to 4.005687 s, for a request every 0.1 s", got: "3.700000 s from 10.200000 s"},
		{name: "as promised after a resignation", doctor: resign, item: plain, from: 10.1, to: 20, want: "0.803687 s to 1.005688 s", got: "0.900000 s from 10.500000 s"},
		{name: "too long", doctor: again(func(*story) *story { return asked(crash(), 10.2, 14.4) }), item: plain, from: 10.1, to: 20,
			id: "outage", got: "4.300000 s from 10.200000 s"},
		{name: "too short", doctor: again(func(*story) *story { return asked(crash(), 10.2, 12) }), item: plain, from: 10.1, to: 20,
			id: "outage", got: "1.900000 s from 10.200000 s"},
		{name: "none", doctor: again(func(*story) *story { return asked(crash(), 0, 0) }), item: plain, from: 10.1, to: 20,
			id: "outage", got: "0.200000 s from"},
		{name: "no end", doctor: again(func(*story) *story { return asked(crash(), 10.2, 30) }), item: plain, from: 10.1, to: 20,
			id: "outage", got: "no answer since web2 took over"},
		{name: "open: no end yet", doctor: again(func(*story) *story { return asked(crash(), 10.2, 30) }), item: plain, from: 10.1, to: 14, open: true,
			id: "outage", verdict: Pending},
		{name: "open: no takeover yet", doctor: onlyBefore(12), item: plain, from: 10.1, to: 12, open: true, id: "outage", verdict: Pending},
		{name: "no takeover", doctor: onlyBefore(12), item: plain, from: 10.1, to: 20, id: "outage", got: "web2 did not take VRID 51 over"},
		{name: "a script has to notice first", configs: withScript, doctor: again(func(*story) *story {
			s := crash()
			resigned(s)
			return asked(s, 8, 10.5+0.8046875)
		}), item: scripted, from: 7, to: 20, want: "2.803688 s to 5.105688 s"},
		{name: "and should have noticed sooner", configs: withScript, doctor: again(func(*story) *story {
			s := crash()
			resigned(s)
			return asked(s, 6, 10.5+0.8046875)
		}), item: scripted, from: 5, to: 20, id: "outage", got: "5.400000 s from 6.000000 s"},
		{name: "no such script", item: scripted, from: 10.1, to: 20, id: "outage", verdict: Error, got: "chk of web1: no such vrrp_script"},
		{name: "no such router", item: item(func(o *Outage) { o.To = "web9" }), from: 10.1, to: 20, id: "outage", verdict: Error},
	})
}

func TestScript(t *testing.T) {
	base := func() *story {
		s := &story{}
		s.process(0, "web1", "httpd", timeline.Begin)
		s.log(0.5, "web1", "VRRP_Script(chk) succeeded")
		s.process(10, "web1", "httpd", timeline.End)
		s.log(13, "web1", "VRRP_Script(chk) failed (exited with status 1)")
		return s
	}
	at := func(seconds float64) func(*story) {
		return func(s *story) { s.events[3].At = timeline.Time(seconds * 1e9) }
	}
	down := Item{Script: &Script{Node: "web1", Name: "chk", After: "httpd"}}
	up := Item{Script: &Script{Node: "web1", Name: "chk", After: "httpd", Up: true}}
	rm := Item{Script: &Script{Node: "web1", Name: "chk", After: "rm"}}
	none := Item{Script: &Script{Node: "web1", Name: "other", After: "httpd"}}
	removed := func(s *story) {
		s.drop(func(e *timeline.Event) bool { return e.Process != nil })
		for _, e := range []struct {
			at    float64
			phase timeline.Phase
		}{{9.5, timeline.Begin}, {11.5, timeline.End}} {
			s.process(e.at, "web1", "rm", e.phase)
		}
	}
	rows := []row{
		{name: "fails in time", item: down, from: 5, to: 20, want: "2.000000 s and at most 2.1 s more ± 0.001 s after httpd", got: "3.000000 s"},
		{name: "at once is too early", doctor: at(10.5), item: down, from: 5, to: 20, id: "script", got: "0.500000 s"},
		{name: "just not too early", doctor: at(12), item: down, from: 5, to: 20},
		{name: "just not too late", doctor: at(14.1), item: down, from: 5, to: 20},
		{name: "too late", doctor: at(14.2), item: down, from: 5, to: 20, id: "script", got: "4.200000 s"},
		{name: "never", doctor: func(s *story) { s.events = s.events[:3] }, item: down, from: 5, to: 20, id: "script",
			got: `not logged: "VRRP_Script(chk) failed"`},
		{name: "open: to come", doctor: func(s *story) { s.events = s.events[:3] }, item: down, from: 5, to: 12, open: true, id: "script", verdict: Pending},
		{name: "open: overdue", doctor: func(s *story) { s.events = s.events[:3] }, item: down, from: 5, to: 16, open: true, id: "script"},
		{name: "nothing happened", item: down, from: 11, to: 20, id: "script", got: "httpd has not happened"},
		{name: "succeeds in time", item: up, to: 5, want: "0.000000 s and at most 2.1 s more"},
		{name: "while a command runs", doctor: removed, item: rm, from: 5, to: 20},
		{name: "no such script", item: none, from: 5, to: 20, id: "script", verdict: Error, got: "other of web1: no such vrrp_script"},
	}
	for i := range rows {
		rows[i].configs = func(c map[string]*conf.Config) {
			c["web1"].Scripts = []*conf.Script{{Name: "chk", Interval: 2 * time.Second, Fall: 2, Rise: 1}}
		}
	}
	run(t, base, rows)
}
