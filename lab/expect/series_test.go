package expect

import (
	"testing"
	"time"
)

// outage: web1 answers every 0.1 s from 0.1 s to 10 s, nobody until web2 from
// 14 s to 20 s.
func outage() *story {
	s := &story{}
	for i := 1; i <= 200; i++ {
		switch t := float64(i) / 10; {
		case i <= 100:
			s.http(t, "web1 server")
		case i < 140:
			s.http(t, "")
		default:
			s.http(t, "web2 server")
		}
	}
	return s
}

func TestHTTP(t *testing.T) {
	item := func(h HTTP) Item { h.Probe = "web"; return Item{HTTP: &h} }
	run(t, outage, []row{
		{name: "body", item: item(HTTP{Body: "web1 server", Count: 90}), to: 10, got: "100 answers"},
		{name: "any body", item: item(HTTP{}), to: 10},
		{name: "the same throughout", item: item(HTTP{Same: true, Count: 90}), to: 10},
		{name: "not the same", item: item(HTTP{Same: true, MaxGap: time.Minute}), to: 20, id: "http", want: "all the same", got: `"web1 server" 100 : "web2 server"`},
		{name: "the same since it settled", item: item(HTTP{Same: true, Settle: true, Count: 30}), to: 20},
		{name: "open: too few to be the same", item: item(HTTP{Same: true, Count: 200}), to: 10, open: true, id: "http", verdict: Pending},
		{name: "too few", item: item(HTTP{Count: 101}), to: 10, id: "http", want: "at least 101 answers", got: "100 answers"},
		{name: "wrong body", item: item(HTTP{Body: "web2 server"}), to: 10, id: "http", got: `number 1: "web1 server"`},
		{name: "a failure", item: item(HTTP{}), to: 12, id: "http", got: "100 answers, 20 other; number 101: timeout"},
		{name: "a request that left before the window", item: item(HTTP{Count: 10}), from: 0.995, to: 1.9, id: "http", got: "9 answers"},
		{name: "a probe of another kind", item: Item{Ping: &Ping{Probe: "web"}}, to: 10, id: "ping", got: "0 answers"},
		{name: "a status", doctor: func(s *story) {
			s.events[0].Probe.OK, s.events[0].Probe.Status = false, 503
		}, item: item(HTTP{}), to: 10, id: "http", got: "number 1: status 503"},
		{name: "no such probe", item: Item{HTTP: &HTTP{Probe: "x"}}, to: 12, id: "http", got: "0 answers"},
		{name: "fails", item: item(HTTP{Fails: true, Count: 5}), from: 10.05, to: 13.95, got: "39 failed requests"},
		{name: "fails, but answered", item: item(HTTP{Fails: true}), from: 13, to: 15, id: "http", got: `"web2 server"`},
		{name: "settles on the new server", item: item(HTTP{Body: "web2 server", Settle: true, Count: 10}), to: 20},
		{name: "does not settle", item: item(HTTP{Body: "web2 server", Settle: true, Count: 10}), to: 14.5, id: "http",
			want: "in a row at the end", got: "6 answers; before: timeout"},
		{name: "settles on failure", item: item(HTTP{Fails: true, Settle: true, Count: 10}), to: 13.95},
		{name: "gap too long", item: item(HTTP{MaxGap: 3 * time.Second}), to: 20, id: "http",
			want: "at most 3 s", got: "4.000000 s from 10.000000 s"},
		{name: "gap short enough", item: item(HTTP{MaxGap: 4100 * time.Millisecond}), to: 20},
		{name: "gap without end", item: item(HTTP{MaxGap: 3 * time.Second}), to: 13.95, id: "http", got: "3.900000 s from 10.000000 s"},
		{name: "gap that began before the window", item: item(HTTP{MaxGap: 3 * time.Second}), from: 10.05, to: 20, id: "http", got: "4.000000 s from 10"},
		{name: "gap: another body is no good answer", item: item(HTTP{Body: "web2 server", MaxGap: 5 * time.Second}), to: 20,
			id: "http", got: "14.000000 s from 0.000000 s"},
		{name: "the probe's end is no gap", item: item(HTTP{MaxGap: 5 * time.Second}), to: 60},
		{name: "gap of nothing", item: Item{HTTP: &HTTP{Probe: "x", MaxGap: time.Second}}, to: 12, id: "http"},
		{name: "open: to come", item: item(HTTP{Count: 101}), to: 10, open: true, id: "http", verdict: Pending},
		{name: "open: wrong body cannot be mended", item: item(HTTP{Body: "web2 server"}), to: 1, open: true, id: "http"},
		{name: "open: settling", item: item(HTTP{Body: "web2 server", Settle: true}), to: 1, open: true, id: "http", verdict: Pending},
		{name: "open: gap already too long", item: item(HTTP{MaxGap: time.Second}), to: 12, open: true, id: "http"},
	})
}

