package expect

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

const balancer = "lb1"

var realServer = netip.MustParseAddrPort("192.168.0.3:80")

// withChecker is a balancer's configuration with one real server and its
// checker: every 5 s, 2 more times 1 s apart, each 2 s at the longest.
func withChecker(kind string, probe conf.Probe, change ...func(*conf.Checker)) func(map[string]*conf.Config) {
	return func(configs map[string]*conf.Config) {
		c := &conf.Checker{
			Kind: kind, Probe: probe, ConnectIP: realServer.Addr(), ConnectPort: realServer.Port(),
			Timing: conf.Timing{DelayLoop: 5 * time.Second, ConnectTimeout: 2 * time.Second, Retry: 2, RetryDelay: time.Second},
		}
		for _, f := range change {
			f(c)
		}
		configs[balancer] = &conf.Config{VirtualServers: []*conf.VirtualServer{{
			Protocol: "TCP", RealServers: []*conf.RealServer{{Address: realServer, Checkers: []*conf.Checker{c}}},
		}}}
	}
}

func (s *story) syn(t float64, port uint16, seq uint32) {
	s.add(t, balancer, timeline.KindFrame, func(e *timeline.Event) {
		e.Frame = &timeline.Frame{Proto: "tcp", IPSrc: vip, IPDst: realServer.Addr(),
			TCP: &timeline.TCP{SrcPort: port, DstPort: realServer.Port(), Seq: seq, Flags: "S"}}
	})
}

func (s *story) manner(t float64, do string) {
	s.add(t, "rs1", timeline.KindManner, func(e *timeline.Event) { e.Manner = &timeline.Manner{Service: "web", Do: do} })
}

func (s *story) visit(t float64, port uint16, manner, asked string) {
	s.add(t, "rs1", timeline.KindVisit, func(e *timeline.Event) {
		e.Visit = &timeline.Visit{Service: "web", From: netip.AddrPortFrom(vip, port), Manner: manner, Asked: asked}
	})
}

func (s *story) rowOf(t float64, c timeline.Change, weight int) {
	s.ipvs(t, c, realServer.String(), weight)
}

func (s *story) began(t float64) {
	s.log(t, balancer, "Activating healthchecker for service [192.168.0.3]:tcp:80 for VS [192.168.0.5]:tcp:80")
	s.rowOf(t+0.01, timeline.Added, 1)
}

func (s *story) leaves(t float64) {
	s.log(t, balancer, "Removing service [192.168.0.3]:tcp:80 from VS [192.168.0.5]:tcp:80")
	s.rowOf(t+0.04, timeline.Deleted, 1)
}

func (s *story) returns(t float64) {
	s.log(t, balancer, "Adding service [192.168.0.3]:tcp:80 to VS [192.168.0.5]:tcp:80")
	s.rowOf(t+0.04, timeline.Added, 1)
}

// checked is a TCP_CHECK of a server that refuses from 9 s to 22 s: it leaves
// after its retries and returns with the first success.
func checked() *story {
	s := &story{}
	s.began(10)
	s.manner(0, "serve")
	s.manner(19, "refuse")
	s.manner(32, "serve")
	for i, t := range []float64{11, 16, 21, 22, 23, 28, 29, 30, 35, 40} {
		port := uint16(40000 + i)
		s.syn(t, port, 7)
		if t < 19 || t > 32 {
			s.visit(t+0.0001, port, "serve", "")
		}
	}
	s.leaves(23)
	s.returns(35)
	return s
}

func tcpChecks() Item {
	return Item{Attempts: &Attempts{Node: balancer, Servers: map[string]string{"192.168.0.3:80": "rs1/web"},
		Fails: map[string]Lasts{"refuse": {"0s"}, "drop": {"timeout"}}}}
}

// moved moves the frame at t by d.
func moved(t, d float64) func(*story) {
	return func(s *story) {
		for i := range s.events {
			if e := &s.events[i]; e.At == at(t) && e.Kind == timeline.KindFrame {
				e.At = at(t + d)
			}
		}
	}
}

func without(t float64, kind timeline.Kind) func(*story) {
	return func(s *story) {
		s.drop(func(e *timeline.Event) bool { return e.At == at(t) && e.Kind == kind })
	}
}

