package expect

import (
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

// crash: web1 is Master from 0 s and sends its last advertisement at 10 s; web2
// takes over when it should, 3.8046875 s later, and keeps on.
func crash() *story {
	s := &story{}
	s.process(-1, "web1", "keepalived", timeline.Begin)
	s.address(0.0005, "web1", "enp0s3", timeline.Added)
	s.adverts(0, 11, "web1", 100)
	s.address(10.2, "web1", "enp0s3", timeline.Deleted)
	s.takeover(10 + 3.8046875)
	return s
}

func (s *story) takeover(t float64) {
	s.adverts(t, 10, "web2", 50)
	s.garps(t+0.0002, 5, "web2")
	s.garps(t+5.0002, 5, "web2")
	s.address(t+0.0001, "web2", "enp0s3", timeline.Added)
}

// shift moves all that web2 sent by d seconds.
func shift(d float64) func(*story) {
	return func(s *story) {
		for i := range s.events {
			if s.events[i].Node == "web2" {
				s.events[i].At += at(d)
			}
		}
	}
}

// resigned: web1 resigns at 10.5 s and web2 takes over Skew_Time later.
func resigned(s *story) {
	s.drop(func(e *timeline.Event) bool { return e.Node == "web2" })
	s.advert(10.5, "web1", 0)
	s.takeover(10.5 + 0.8046875)
}

func yes(b bool) *bool { return &b }

func TestTakeover(t *testing.T) {
	item := Item{Takeover: &Takeover{VRID: 51, From: "web1", To: "web2"}}
	with := func(change func(*Takeover)) Item {
		copied := *item.Takeover
		change(&copied)
		return Item{Takeover: &copied}
	}
	prio := func(p int) func(map[string]*conf.Config) {
		return func(c map[string]*conf.Config) { c["web2"].Instances[0].Priority = p }
	}
	run(t, crash, []row{
		{name: "in time", item: item, from: 10.1, to: 20, exact: true,
			want: "3.804688 s ± 0.001 s after the last advertisement of web1", got: "3.804688 s"},
		{name: "own title and id", item: Item{ID: "mine", Title: "x", Takeover: item.Takeover}, from: 10.1, to: 20, exact: true},
		{name: "20 ms early", doctor: shift(-0.020), item: item, from: 10.1, to: 20,
			id: "R3768-6.1-03", got: "3.784687 s", seconds: -0.020},
		{name: "20 ms late", doctor: shift(0.020), item: item, from: 10.1, to: 20,
			id: "R3768-6.1-03", got: "3.824688 s", seconds: 0.020},
		{name: "within the tolerance", doctor: shift(0.0009), item: item, from: 10.1, to: 20, seconds: 0.0009},
		{name: "resigned", doctor: resigned, item: item, from: 10.1, to: 20, exact: true,
			want: "0.804688 s ± 0.001 s after the resignation of web1"},
		{name: "resigned as demanded", doctor: resigned, item: with(func(t *Takeover) { t.Resigned = yes(true) }), from: 10.1, to: 20},
		{name: "crash where a resignation is demanded", item: with(func(t *Takeover) { t.Resigned = yes(true) }), from: 10.1, to: 20,
			id: "R3768-6.4.3-05", got: "priority 100 at 10.000000 s"},
		{name: "resignation where a crash is demanded", doctor: resigned, item: with(func(t *Takeover) { t.Resigned = yes(false) }),
			from: 10.1, to: 20, id: "R3768-6.4.3-07", got: "priority 0 at 10.500000 s"},
		{name: "open: it may resign yet", doctor: onlyBefore(13), item: with(func(t *Takeover) { t.Resigned = yes(true) }),
			from: 10.1, to: 10.3, open: true, id: "R3768-6.1-03", verdict: Pending},
		{name: "never", doctor: func(s *story) { s.drop(func(e *timeline.Event) bool { return e.Node == "web2" }) },
			item: item, from: 10.1, to: 20, id: "R3768-6.1-03", got: "no advertisement of web2 for 10.000000 s"},
		{name: "wrong priority on the wire is told of", doctor: func(s *story) {
			for _, e := range s.frames(func(e *timeline.Event) bool { return e.Node == "web2" && e.Frame.VRRP != nil }) {
				e.Frame.VRRP.Priority = 60
			}
		}, item: item, from: 10.1, to: 20, got: "with priority 60, configured 50"},
		{name: "bound follows the configuration", configs: prio(200), item: item, from: 10.1, to: 20,
			id: "R3768-6.1-03", want: "3.218750 s", seconds: 0.5859375},
		{name: "priority given", item: with(func(t *Takeover) { t.Priority = 200 }), from: 10.1, to: 20,
			id: "R3768-6.1-03", want: "3.218750 s"},
		{name: "Master before already", item: item, from: 15, to: 20, id: "R3768-6.1-03", got: "was Master before already"},
		{name: "no configuration", item: with(func(t *Takeover) { t.To = "web9" }), to: 20,
			id: "takeover", verdict: Error, got: "no configuration of web9"},
		{name: "no such VRID", item: with(func(t *Takeover) { t.VRID = 9 }), to: 20,
			id: "takeover", verdict: Error, got: "VRID 9 of web2: no such virtual router"},
		{name: "open: not yet", doctor: onlyBefore(13.5), item: item, from: 10.1, to: 13.5, open: true,
			id: "R3768-6.1-03", verdict: Pending, got: "no advertisement of web2 for 3.500000 s"},
		{name: "open: due, but word may be on its way", doctor: onlyBefore(13.5), item: item, from: 10.1, to: 14.0, open: true,
			id: "R3768-6.1-03", verdict: Pending},
		{name: "open: overdue", doctor: onlyBefore(13.5), item: item, from: 10.1, to: 15.0, open: true, id: "R3768-6.1-03"},
		{name: "open: decided", item: item, from: 10.1, to: 14, open: true, exact: true},
		{name: "detached port: what it sends is not heard", doctor: func(s *story) {
			s.fault(10.1, "port-detach", "web1:enp0s3", timeline.Begin)
			s.adverts(11, 9, "web1", 100)
		}, item: item, from: 10.1, to: 20, exact: true},
	})
}

// What is said of From's leaving is open until To has taken over.
func TestTakeoverResignedOpen(t *testing.T) {
	for _, tc := range []struct {
		name    string
		doctor  func(*story)
		demand  bool
		to      float64
		verdict Verdict
	}{
		{"crash so far, resignation demanded", onlyBefore(13), true, 12, Pending},
		{"crash so far, crash demanded", onlyBefore(13), false, 12, Pending},
		{"nothing heard yet", func(s *story) { s.events = nil }, true, 12, Pending},
		{"taken over after a crash", nil, false, 14, Pass},
		{"taken over, no resignation", nil, true, 14, Fail},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := crash()
			if tc.doctor != nil {
				tc.doctor(s)
			}
			e := &Takeover{VRID: 51, From: "web1", To: "web2", Resigned: yes(tc.demand)}
			checks := e.Judge(NewRun(s.events, configs(), tolerance), Window{From: at(10.1), To: at(tc.to)})
			if got := checks[1]; got.Verdict != tc.verdict {
				t.Errorf("got %s (%s); want %s", got.Verdict, got.Got, tc.verdict)
			}
		})
	}
}

