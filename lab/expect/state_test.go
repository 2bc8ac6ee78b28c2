package expect

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/lab/timeline"
)

func diff(t *testing.T, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestVIP(t *testing.T) {
	on := func(node string) Item { return Item{VIP: &VIP{Address: vip, Node: node}} }
	labelled := func(label string) Item { return Item{VIP: &VIP{Address: vip, Node: "web2", Label: label, Prefix: 24}} }
	run(t, crash, []row{
		{name: "moved", item: on("web2"), to: 20, want: "web2 alone", got: "web2: 192.168.0.5/24 on enp0s3"},
		{name: "on the wrong node", item: on("web1"), to: 20, id: "vip", got: "web2: 192.168.0.5/24"},
		{name: "on two nodes", doctor: func(s *story) { s.address(15, "web1", "enp0s3", timeline.Added) }, item: on("web2"), to: 20,
			id: "vip", got: "web2: 192.168.0.5/24 on enp0s3; web1: 192.168.0.5/24 on enp0s3"},
		{name: "on a node that may", doctor: func(s *story) { s.address(15, "rs1", "lo", timeline.Added) },
			item: Item{VIP: &VIP{Address: vip, Node: "web2", Ignore: []string{"rs1"}}}, to: 20},
		{name: "absent", item: on("web2"), to: 12, id: "vip", got: "no owner"},
		{name: "absent as expected", item: on(""), to: 12, want: "no owner"},
		{name: "there though nobody should", item: on(""), to: 20, id: "vip", got: "web2"},
		{name: "right label", item: labelled("enp0s3"), to: 20},
		{name: "wrong label", item: labelled("enp0s3:0"), to: 20, id: "vip", want: "web2 with length /24 and label enp0s3:0 alone"},
		{name: "label is told of", doctor: func(s *story) {
			s.address(15, "web1", "enp0s3", timeline.Added)
			s.events[len(s.events)-1].Address.Label = "enp0s3:1"
		}, item: on("web2"), to: 20, id: "vip", got: "web1: 192.168.0.5/24 on enp0s3 label enp0s3:1"},
		{name: "wrong length", item: Item{VIP: &VIP{Address: vip, Node: "web2", Prefix: 32}}, to: 20, id: "vip", got: "192.168.0.5/24"},
		{name: "interface gone", doctor: func(s *story) {
			s.add(19, "web2", timeline.KindLink, func(e *timeline.Event) {
				e.Link = &timeline.Link{Change: timeline.Deleted, Interface: "enp0s3"}
			})
		}, item: on("web2"), to: 20, id: "vip", got: "no owner"},
		{name: "open: to come", item: on("web2"), to: 12, open: true, id: "vip", verdict: Pending},
		{name: "events out of order", doctor: func(s *story) {
			for i := range len(s.events) / 2 {
				j := len(s.events) - 1 - i
				s.events[i], s.events[j] = s.events[j], s.events[i]
			}
		}, item: on("web2"), to: 20},
	})
}

func TestARP(t *testing.T) {
	client := netip.MustParseAddr("192.168.0.9")
	base := func() *story {
		s := &story{}
		s.arp(1, "client", "request", "02:00:00:00:00:09", client, vip)
		s.arp(1.0001, "web1", "reply", macs["web1"], vip, client)
		s.garps(2, 3, "web2")
		return s
	}
	by := func(node string) Item { return Item{ARP: &ARP{Address: vip, Node: node}} }
	silent := func(s *story) { s.drop(func(e *timeline.Event) bool { return e.Node == "web1" }) }
	probed := func(s *story) {
		s.events = nil
		s.add(1, "client", timeline.KindProbe, func(e *timeline.Event) {
			e.Probe = &timeline.Probe{Name: "who", Proto: "arp", Target: vip.String()}
		})
	}
	run(t, base, []row{
		{name: "the right node", item: by("web1"), to: 5, got: "1 reply from web1, 02:00:00:00:00:03"},
		{name: "the wrong node", item: by("web2"), to: 5, id: "R3768-6.4.3-01", got: "web1 answered 02:00:00:00:00:03"},
		{name: "both", doctor: func(s *story) { s.arp(1.0002, "web2", "reply", macs["web2"], vip, client) }, item: by("web1"), to: 5,
			id: "R3768-6.4.3-01", got: "web2 answered"},
		{name: "nobody", doctor: silent, item: by("web1"), to: 5, id: "R3768-6.4.3-01", got: "no reply"},
		{name: "silence as expected", doctor: silent, item: by(""), to: 5, got: "no reply"},
		{name: "answer where silence is expected", item: by(""), to: 5, id: "R3768-6.4.2-01", got: "web1 answered"},
		{name: "silence shown by a probe alone", doctor: probed, item: by(""), to: 5},
		{name: "a probe of another address", doctor: func(s *story) { probed(s); s.events[0].Probe.Target = "192.168.0.6" },
			item: by(""), to: 5, id: "R3768-6.4.2-01", verdict: Error},
		{name: "a probe of another kind", doctor: func(s *story) { probed(s); s.events[0].Probe.Proto = "ping" },
			item: by(""), to: 5, id: "R3768-6.4.2-01", verdict: Error},
		{name: "nobody asked", item: by("web1"), from: 3, to: 5, id: "R3768-6.4.3-01", verdict: Error, got: "nobody sent a request"},
		{name: "announcement written as a reply", doctor: func(s *story) { s.arp(2.5, "web2", "reply", macs["web2"], vip, vip) },
			item: by("web1"), to: 5},
		{name: "open: an answer may come", doctor: silent, item: by(""), to: 1.5, open: true, id: "R3768-6.4.2-01", verdict: Pending},
		{name: "open: the answer may come", doctor: silent, item: by("web1"), to: 1.5, open: true, id: "R3768-6.4.3-01", verdict: Pending},
		{name: "open: silence decided", doctor: silent, item: by(""), to: 2.5, open: true},
		{name: "open: nobody asked yet", item: by(""), to: 0.5, open: true, id: "R3768-6.4.2-01", verdict: Pending},
	})
}

func TestIPVS(t *testing.T) {
	base := func() *story {
		s := &story{}
		s.ipvs(1, timeline.Added, "", 0)
		s.ipvs(1, timeline.Added, "192.168.136.229:80", 2)
		s.ipvs(1, timeline.Added, "192.168.136.129:80", 1)
		return s
	}
	servers := func(change func(*IPVS)) Item {
		i := &IPVS{Node: "lb1", Service: "TCP 192.168.0.5:80", Scheduler: "wrr", Forward: "Route",
			Servers: map[string]int{"192.168.136.229:80": 2, "192.168.136.129:80": 1}}
		if change != nil {
			change(i)
		}
		return Item{IPVS: i}
	}
	// All the settings that a service and a server can have.
	settled := func(s *story) {
		s.events[0].IPVS.Persistence, s.events[0].IPVS.Mask = 50, 24
		s.events[0].IPVS.Flags = "ops,flag-1"
		s.events[1].IPVS.Upper, s.events[1].IPVS.Lower = 9, 4
	}
	settings := func(but func(*IPVS)) func(*IPVS) {
		return func(i *IPVS) {
			persistence, mask := 50, 24
			i.Persistence, i.Mask, i.Flags = &persistence, &mask, []string{"ops", "flag-1"}
			i.Upper, i.Lower = map[string]int{"192.168.136.229:80": 9}, map[string]int{"192.168.136.229:80": 4}
			if but != nil {
				but(i)
			}
		}
	}
	sorry := func(s *story) {
		s.ipvs(2, timeline.Deleted, "192.168.136.229:80", 0)
		s.ipvs(2, timeline.Deleted, "192.168.136.129:80", 0)
		s.ipvs(2, timeline.Added, "127.0.0.1:80", 1)
		s.events[len(s.events)-1].IPVS.Forward = "Local"
	}
	run(t, base, []row{
		{name: "as expected", item: servers(nil), to: 5, got: "192.168.136.129:80 weight 1 Route, 192.168.136.229:80 weight 2 Route"},
		{name: "written otherwise", item: servers(func(i *IPVS) { i.Service = "tcp  192.168.0.5:80" }), to: 5},
		{name: "weight wrong", doctor: func(s *story) { s.ipvs(2, timeline.Changed, "192.168.136.229:80", 0) }, item: servers(nil), to: 5,
			id: "ipvs", want: "192.168.136.229:80 weight 2", got: "192.168.136.229:80 has weight 0, not 2"},
		{name: "extra server", doctor: func(s *story) { s.ipvs(2, timeline.Added, "192.168.136.1:80", 1) }, item: servers(nil), to: 5,
			id: "ipvs", got: "192.168.136.1:80 with weight 1 is there too"},
		{name: "server missing", doctor: func(s *story) { s.ipvs(2, timeline.Deleted, "192.168.136.129:80", 0) }, item: servers(nil), to: 5,
			id: "ipvs", got: "192.168.136.129:80 is missing"},
		{name: "wrong scheduler", item: servers(func(i *IPVS) { i.Scheduler = "rr" }), to: 5, id: "ipvs", got: "scheduler wrr, not rr"},
		{name: "wrong forwarding", item: servers(func(i *IPVS) { i.Forward = "Masq" }), to: 5, id: "ipvs", got: "forwarded by Route, not Masq"},
		{name: "settings", doctor: settled, item: servers(settings(nil)), to: 5, want: `persistence 50 s, mask /24, flags "ops,flag-1", upper threshold 9 of 192.168.136.229:80`},
		{name: "other persistence", doctor: settled, item: servers(settings(func(i *IPVS) { *i.Persistence = 0 })), to: 5, id: "ipvs", got: "persistence 50 s, not 0 s"},
		{name: "other mask", doctor: settled, item: servers(settings(func(i *IPVS) { *i.Mask = 0 })), to: 5, id: "ipvs", got: "mask /24, not /0"},
		{name: "a flag too many", doctor: settled, item: servers(settings(func(i *IPVS) { i.Flags = []string{} })), to: 5, id: "ipvs", got: `flags "ops,flag-1", not ""`},
		{name: "other thresholds", doctor: settled, item: servers(settings(func(i *IPVS) { i.Upper["192.168.136.229:80"] = 8 })), to: 5,
			id: "ipvs", got: "192.168.136.229:80 has upper threshold 9, not 8"},
		{name: "other lower threshold", doctor: settled, item: servers(settings(func(i *IPVS) { i.Lower["192.168.136.229:80"] = 1 })), to: 5,
			id: "ipvs", got: "192.168.136.229:80 has lower threshold 4, not 1"},
		{name: "sorry server", doctor: sorry, item: servers(func(i *IPVS) { i.Servers = map[string]int{"127.0.0.1:80": 1} }), to: 5},
		{name: "service missing", item: servers(nil), to: 0.5, id: "ipvs", got: "no such service"},
		{name: "service absent as expected", item: servers(func(i *IPVS) { i.Absent = true }), to: 0.5},
		{name: "service there though absent expected", item: servers(func(i *IPVS) { i.Absent = true }), to: 5, id: "ipvs"},
		{name: "open: to come", item: servers(nil), to: 0.5, open: true, id: "ipvs", verdict: Pending},
	})
}

func TestProcess(t *testing.T) {
	item := func(running bool) Item {
		return Item{Process: &Process{Node: "web1", Service: "keepalived", Running: running}}
	}
	killed := func(s *story) {
		s.process(10.1, "web1", "keepalived", timeline.End)
		s.events[len(s.events)-1].Process.Signal = "SIGKILL"
	}
	run(t, crash, []row{
		{name: "runs", item: item(true), to: 20, got: "running since -1.000000 s, process 7"},
		{name: "does not run", doctor: killed, item: item(true), to: 20, id: "process", got: "ended by SIGKILL at 10.100000 s"},
		{name: "does not run as expected", doctor: killed, item: item(false), to: 20, want: "not running"},
		{name: "runs though it should not", item: item(false), to: 20, id: "process", want: "not running"},
		{name: "never started", item: Item{Process: &Process{Node: "web1", Service: "httpd", Running: true}}, to: 20, id: "process", got: "never started"},
		{name: "open: to come", doctor: killed, item: item(false), to: 9, open: true, id: "process", verdict: Pending},
	})
}

func TestLog(t *testing.T) {
	base := func() *story {
		s := &story{}
		s.log(1, "web1", "(VI_1) Entering BACKUP STATE (init)")
		s.log(4.6, "web1", "(VI_1) Entering MASTER STATE")
		s.log(9, "web1", "(VI_1) Entering MASTER STATE")
		return s
	}
	item := func(l Log) Item { l.Node = "web1"; return Item{Log: &l} }
	const master = "Entering MASTER STATE"
	local3 := func(s *story) { s.events[1].Log.Facility = "local3" }
	twice := func(s *story) { // once more to the daemon's output
		for _, e := range append([]timeline.Event(nil), s.events...) {
			e.Log = &timeline.Log{Source: "keepalived", Text: e.Log.Text}
			s.events = append(s.events, e)
		}
	}
	run(t, base, []row{
		{name: "there", item: item(Log{Phrase: master}), to: 20, got: "2 lines, last at 9.000000 s: (VI_1) Entering MASTER STATE"},
		{name: "missing", item: item(Log{Phrase: "Entering FAULT STATE"}), to: 20, id: "log", want: `a line with "Entering FAULT STATE"`, got: "0 lines"},
		{name: "not in the window", item: item(Log{Phrase: "BACKUP"}), from: 2, to: 20, id: "log"},
		{name: "counted", item: item(Log{Phrase: master, Count: 2}), to: 20},
		{name: "counted once though said to two logs", doctor: twice, item: item(Log{Phrase: master, Count: 2}), to: 20},
		{name: "too many", item: item(Log{Phrase: master, Count: 1}), to: 20, id: "log", want: "1 line", got: "2 lines"},
		{name: "too few", item: item(Log{Phrase: master, Count: 3}), to: 20, id: "log"},
		{name: "to a facility", doctor: local3, item: item(Log{Phrase: master, Facility: "local3", Count: 1}), to: 20},
		{name: "to another facility", doctor: local3, item: item(Log{Phrase: master, Facility: "daemon"}), to: 20, id: "log", got: "0 lines"},
		{name: "never", item: item(Log{Phrase: "FAULT", Never: true}), to: 20},
		{name: "never, but there", item: item(Log{Phrase: master, Never: true}), to: 20, id: "log", want: "no line"},
		{name: "open: too many", item: item(Log{Phrase: master, Count: 1}), to: 20, open: true, id: "log"},
		{name: "open: to come", item: item(Log{Phrase: master}), to: 2, open: true, id: "log", verdict: Pending},
		{name: "open: never so far", item: item(Log{Phrase: master, Never: true}), to: 2, open: true},
	})
}

func TestMail(t *testing.T) {
	base := func() *story {
		s := &story{}
		for i, to := range []string{"fault", "backup", "master"} {
			s.mail(float64(i), "node1", "node1 to be "+to+", vip floating")
		}
		return s
	}
	item := func(body string, states ...string) Item {
		m := &Mail{Node: "node1", Body: body}
		for _, s := range states {
			m.Subjects = append(m.Subjects, "node1 to be "+s+", vip floating")
		}
		return Item{Mail: m}
	}
	only := func(i Item) Item { i.Mail.Only = true; return i }
	run(t, base, []row{
		{name: "in order", item: item("vrrp transition", "fault", "backup", "master"), to: 9},
		{name: "others between", item: item("", "fault", "master"), to: 9},
		{name: "out of order", item: item("", "backup", "fault"), to: 9, id: "mail",
			got: `missing "node1 to be fault, vip floating"; "node1 to be fault, vip floating", "node1 to be backup`},
		{name: "missing", item: item("", "stop"), to: 9, id: "mail", got: `missing "node1 to be stop`},
		{name: "no others", item: only(item("", "fault", "backup", "master")), to: 9, want: "only mails"},
		{name: "one too many", item: only(item("", "fault", "master")), to: 9, id: "mail", want: "only mails", got: `"node1 to be backup`},
		{name: "one that is not meant", item: only(item("", "backup", "master")), to: 9, id: "mail"},
		{name: "not all yet", item: only(item("", "fault", "backup", "master")), to: 1, open: true, id: "mail", verdict: Pending},
		{name: "wrong body", item: item("hello", "fault"), to: 9, id: "mail", want: `and "hello" in the body`},
		{name: "no mail", doctor: func(s *story) { s.events = nil }, item: item("", "fault"), to: 9, id: "mail", got: "no mail"},
		{name: "open: to come", item: item("", "fault", "master"), to: 1, open: true, id: "mail", verdict: Pending},
	})
}

func TestFile(t *testing.T) {
	base := func() *story {
		s := &story{}
		for i, text := range []string{"[Backup]", "Fri Nov 20 12:00:01 UTC 2026", "[Master]", "[Fault]"} {
			s.line(float64(i), "web1", text)
		}
		s.line(1, "web2", "[Backup]")
		return s
	}
	item := func(lines ...string) Item {
		return Item{File: &File{Node: "web1", Path: "/var/log/state.log", Lines: lines}}
	}
	only := func(i Item) Item { i.File.Only = true; return i }
	elsewhere := item("[Backup]")
	elsewhere.File.Path = "/var/log/other.log"
	run(t, base, []row{
		{name: "in order", item: item("[Backup]", "[Master]", "[Fault]"), to: 9, want: `lines with "[Backup]", "[Master]"`},
		{name: "others between", item: item("[Backup]", "[Fault]"), to: 9},
		{name: "out of order", item: item("[Fault]", "[Master]"), to: 9, id: "file", got: `missing "[Master]"; "[Master]"; "[Fault]"`},
		{name: "missing", item: item("[Stop]"), to: 9, id: "file", got: `missing "[Stop]"; no such line`},
		{name: "not in the window", item: item("[Backup]"), from: 1, to: 9, id: "file"},
		{name: "another file", item: elsewhere, to: 9, id: "file", got: "no such line"},
		{name: "no others", item: only(item("[Master]", "[Fault]")), to: 9, want: "only lines"},
		{name: "one too many", doctor: func(s *story) { s.line(8, "web1", "[Master]") }, item: only(item("[Master]", "[Fault]")), to: 9,
			id: "file", got: `"[Master]"; "[Fault]"; "[Master]"`},
		{name: "open: to come", item: item("[Fault]"), to: 2, open: true, id: "file", verdict: Pending},
	})
}