func TestAttempts(t *testing.T) {
	plain := withChecker("TCP_CHECK", nil)
	run(t, checked, []row{
		{name: "as promised", configs: plain, item: tcpChecks(), to: 41, exact: true},
		{name: "nothing was checked yet", configs: plain, item: tcpChecks(), to: 9, id: "attempts-web", verdict: Error, got: "start was not seen"},
		{name: "nothing was checked yet, and may be", configs: plain, item: tcpChecks(), to: 9, open: true, id: "attempts-web", verdict: Pending},
		{name: "too few in the window", configs: plain, item: tcpChecks(), from: 33, to: 41, id: "attempts-web", want: "at least 3 checks", got: "2 checks"},
		{name: "enough in the window", configs: plain, item: tcpChecks(), from: 29.5, to: 41},
		{name: "more to come", configs: plain, item: tcpChecks(), from: 33, to: 41, open: true, id: "attempts-web", verdict: Pending},
		{name: "first too late", configs: plain, doctor: moved(11, 0.3), item: tcpChecks(), to: 41, id: "attempts-web", got: "check 1 at 11.300000 s, expected 11.000000 s"},
		{name: "within warmup", item: tcpChecks(), doctor: func(s *story) {
			for i := range s.events {
				if s.events[i].At >= at(11) && s.events[i].Kind != timeline.KindManner {
					s.events[i].At += at(0.3)
				}
			}
		}, configs: withChecker("TCP_CHECK", nil, func(c *conf.Checker) { c.Warmup = time.Second }), to: 42},
		{name: "too early", configs: plain, doctor: moved(16, -0.002), item: tcpChecks(), to: 41, id: "attempts-web", got: "check 2 at 15.998000 s, expected 16.000000 s"},
		{name: "too late", configs: plain, doctor: moved(16, 0.052), item: tcpChecks(), to: 41, id: "attempts-web", got: "check 2"},
		{name: "half of what is allowed too late", configs: plain, doctor: moved(40, 0.0005), item: tcpChecks(), to: 41, seconds: 0.0005},
		{name: "late, and made up for", configs: plain, doctor: moved(16, 0.007), item: tcpChecks(), to: 41},
		{name: "late, and more than made up for", configs: plain, doctor: func(s *story) { moved(16, 0.007)(s); moved(21, -0.002)(s) },
			item: tcpChecks(), to: 41, id: "attempts-web", got: "check 3 at 20.998000 s"},
		{name: "busy, but not too late", configs: plain, doctor: moved(40, 0.05), item: tcpChecks(), to: 41, seconds: 0.05},
		{name: "a retry too late", configs: plain, doctor: moved(22, 0.5), item: tcpChecks(), to: 41, id: "attempts-web", got: "check 4 at 22.500000 s, expected 22.000000 s"},
		{name: "a retry left out", configs: plain, doctor: without(22, timeline.KindFrame), item: tcpChecks(), to: 41, id: "attempts-web", got: "check 4 at 23.000000 s, expected 22.000000 s"},
		{name: "one too many", configs: plain, doctor: func(s *story) { s.syn(24, 50000, 1) }, item: tcpChecks(), to: 41, id: "attempts-web", got: "check 6 at 24.000000 s, expected 28.000000 s"},
		{name: "a packet sent again", configs: plain, doctor: func(s *story) { s.syn(24, 40004, 7) }, item: tcpChecks(), to: 41},
		{name: "none any more", configs: plain, item: tcpChecks(), to: 47, id: "attempts-web", got: "none at 45.000000 s"},
		{name: "none any more, so far", configs: plain, item: tcpChecks(), to: 45.5, open: true},
		{name: "none any more, and overdue", configs: plain, item: tcpChecks(), to: 46.5, open: true, id: "attempts-web", got: "none at 45.000000 s"},
		{name: "a manner that nobody saw change in time", configs: plain, item: tcpChecks(), to: 41, doctor: func(s *story) {
			for i := range s.events {
				if m := s.events[i].Manner; m != nil && m.Do == "refuse" {
					m.Do = "drop"
				}
			}
			s.manner(22, "serve")
			s.drop(func(e *timeline.Event) bool { return e.Kind == timeline.KindFrame && e.At > at(21) })
		}, id: "attempts-web", verdict: Error, got: "manner changed"},
		{name: "removed too early", configs: plain, doctor: func(s *story) {
			without(23, timeline.KindLog)(s)
			s.log(22, balancer, "Removing service [192.168.0.3]:tcp:80 from VS x")
		},
			item: tcpChecks(), to: 41, id: "attempts-web-log", got: "out at 22.000000 s"},
		{name: "removed too late", configs: plain, doctor: func(s *story) {
			without(23, timeline.KindLog)(s)
			s.log(23.052, balancer, "Removing service [192.168.0.3]:tcp:80 from VS x")
		},
			item: tcpChecks(), to: 41, id: "attempts-web-log", got: "out at 23.052000 s"},
		{name: "not removed", configs: plain, doctor: without(23, timeline.KindLog), item: tcpChecks(), to: 30, id: "attempts-web-log", got: "no change"},
		{name: "not removed yet", configs: plain, doctor: without(23, timeline.KindLog), item: tcpChecks(), to: 23.5, open: true, id: "attempts-web-log", verdict: Pending, got: "no change"},
		{name: "not returned", configs: plain, doctor: without(35, timeline.KindLog), item: tcpChecks(), to: 41, id: "attempts-web-log", want: "in at 35.000000 s"},
		{name: "removed for no reason", configs: plain, doctor: func(s *story) { s.log(40, balancer, "Disabling service [192.168.0.3]:tcp:80 of VS x") },
			item: tcpChecks(), to: 41, id: "attempts-web-log", got: "out at 40.000000 s"},
		{name: "another server is removed", configs: plain, doctor: func(s *story) { s.log(40, balancer, "Removing service [192.168.0.4]:tcp:80 from VS x") }, item: tcpChecks(), to: 41},
		{name: "each line said twice", configs: plain, doctor: func(s *story) {
			s.add(23.0001, balancer, timeline.KindLog, func(e *timeline.Event) {
				e.Log = &timeline.Log{Source: "keepalived", Text: "Removing service [192.168.0.3]:tcp:80 from VS x"}
			})
		}, item: tcpChecks(), to: 41},
		{name: "the table is late", configs: plain, doctor: func(s *story) { without(23.04, timeline.KindIPVS)(s); s.rowOf(23.102, timeline.Deleted, 1) },
			item: tcpChecks(), to: 41, id: "attempts-web-table", got: "out at 23.102000 s"},
		{name: "the table stays", configs: plain, doctor: without(23.04, timeline.KindIPVS), item: tcpChecks(), to: 41, id: "attempts-web-table"},
		{name: "the table has weight 0 instead", configs: plain, doctor: func(s *story) { without(23.04, timeline.KindIPVS)(s); s.rowOf(23.04, timeline.Changed, 0) }, item: tcpChecks(), to: 41},
		{name: "another weight is no change", configs: plain, doctor: func(s *story) { s.rowOf(40, timeline.Changed, 5) }, item: tcpChecks(), to: 41},
		{name: "no configuration", item: tcpChecks(), to: 41, id: "attempts-web", verdict: Error, got: ErrNoConfig.Error()},
		{name: "no such server", configs: plain, to: 41, id: "attempts-web", verdict: Error, got: ErrNoChecker.Error(),
			item: Item{Attempts: &Attempts{Node: balancer, Servers: map[string]string{"192.168.0.9:80": "rs1/web"}}}},
		{name: "no such kind", configs: plain, to: 41, id: "attempts-web", verdict: Error, got: "no PING_CHECK of 192.168.0.3:80",
			item: Item{Attempts: &Attempts{Node: balancer, Kind: "PING_CHECK", Servers: map[string]string{"192.168.0.3:80": "rs1/web"}}}},
		{name: "two checkers", to: 41, item: tcpChecks(), id: "attempts-web", verdict: Error, got: ErrAmbiguous.Error(), configs: func(c map[string]*conf.Config) {
			plain(c)
			rs := c[balancer].VirtualServers[0].RealServers[0]
			rs.Checkers = append(rs.Checkers, rs.Checkers[0])
		}},
		{name: "a time that is none", configs: plain, to: 41, id: "attempts-web", verdict: Error, got: ErrLasts.Error(),
			item: Item{Attempts: &Attempts{Node: balancer, Servers: map[string]string{"192.168.0.3:80": "rs1/web"}, Fails: map[string]Lasts{"refuse": {"soon"}}}}},
	})
}