func onlyBefore(t float64) func(*story) {
	return func(s *story) { s.drop(func(e *timeline.Event) bool { return e.At > at(t) }) }
}

func TestTakeoverVersion3(t *testing.T) {
	v3 := func(s *story) {
		for _, e := range s.frames(func(e *timeline.Event) bool { return e.Frame.VRRP != nil }) {
			e.Frame.VRRP.Version, e.Frame.VRRP.Interval = 3, 200*time.Millisecond
		}
	}
	configs := func(c map[string]*conf.Config) {
		for _, cfg := range c {
			cfg.Instances[0].Version, cfg.Instances[0].AdvertInt = 3, 100*time.Millisecond
		}
	}
	item := Item{Takeover: &Takeover{VRID: 51, From: "web1", To: "web2"}}
	// 3 x 200 ms learnt + 206/256 x 200 ms = 0.7609375 s, or 0.760 s in whole centiseconds.
	took := func(d float64) func(*story) {
		return func(s *story) { v3(s); shift(d - 3.8046875)(s) }
	}
	run(t, crash, []row{
		{name: "in time", doctor: took(0.7609375), configs: configs, item: item, from: 9.5, to: 20, exact: true, want: "0.760938 s"},
		{name: "in whole centiseconds", doctor: took(0.760), configs: configs, item: item, from: 9.5, to: 20, exact: true},
		{name: "early", doctor: took(0.755), configs: configs, item: item, from: 9.5, to: 20,
			id: "R5798-6.1-04", seconds: 0.755 - 0.760},
		{name: "late", doctor: took(0.7709375), configs: configs, item: item, from: 9.5, to: 20,
			id: "R5798-6.1-04", seconds: 0.010},
		{name: "own interval instead of the learnt one", doctor: took(0.3804), configs: configs, item: item, from: 9.5, to: 20,
			id: "R5798-6.1-04"},
	})
}

