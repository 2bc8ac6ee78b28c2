package reports

import (
	"net/netip"
	"time"

	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/timeline"
)

// sampleReport has a result of each verdict.
func sampleReport() *Report {
	late, exact := 0.02, 0.000002
	return &Report{
		Started: time.Date(2025, 3, 14, 15, 9, 26, 0, time.UTC), WallSeconds: 12.34,
		Kernel: Kernel{Backend: "uml", Release: "6.1.158", Clock: "ideal", IPVS: true},
		Results: []Result{
			{
				Scenario: "course/web-hot-standby/stop-keepalived", Suite: "course", Topology: "web-hot-standby",
				Daemon: "keepalived", DaemonVersion: "2.2.7", Verdict: expect.Pass, LabSeconds: 30.5, WallSeconds: 2.25,
				Checks: []expect.Check{
					{ID: "R3768-6.4.2-10", Title: "web2 takes VRID 51 over from web1 in time", Node: "web2", Verdict: expect.Pass,
						Want: "0.804688 s ± 0.001 s after the resignation of web1", Got: "0.804690 s", ErrorSeconds: &exact},
					{ID: "vip", Title: "192.168.0.5 is on web2", Node: "web2", Verdict: expect.Pass, Want: "web2 alone", Got: "web2: 192.168.0.5/24 on enp0s3"},
				},
				Artifacts: Artifacts{Timeline: "stop/timeline.ndjson", Pcap: "stop/capture.pcapng", Logs: []string{"stop/web1/keepalived.log"}},
			},
			{
				Scenario: "course/web-hot-standby/kill-all", Suite: "course", Topology: "web-hot-standby",
				Daemon: "vipd", DaemonVersion: "0.1", Verdict: expect.Fail, LabSeconds: 61, WallSeconds: 4.5,
				Checks: []expect.Check{
					{ID: "R3768-6.1-03", Title: "web2 takes VRID 51 over from web1 in time", Node: "web2", Verdict: expect.Fail,
						Want: "3.804688 s ± 0.001 s after the last advertisement of web1", Got: "3.824688 s", ErrorSeconds: &late},
					{ID: "http", Title: `client gets "web2 server" <b>`, Verdict: expect.Error, Want: "answers", Got: "no probe & \x1b[31mred\x1b[0m"},
					{ID: "vip", Title: "192.168.0.5 is on web2", Node: "web2", Verdict: expect.Pass, Want: "web2 alone", Got: "web2"},
				},
			},
			{
				Scenario: "course/experiment-4/sorry", Suite: "course", Topology: "experiment-4", Daemon: "vipd",
				Verdict: expect.Skip, Reason: "vipd has no virtual servers (needs: lvs)",
			},
			{
				Scenario: "rfc3768/adverts", Suite: "rfc3768", Topology: "pair", Daemon: "frr", Verdict: expect.Error,
				Reason: "vrrpd is not installed: apt-get install frr", Environment: true,
			},
		},
	}
}

// sampleEvents is course lab 1: web1 is killed at 10.2 s, web2 takes over, web1
// comes back at 20 s and preempts, and stops at 26 s.
func sampleEvents() []timeline.Event { return (&recorder{}).lab(1) }

// recorder collects events; times are seconds.
type recorder struct{ events []timeline.Event }

func (r *recorder) add(t float64, node string, e timeline.Event) {
	e.Seq, e.At, e.Node = uint64(len(r.events)+1), timeline.Time(t*1e9), node
	r.events = append(r.events, e)
}

var (
	vip = netip.MustParseAddr("192.168.0.5")
	ips = map[string]netip.Addr{"web1": netip.MustParseAddr("192.168.0.3"), "web2": netip.MustParseAddr("192.168.0.4")}
)

func (r *recorder) adverts(from, to float64, node string, priority int) {
	for t := from; t < to; t++ {
		r.advert(t, node, priority)
	}
}

func (r *recorder) advert(t float64, node string, priority int) {
	r.add(t, node, timeline.Event{Kind: timeline.KindFrame, Frame: &timeline.Frame{Network: "lan", Port: "enp0s3", Proto: "vrrp", IPSrc: ips[node],
		VRRP: &timeline.VRRP{Version: 2, Type: 1, VRID: 51, Priority: priority, Interval: time.Second, Addresses: []netip.Addr{vip}, ChecksumOK: true}}})
}

func (r *recorder) garp(t float64, node string) {
	for n := range 10 {
		r.add(t+float64(n/5)*5, node, timeline.Event{Kind: timeline.KindFrame, Frame: &timeline.Frame{Network: "lan", Port: "enp0s3", Proto: "arp",
			ARP: &timeline.ARP{Op: "request", SenderIP: vip, TargetIP: vip}}})
	}
}