// paged is an HTTP_GET of two pages, of which /b fails at 21 s.
func paged() *story {
	s := &story{}
	s.began(10)
	s.manner(0, "serve")
	for i, c := range []struct {
		t            float64
		path, manner string
	}{
		{11, "/a", "serve"}, {16, "/b", "serve"}, {21, "/a", "serve"}, {26, "/b", "status 500"}, {27, "/b", "status 500"}, {28, "/b", "status 500"},
		{33, "/b", "status 500"}, {38, "/b", "serve"}, {43, "/a", "serve"}, {48, "/b", "slow 3s"},
	} {
		s.syn(c.t, uint16(40000+i), 7)
		s.visit(c.t+0.001, uint16(40000+i), c.manner, "GET "+c.path+" HTTP/1.0 host x")
	}
	s.leaves(28)
	return s
}

func TestAttemptsOfPages(t *testing.T) {
	pages := withChecker("HTTP_GET", &conf.HTTPProbe{URLs: []*conf.URL{{Path: "/a"}, {Path: "/b"}}})
	item := func(change ...func(*Attempts)) Item {
		a := &Attempts{Node: balancer, Servers: map[string]string{"192.168.0.3:80": "rs1/web"},
			Fails: map[string]Lasts{"status": {"0s"}, "slow 3s": {"timeout"}}, Passes: map[string]Lasts{"slow": {"1s"}}}
		for _, f := range change {
			f(a)
		}
		return Item{Attempts: a}
	}
	said := func(t float64, manner, asked string) func(*story) {
		return func(s *story) {
			for i := range s.events {
				if e := &s.events[i]; e.Visit != nil && e.At == at(t+0.001) {
					e.Visit.Manner, e.Visit.Asked = manner, asked
				}
			}
		}
	}
	run(t, paged, []row{
		{name: "as promised", configs: pages, item: item(), to: 49},
		{name: "the wrong page", configs: pages, doctor: said(16, "serve", "GET /a HTTP/1.0"), item: item(), to: 49, id: "attempts-web", got: "asked for /a, expected /b"},
		{name: "another host", configs: pages, item: item(func(a *Attempts) { a.Asks = "host www" }), to: 49, id: "attempts-web", got: `expected "host www" in it`},
		{name: "one that is slow but passes", configs: pages, doctor: func(s *story) { said(21, "slow 1s", "GET /a HTTP/1.0")(s) },
			item: item(), to: 49, id: "attempts-web", got: "check 4 at 26.000000 s, expected 27.000000 s"},
		{name: "one that may last", configs: pages, doctor: said(21, "slow 1s", "GET /a HTTP/1.0"), to: 49,
			item: item(func(a *Attempts) { a.Passes["slow"] = Lasts{"0s", "1s"} })},
		{name: "one that does not end", configs: pages, to: 80, item: item(func(a *Attempts) { a.Fails = map[string]Lasts{"status": {"0s"}}; a.Stuck = []string{"slow"} })},
		{name: "one that should not end", configs: pages, to: 80, id: "attempts-web", got: "expected none while the one before has not ended",
			item: item(func(a *Attempts) { a.Stuck = []string{"status"} })},
		{name: "back too soon", configs: pages, doctor: func(s *story) { s.log(38, balancer, "Adding service [192.168.0.3]:tcp:80 to VS x") },
			item: item(), to: 42, id: "attempts-web-log", got: "in at 38.000000 s"},
	}[:])
}