// cold: only web2 starts, at 1 s, and enters Backup 0.2 s later.
func cold() *story {
	s := &story{}
	s.process(1, "web2", "keepalived", timeline.Begin)
	s.log(1.2, "web2", "(VI_1) Entering BACKUP STATE (init)")
	s.takeover(1.2 + 3.8046875)
	return s
}

func TestTakeoverStart(t *testing.T) {
	item := Item{Takeover: &Takeover{VRID: 51, To: "web2"}}
	noLog := func(s *story) { s.drop(func(e *timeline.Event) bool { return e.Kind == timeline.KindLog }) }
	run(t, cold, []row{
		{name: "in time", item: item, to: 20, exact: true, want: "3.804688 s ± 0.001 s after web2 entered Backup"},
		{name: "20 ms early", doctor: shift20Frames(-0.02), item: item, to: 20, id: "R3768-6.4.1-05", seconds: -0.020},
		{name: "20 ms late", doctor: shift20Frames(0.02), item: item, to: 20, id: "R3768-6.4.1-05", seconds: 0.020},
		{name: "process only", doctor: noLog, item: item, to: 20, inexact: true,
			want: "3.804688 s and at most 1 s more ± 0.001 s after the start of keepalived on web2", got: "4.004688 s"},
		{name: "process only, too early", doctor: func(s *story) { noLog(s); shift20Frames(-0.21)(s) }, item: item, to: 20,
			id: "R3768-6.4.1-05", inexact: true},
		{name: "process only, too late", doctor: func(s *story) { noLog(s); shift20Frames(0.9)(s) }, item: item, to: 20,
			id: "R3768-6.4.1-05", inexact: true},
		{name: "no start known", doctor: func(s *story) {
			s.drop(func(e *timeline.Event) bool { return e.Kind == timeline.KindLog || e.Kind == timeline.KindProcess })
		}, item: item, to: 20, id: "R3768-6.4.1-05", verdict: Error, got: "no start of web2's daemon"},
		{name: "open: nothing yet", doctor: func(s *story) { s.events = nil }, item: item, to: 0.5, open: true,
			id: "R3768-6.4.1-05", verdict: Pending},
		{name: "was Master before it crashed", doctor: func(s *story) { s.adverts(-9, 3, "web2", 50) }, item: item, to: 20, exact: true},
		{name: "service of another name", doctor: func(s *story) {
			noLog(s)
			s.drop(func(e *timeline.Event) bool { return e.Kind == timeline.KindProcess })
			s.process(1, "web2", "vipd", timeline.Begin)
			s.events[len(s.events)-1].Process.Service = "ha"
			s.process(1.1, "web2", "httpd", timeline.Begin)
		}, item: item, to: 20, inexact: true, want: "after the start of ha on web2"},
		{name: "owner at once", configs: func(c map[string]*conf.Config) { c["web2"].Instances[0].Priority = 255 },
			doctor: func(s *story) {
				s.drop(func(e *timeline.Event) bool { return e.Kind == timeline.KindFrame })
				s.adverts(1.2005, 5, "web2", 255)
			}, item: item, to: 20, exact: true, want: "0.000000 s"},
		{name: "owner that waits", configs: func(c map[string]*conf.Config) { c["web2"].Instances[0].Priority = 255 },
			item: item, to: 20, id: "R3768-6.4.1-02", seconds: 3.8046875},
	})
}

func shift20Frames(d float64) func(*story) {
	return func(s *story) {
		for _, e := range s.frames(func(*timeline.Event) bool { return true }) {
			e.At += at(d)
		}
	}
}

// preempted: web2 is Master when web1 starts at 20 s, enters Backup at 20.1 s
// and takes over 3.609375 s later; web2 falls silent.
func preempted() *story {
	s := &story{}
	s.adverts(0, 24, "web2", 50)
	s.address(0, "web2", "enp0s3", timeline.Added)
	s.process(20, "web1", "keepalived", timeline.Begin)
	s.log(20.1, "web1", "(VI_1) Entering BACKUP STATE (init)")
	s.adverts(20.1+3.609375, 10, "web1", 100)
	s.address(23.7096, "web2", "enp0s3", timeline.Deleted)
	s.address(23.7098, "web1", "enp0s3", timeline.Added)
	return s
}