func TestHTTPShare(t *testing.T) {
	rounds := func(bodies ...string) func() *story {
		return func() *story {
			s := &story{}
			for i := range 12 {
				s.http(float64(i+1), bodies[i%len(bodies)])
			}
			return s
		}
	}
	shares := map[string]int{"RS1": 2, "RS2": 1}
	item := Item{HTTP: &HTTP{Probe: "web", Share: shares}}
	settle := Item{HTTP: &HTTP{Probe: "web", Share: shares, Settle: true}}
	run(t, rounds("RS1", "RS1", "RS2"), []row{
		{name: "2:1", item: item, to: 20, want: `at least 12 answers of "RS1", "RS2"`, got: "12 answers"},
		{name: "off by one", doctor: func(s *story) { s.events[0].Probe.Body = "RS2" }, item: item, to: 20},
		{name: "off by two", doctor: func(s *story) { s.events[0].Probe.Body, s.events[1].Probe.Body = "RS2", "RS2" }, item: item, to: 20,
			id: "http", want: `"RS1" 2 : "RS2" 1, each off by at most 1`, got: `12 answers: "RS1" 6 : "RS2" 6`},
		{name: "a third body", doctor: func(s *story) { s.events[5].Probe.Body = "sorry" }, item: item, to: 20, id: "http", got: `"sorry"`},
		{name: "settled after one came back", doctor: func(s *story) {
			for i := range s.events {
				s.events[i].At += at(20)
				s.events[i].Probe.Sent += at(20)
			}
			for i := range 15 {
				s.http(float64(i+1), "RS1")
			}
		}, item: settle, to: 40},
		{name: "open: too few yet", item: item, to: 6, open: true, id: "http", verdict: Pending},
	})
	open := NewRun(rounds("RS1", "RS1", "RS2")().events, nil, 0)
	for _, c := range item.Judge(open, Window{To: at(6)}) {
		if c.Verdict != Pending {
			t.Errorf("open, too few: %s is %s; want pending", c.Title, c.Verdict)
		}
	}
	run(t, rounds("RS1", "RS2"), []row{{name: "1:1", item: item, to: 20, id: "http", got: `"RS1" 6 : "RS2" 6`}})
}

func TestPing(t *testing.T) {
	base := func() *story {
		s := &story{}
		for i := 1; i <= 10; i++ {
			answer := "yes"
			if i == 5 || i == 6 {
				answer = ""
			}
			s.probe(float64(i), "ping", answer)
		}
		return s
	}
	item := func(p Ping) Item { p.Probe = "web"; return Item{Ping: &p} }
	run(t, base, []row{
		{name: "answered", item: item(Ping{Count: 4}), to: 4.5, got: "4 answers"},
		{name: "not answered", item: item(Ping{}), to: 10, id: "ping", got: "number 5: timeout"},
		{name: "fails", item: item(Ping{Fails: true, Count: 2}), from: 4.5, to: 6.5},
		{name: "fails, but answered", item: item(Ping{Fails: true}), from: 4.5, to: 8, id: "ping", got: "answered"},
		{name: "gap", item: item(Ping{MaxGap: 3 * time.Second}), to: 10},
		{name: "gap too long", item: item(Ping{MaxGap: 2 * time.Second}), to: 10, id: "ping", got: "3.000000 s from 4.000000 s"},
		{name: "settles", item: item(Ping{Settle: true, Count: 4}), to: 10, got: "4 answers"},
		{name: "does not settle", item: item(Ping{Settle: true, Count: 5}), to: 10, id: "ping", want: "in a row at the end", got: "4 answers; before: timeout"},
		{name: "open: to come", item: item(Ping{Count: 4}), to: 3.5, open: true, id: "ping", verdict: Pending},
	})
}