// commanded is a MISC_CHECK that hangs at 16 s.
func commanded() *story {
	s := &story{}
	s.began(10)
	for _, c := range []struct {
		t      float64
		manner string
	}{{11, "exit-0"}, {16, "hang"}, {19, "hang"}, {22, "exit-0"}, {27, "slow-2"}, {32, "exit-0"}} {
		s.line(c.t, balancer, c.manner)
	}
	return s
}

func TestAttemptsOfCommands(t *testing.T) {
	item := Item{Attempts: &Attempts{Node: balancer, Servers: map[string]string{"192.168.0.3:80": "/var/log/state.log"},
		Fails: map[string]Lasts{"hang": {"timeout"}}, Passes: map[string]Lasts{"slow-2": {"2s"}}}}
	misc := withChecker("MISC_CHECK", &conf.MiscProbe{Timeout: 3 * time.Second})
	run(t, commanded, []row{
		{name: "as promised", configs: misc, item: item, to: 33},
		{name: "too early", configs: misc, doctor: func(s *story) { s.line(18, balancer, "exit-0") }, item: item, to: 33, id: "attempts-state.log", got: "check 3 at 18.000000 s, expected 19.000000 s"},
		{name: "of another file", configs: misc, doctor: func(s *story) {
			s.line(18, balancer, "exit-0")
			s.events[len(s.events)-1].File.Path = "/var/log/other"
		}, item: item, to: 33},
	})
}