func TestTakeoverPreempt(t *testing.T) {
	item := Item{Takeover: &Takeover{VRID: 51, From: "web2", To: "web1", Preempt: true}}
	web1 := func(change func(*conf.Instance)) func(map[string]*conf.Config) {
		return func(c map[string]*conf.Config) { change(c["web1"].Instances[0]) }
	}
	run(t, preempted, []row{
		{name: "in time", item: item, from: 19.9, to: 30, exact: true, got: "3.609375 s"},
		{name: "at once", doctor: func(s *story) { s.advert(20.3, "web1", 100) }, item: item, from: 19.9, to: 30,
			id: "R3768-6.4.2-17", got: "0.200000 s"},
		{name: "old Master goes on", doctor: func(s *story) { s.adverts(24, 3, "web2", 50) }, item: item, from: 19.9, to: 30,
			id: "R3768-6.4.2-18", got: "web2 advertised 0.290625 s after it"},
		{name: "crossing on the wire", doctor: func(s *story) { s.advert(23.7095, "web2", 50) }, item: item, from: 19.9, to: 30},
		{name: "too short to know that it yielded", item: item, from: 19.9, to: 23.9, id: "R3768-6.4.2-18", got: "was due only at"},
		{name: "open: silence takes its time", doctor: onlyBefore(24), item: item, from: 19.9, to: 24, open: true,
			id: "R3768-6.4.2-18", verdict: Pending},
		{name: "open: silent", item: item, from: 19.9, to: 27, open: true},
		{name: "nopreempt", configs: web1(func(i *conf.Instance) { i.Preempt = false }), item: item, from: 19.9, to: 30,
			id: "takeover", verdict: Error, got: "nopreempt"},
		{name: "nobody to preempt", item: Item{Takeover: &Takeover{VRID: 51, To: "web1", Preempt: true}}, from: 19.9, to: 30,
			id: "takeover", verdict: Error},
		{name: "preempt_delay", configs: web1(func(i *conf.Instance) { i.PreemptDelay = 10 * time.Second }),
			doctor: func(s *story) {
				s.drop(func(e *timeline.Event) bool { return e.Node == "web1" && e.Kind == timeline.KindFrame })
				s.adverts(24, 10, "web2", 50)
				s.adverts(21+10+3.609375, 4, "web1", 100) // web2's first after its start is at 21 s
			}, item: item, from: 19.9, to: 39, inexact: true, want: "12.609375 s and at most 1 s more"},
		{name: "preempt_delay ignored", configs: web1(func(i *conf.Instance) { i.PreemptDelay = 10 * time.Second }),
			item: item, from: 19.9, to: 30, id: "R3768-6.4.2-17"},
		{name: "Master's priority falls", doctor: func(s *story) {
			s.events = nil
			s.adverts(0, 21, "web2", 120)
			s.adverts(21, 3, "web2", 50)
			s.adverts(20+3.609375, 10, "web1", 100)
		}, item: item, from: 20.5, to: 30, exact: true, want: "after the last advertisement of web2 that was not of lower priority"},
		{name: "own priority raised", doctor: func(s *story) {
			s.events = nil
			s.adverts(0, 24, "web2", 90)
			s.fault(20.5, "priority", "web1/keepalived", timeline.Begin)
			s.adverts(20.5+3.609375, 10, "web1", 100)
		}, item: item, from: 20.4, to: 30, inexact: true, want: "before the change of priority"},
		{name: "own priority raised by a tracker", doctor: func(s *story) {
			s.events = nil
			s.adverts(0, 24, "web2", 90)
			s.log(20.5, "web1", "(VI_1) Changing effective priority from 40 to 100")
			s.adverts(20+3.609375, 10, "web1", 100)
		}, item: item, from: 20.4, to: 30, exact: true, got: "3.609375 s", want: "before the change of priority"},
		{name: "own priority raised by a tracker, and late", doctor: func(s *story) {
			s.events = nil
			s.adverts(0, 24, "web2", 90)
			s.log(20.5, "web1", "(VI_1) Changing effective priority from 40 to 100")
			s.adverts(20+3.84375, 10, "web1", 100)
		}, item: item, from: 20.4, to: 30, id: "R3768-6.4.2-17", got: "3.843750 s", seconds: 0.234375},
		{name: "Master's priority fell before the start", doctor: func(s *story) {
			for _, e := range s.frames(func(e *timeline.Event) bool { return e.Node == "web2" && e.At < at(10) }) {
				e.Frame.VRRP.Priority = 120
			}
		}, item: item, from: 19.9, to: 30, exact: true, want: "after web1 entered Backup"},
		{name: "nothing to count from", doctor: func(s *story) {
			s.drop(func(e *timeline.Event) bool { return e.Kind == timeline.KindLog || e.Kind == timeline.KindProcess })
		}, item: item, from: 19.9, to: 30, id: "R3768-6.4.2-17", verdict: Error},
	})
}