func (r *recorder) vip(t float64, node string, c timeline.Change) {
	r.add(t, node, timeline.Event{Kind: timeline.KindAddress, Address: &timeline.Address{Change: c, Interface: "enp0s3", Prefix: netip.PrefixFrom(vip, 24)}})
}

func (r *recorder) process(t float64, node, service string, p timeline.Phase, pid int) {
	r.add(t, node, timeline.Event{Kind: timeline.KindProcess, Process: &timeline.Process{Phase: p, Service: service, PID: pid, Args: []string{service}}})
}

func (r *recorder) log(t float64, node, text string) {
	r.add(t, node, timeline.Event{Kind: timeline.KindLog, Log: &timeline.Log{Source: "keepalived", Text: text}})
}

func (r *recorder) fault(t float64, name, target string, p timeline.Phase) {
	r.add(t, "", timeline.Event{Kind: timeline.KindFault, Fault: &timeline.Fault{Name: name, Target: target, Phase: p}})
}

func (r *recorder) step(n int, name string, from, to float64) {
	r.add(from, "", timeline.Event{Kind: timeline.KindStep, Step: &timeline.Step{Index: n, Name: name, Phase: timeline.Begin}})
	r.add(to, "", timeline.Event{Kind: timeline.KindStep, Step: &timeline.Step{Index: n, Name: name, Phase: timeline.End}})
}

// lab plays the story, with the steady time between multiplied.
func (r *recorder) lab(stretch float64) []timeline.Event {
	end := 32 * stretch
	kill, back := 10.2*stretch, 20*stretch
	web1, takeover := 3.9, kill-0.3+3.8047
	preempt, stop := back+0.1+3.6094, 26*stretch
	r.add(0, "", timeline.Event{Kind: timeline.KindInfo, Info: &timeline.Info{Lab: "web-hot-standby", Daemon: "keepalived", Clock: "ideal"}})
	r.step(0, "start both", 0, kill-0.2)
	r.step(1, "kill the Master", kill-0.2, back-0.2)
	r.step(2, "it comes back", back-0.2, stop-0.2)
	r.step(3, "stop it", stop-0.2, end)
	for n, node := range []string{"web1", "web2"} {
		r.process(0.1, node, "httpd", timeline.Begin, 10+n)
		r.process(0.2, node, "keepalived", timeline.Begin, 20+n)
	}
	r.adverts(web1, kill, "web1", 100)
	r.garp(web1+0.0001, "web1")
	r.vip(web1+0.0001, "web1", timeline.Added)
	r.fault(kill, "kill-all", "web1/keepalived", timeline.Begin)
	r.process(kill, "web1", "keepalived", timeline.End, 20)
	r.adverts(takeover, preempt, "web2", 50)
	r.garp(takeover+0.0001, "web2")
	r.vip(takeover+0.0001, "web2", timeline.Added)
	r.fault(back, "kill-all", "web1/keepalived", timeline.End)
	r.process(back, "web1", "keepalived", timeline.Begin, 30)
	r.vip(back+0.05, "web1", timeline.Deleted)
	r.adverts(preempt, stop, "web1", 100)
	r.vip(preempt+0.0002, "web2", timeline.Deleted)
	r.vip(preempt+0.0003, "web1", timeline.Added)
	r.garp(preempt+0.0001, "web1")
	r.fault(stop, "stop", "web1/keepalived", timeline.Begin)
	r.advert(stop+0.001, "web1", 0)
	r.vip(stop+0.002, "web1", timeline.Deleted)
	r.process(stop+1, "web1", "keepalived", timeline.End, 30)
	r.adverts(stop+0.8057, end, "web2", 50)
	r.vip(stop+0.8058, "web2", timeline.Added)
	r.garp(stop+0.8058, "web2")
	r.log(stop+3, "web2", "(VI_1) Entering FAULT STATE")
	r.log(stop+3.5, "web2", "(VI_1) Entering BACKUP STATE")
	r.clients(end, [][2]float64{{0, web1}, {kill, takeover}, {stop, stop + 0.8057}}, takeover, preempt, stop)
	timeline.Sort(r.events)
	return r.events
}

// clients ask every 100 ms; there is no answer in the gaps.
func (r *recorder) clients(end float64, gaps [][2]float64, takeover, preempt, stop float64) {
	n := 0
	for t := 0.5; t < end; t += 0.1 {
		n++
		p := timeline.Probe{Name: "client", Proto: "http", Seq: n, Sent: timeline.Time((t - 0.002) * 1e9), OK: true, Status: 200, Body: "web1 server"}
		if t > takeover && t < preempt || t > stop {
			p.Body = "web2 server"
		}
		for _, g := range gaps {
			if t >= g[0] && t < g[1] {
				p.OK, p.Status, p.Body, p.Error = false, 0, "", "timeout"
			}
		}
		r.add(t, "client", timeline.Event{Kind: timeline.KindProbe, Probe: &p})
	}
}