func TestLasts(t *testing.T) {
	for _, tc := range []struct {
		lasts       Lasts
		least, most time.Duration
		wrong       bool
	}{
		{nil, 0, 0, false},
		{Lasts{"0s"}, 0, 0, false},
		{Lasts{"timeout"}, 2 * time.Second, 2 * time.Second, false},
		{Lasts{"1s", "timeout"}, time.Second, 2 * time.Second, false},
		{Lasts{"timeout", "1s"}, 0, 0, true},
		{Lasts{"-1s"}, 0, 0, true},
		{Lasts{"later"}, 0, 0, true},
		{Lasts{"1s", "2s", "3s"}, 0, 0, true},
	} {
		got, err := tc.lasts.span(2 * time.Second)
		if (err != nil) != tc.wrong || !tc.wrong && got != (span{tc.least, tc.most}) {
			t.Errorf("%v: got %v, %v", tc.lasts, got, err)
		}
		if known := tc.lasts.Check(); known != nil && !tc.wrong {
			t.Errorf("%v: %v", tc.lasts, known)
		}
	}
}

// What a checker does with each result, as keepalived 2.2.7 was seen to do it.
func TestCourse(t *testing.T) {
	http := &conf.HTTPProbe{URLs: []*conf.URL{{Path: "/"}}}
	pages := &conf.HTTPProbe{URLs: []*conf.URL{{Path: "/a"}, {Path: "/b"}}}
	for _, tc := range []struct {
		name    string
		checker conf.Checker
		results string   // + passed, - failed
		want    []string // pauses in seconds, with the change
	}{
		{"TCP asks again while down", conf.Checker{Kind: "TCP_CHECK"}, "+----- +", []string{"5", "1", "1", "5 down", "1", "1", "5 up"}},
		{"SMTP asks again while down", conf.Checker{Kind: "SMTP_CHECK"}, "+------ +", []string{"5", "1", "1", "5 down", "1", "1", "5", "5 up"}},
		{"UDP does not", conf.Checker{Kind: "UDP_CHECK"}, "+----+", []string{"5", "1", "1", "5 down", "5", "5 up"}},
		{"the first failure of all counts", conf.Checker{Kind: "TCP_CHECK"}, "-+", []string{"5 down", "5 up"}},
		{"a success between begins anew", conf.Checker{Kind: "PING_CHECK"}, "+--+--+", []string{"5", "1", "1", "5", "1", "1", "5"}},
		{"alpha comes up first", conf.Checker{Kind: "TCP_CHECK", Alpha: true}, "+", []string{"5 up"}},
		{"alpha stays down", conf.Checker{Kind: "UDP_CHECK", Alpha: true}, "-+", []string{"5", "5 up"}},
		{"a page is asked for twice before it counts", conf.Checker{Kind: "HTTP_GET", Probe: http}, "+---++", []string{"5", "1", "1", "5 down", "5", "5 up"}},
		{"all pages once more", conf.Checker{Kind: "HTTP_GET", Probe: pages}, "++----+++", []string{"5", "5", "1", "1", "5 down", "5", "5", "5", "5 up"}},
		{"a page within the first round", conf.Checker{Kind: "HTTP_GET", Probe: pages}, "+-", []string{"5", "5 down"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.checker.Timing = conf.Timing{DelayLoop: 5 * time.Second, Retry: 2, RetryDelay: time.Second}
			state := newCourse(&tc.checker)
			var got []string
			for _, r := range tc.results {
				var wait time.Duration
				var change bool
				switch r {
				case '+':
					wait, change = state.passed()
				case '-':
					wait, change = state.failed()
				default:
					continue
				}
				text := wait.Truncate(time.Second).String()[:1]
				if change {
					text += map[bool]string{true: " up", false: " down"}[state.up]
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// session is a BFD_CHECK: packets every 100 ms from 11 s on, none from 15 s to 18 s.
func session() *story {
	s := &story{}
	s.process(10, balancer, "keepalived", timeline.Begin)
	packet := func(t float64) {
		s.add(t, "rs1", timeline.KindFrame, func(e *timeline.Event) {
			e.Frame = &timeline.Frame{Proto: "udp", Port: "eth0", IPSrc: realServer.Addr(), IPDst: vip, UDP: &timeline.UDP{SrcPort: 50000, DstPort: bfdPort, BFD: "Up"}}
		})
	}
	for i := range 90 {
		if t := 11 + float64(i)/10; t <= 15 || t >= 18 {
			packet(t)
		}
	}
	s.log(10, balancer, "Removing service [192.168.0.3]:tcp:80 from VS [192.168.0.5]:tcp:80")
	s.returns(12)
	s.leaves(15.5)
	s.returns(19)
	return s
}

// farewell has the neighbour end the session in its last packet before 18 s.
func farewell(s *story) {
	for n := range s.events {
		if e := &s.events[n]; e.Kind == timeline.KindFrame && e.At.Seconds() > 14.99 && e.At.Seconds() < 15.01 {
			e.Frame.UDP.BFD = adminDown
		}
	}
}

func TestAttemptsOfSessions(t *testing.T) {
	bfd := func(configs map[string]*conf.Config) {
		withChecker("BFD_CHECK", &conf.BFDProbe{Name: "rs"})(configs)
		configs[balancer].BFDs = []*conf.BFD{{Name: "rs", Neighbor: realServer.Addr(), MinRx: 100 * time.Millisecond, MinTx: 50 * time.Millisecond, IdleTx: time.Second, Multiplier: 5}}
	}
	item := Item{Attempts: &Attempts{Node: balancer, Servers: map[string]string{"192.168.0.3:80": "rs1/web"}}}
	log := func(t float64, verb string) func(*story) {
		return func(s *story) { s.log(t, balancer, verb+" service [192.168.0.3]:tcp:80 x") }
	}
	run(t, session, []row{
		{name: "as promised", configs: bfd, item: item, to: 20},
		{name: "ended by the neighbour", configs: bfd, item: item, doctor: func(s *story) {
			farewell(s)
			for n := range s.events { // what followed half a second later, now does so at once
				if e := &s.events[n]; e.At.Seconds() > 15.45 && e.At.Seconds() < 15.6 {
					e.At = e.At.Add(-500 * time.Millisecond)
				}
			}
		}, to: 17},
		{name: "ended by the neighbour, and still in", configs: bfd, item: item, doctor: farewell, to: 17, id: "attempts-web-log", got: "out at 15.500000 s"},
		{name: "not yet in", configs: bfd, item: item, to: 11.5, open: true},
		{name: "too early", configs: bfd, item: item, doctor: func(s *story) { without(15.5, timeline.KindLog)(s); log(15.49, "Removing")(s) },
			to: 20, id: "attempts-web-log", got: "out at 15.490000 s"},
		{name: "too late", configs: bfd, item: item, doctor: func(s *story) { without(15.5, timeline.KindLog)(s); log(15.51, "Removing")(s) },
			to: 20, id: "attempts-web-log", want: "out at 15.500000 s"},
		{name: "not at all", configs: bfd, item: item, doctor: without(15.5, timeline.KindLog), to: 17, id: "attempts-web-log"},
		{name: "in before the neighbour speaks", configs: bfd, item: item, doctor: func(s *story) { without(12, timeline.KindLog)(s); log(10.9, "Adding")(s) },
			to: 20, id: "attempts-web-log", got: "in at 10.900000 s"},
		{name: "in too late", configs: bfd, item: item, doctor: func(s *story) { without(19, timeline.KindLog)(s); log(21.1, "Adding")(s) },
			to: 21.2, id: "attempts-web-log"},
		{name: "there from the start", configs: bfd, item: item, doctor: without(10, timeline.KindLog), to: 20, id: "attempts-web-log"},
		{name: "packets that did not arrive", configs: bfd, item: item, doctor: func(s *story) { s.fault(14.05, "port-detach", "rs1:eth0", timeline.Begin) },
			to: 17, id: "attempts-web-log", want: "out at 14.500000 s"},
		{name: "not started", configs: bfd, item: item, to: 9, id: "attempts-web", verdict: Error, got: ErrNoStart.Error()},
		{name: "no session of that name", configs: func(c map[string]*conf.Config) { bfd(c); c[balancer].BFDs[0].Name = "other" },
			item: item, to: 20, id: "attempts-web", verdict: Error, got: "no bfd_instance rs"},
	})
}
