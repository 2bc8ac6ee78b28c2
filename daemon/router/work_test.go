package router

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/vrrp"
)

// alone is one site behind a switch, and what it advertises.
func alone(t *testing.T) (s *site, next func() wire, sw *testnet.Host) {
	t.Parallel()
	sw = testnet.New(t)
	sw.Switch()
	next = adverts(sw)
	s = &site{Host: testnet.New(t), t: t}
	s.Plug(sw, "pa", "10.0.0.1/24")
	return s, next, sw
}

// prompt is Master after 10 ms if nobody else is there: adverts come every 10 ms.
func prompt(i *conf.Instance) {
	fast(i)
	i.AdvertInt, i.DownTimerAdverts = 10*time.Millisecond, 1
}

func named(name string, vrid int) func(*conf.Instance) {
	return func(i *conf.Instance) { i.Name, i.VRID = name, vrid }
}

// TestTenMilliseconds: adverts every 10 ms, none left out, and a Backup that
// takes over when they end.
func TestTenMilliseconds(t *testing.T) {
	a, next, sw := alone(t)
	b := &site{Host: testnet.New(t), t: t}
	b.Plug(sw, "pb", "10.0.0.2/24")
	a.run(instance(200, prompt))
	a.log.until(t, "Entering MASTER STATE")
	b.run(instance(100, prompt, func(i *conf.Instance) { i.DownTimerAdverts = 30 })) // the machine may be busy
	const n = 50
	first, last := next(), wire{}
	for range n {
		last = next()
		if last.prio != 200 {
			t.Fatalf("priority %d", last.prio)
		}
	}
	if slots := int((last.At.Sub(first.At) + 5*time.Millisecond) / (10 * time.Millisecond)); slots > 2*n { // the machine may be busy
		t.Errorf("%d adverts in the time of %d", n, slots)
	}
	a.stop()
	b.log.until(t, "Entering MASTER STATE")
	for w := next(); w.prio != 100; w = next() {
	}
}

// TestReloadTouchesNothing: a reload without a change sends no advert of its own
// and no announcement, and nobody changes state.
func TestReloadTouchesNothing(t *testing.T) {
	a, next, sw := alone(t)
	arps := sw.Sniff(func(f *testnet.Frame) bool { return f.ARP != nil })
	list := func() []*conf.Instance {
		return []*conf.Instance{instance(200, prompt), instance(100, prompt, named("W", 52), func(i *conf.Instance) { i.Addresses = vips(vip2) })}
	}
	a.run(list()...)
	a.log.until(t, "Entering MASTER STATE")
	a.log.until(t, "Entering MASTER STATE")
	a.log.until(t, "gratuitous ARPs on eth0 for "+vip2.Prefix.Addr().String())
	for range 2 * 5 {
		<-arps
	}
	before := a.status()
	for range 5 {
		if err := a.router.Reload(t.Context(), config(list()...)); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			next()
		}
	}
	after := a.status()
	for n := range after.Instances {
		x, y := &before.Instances[n], &after.Instances[n]
		if y.State != "MASTER" || y.Since.Sub(x.Since).Abs() > time.Second || y.Stats.BecameMaster != 1 || y.Stats.GARPSent != 5 {
			t.Errorf("%s: %s since %v, was since %v, became Master %d times, sent %d announcements", y.Name, y.State, y.Since, x.Since, y.Stats.BecameMaster, y.Stats.GARPSent)
		}
	}
	a.stop()
	for line := range a.log {
		if strings.Contains(line, "gratuitous") {
			t.Errorf("announced: %s", line)
		}
		if strings.Contains(line, "removing VIPs") {
			break
		}
	}
	select {
	case f := <-arps:
		t.Errorf("%+v after a reload", f.ARP)
	default:
	}
}

// TestRefusedReload: a configuration that cannot be taken changes nothing.
func TestRefusedReload(t *testing.T) {
	a, next, _ := alone(t)
	a.run(instance(200, prompt), instance(150, prompt, named("W", 52), func(i *conf.Instance) { i.Addresses = vips(vip2) }))
	a.log.until(t, "Entering MASTER STATE")
	a.log.until(t, "Entering MASTER STATE")
	bad := instance(100, prompt, func(i *conf.Instance) {
		i.HMAC = &conf.AuthHMAC{Keys: []conf.HMACKey{{ID: 1, Value: "file:/does/not/exist"}}, ActiveKey: 1, AntiReplay: "time", Mode: "enforce"}
	})
	if err := a.router.Reload(t.Context(), config(bad)); err == nil {
		t.Error("taken")
	}
	for range 10 {
		if w := next(); w.prio != map[int]int{51: 200, 52: 150}[w.vrid] {
			t.Errorf("VRID %d has priority %d", w.vrid, w.prio)
		}
	}
	if s := a.status(); len(s.Instances) != 2 {
		t.Errorf("instances %+v", s.Instances)
	}
}

// TestSyncGroup: members are Master together and in FAULT together, the group is
// told of after them, and a stop is told to all.
func TestSyncGroup(t *testing.T) {
	a, next, _ := alone(t)
	cfg := config(instance(200, prompt, named("A", 1)), instance(100, prompt, named("B", 2), func(i *conf.Instance) { i.Addresses = vips(vip2) }))
	cfg.Instances[0].TrackScripts = []conf.Track{{Name: "chk"}}
	cfg.SyncGroups = []*conf.SyncGroup{{Name: "G", Members: []conf.Member{{Name: "A"}, {Name: "B"}}}}
	chk := func(up bool, text string) {
		a.router.Report(vrrp.Result{Tracker: vrrp.Tracker{Kind: vrrp.Script, Name: "chk"}, Known: true, Up: up, Text: text})
	}
	a.start(cfg)
	if s := a.status(); s.Instances[0].State != "INIT" || s.Instances[1].State != "INIT" || s.Trackers[0].Known {
		t.Errorf("before the first result: %+v", s)
	}
	chk(true, "succeeded")
	a.log.until(t, "VRRP_Group(G) Syncing instances to MASTER state")
	for seen := map[int]bool{}; len(seen) < 2; {
		seen[next().vrid] = true
	}
	chk(false, "failed with status 1")
	a.log.until(t, "VRRP_Group(G) Syncing instances to FAULT state")
	s := a.status()
	if f := s.Instances[0].Faults; len(f) != 1 || f[0] != "script chk failed with status 1" || s.Groups[0].State != "FAULT" {
		t.Errorf("faults %q, group %+v", f, s.Groups)
	}
	a.stop()
	got := a.told()
	if k := slices.Index(got, "GROUP G FAULT"); k < 2 || !slices.Contains(got[:k], "INSTANCE A FAULT 200") || !slices.Contains(got[:k], "INSTANCE B FAULT 100") {
		t.Errorf("told %q", got)
	}
	for _, want := range []string{"INSTANCE A STOP 200", "INSTANCE B STOP 100", "GROUP G STOP", "GROUP G MASTER"} {
		if !slices.Contains(got, want) {
			t.Errorf("told %q, want %s", got, want)
		}
	}
}

// told are the events so far in words.
func (s *site) told() (list []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		switch e := e.(type) {
		case notify.Transition:
			word := fmt.Sprintf("%s %s %s", e.Kind, e.Name, e.State)
			if e.Kind == notify.Instance {
				word += fmt.Sprint(" ", e.Priority)
			}
			if e.Repeat {
				word += " again"
			}
			list = append(list, word)
		case notify.PriorityChange:
			list = append(list, fmt.Sprintf("%s %s priority %d", e.Name, e.State, e.Priority))
		case notify.LowerPriorityHeard:
			list = append(list, fmt.Sprintf("%s heard a lower priority than %d", e.Name, e.Priority))
		}
	}
	return list
}

// TestTracking: a weight changes the priority of the adverts, and status says why.
func TestTracking(t *testing.T) {
	a, next, sw := alone(t)
	cfg := config(instance(100, prompt, func(i *conf.Instance) {
		i.TrackScripts = []conf.Track{{Name: "chk", Weight: 20}}
		i.TrackInterfaces = []conf.Track{{Name: "eth1", Weight: -30}}
	}))
	a.start(cfg)
	prio := func(want int) {
		t.Helper()
		for w := next(); w.prio != want; w = next() {
		}
	}
	prio(70) // eth1 is missing
	a.router.Report(vrrp.Result{Tracker: vrrp.Tracker{Kind: vrrp.Script, Name: "chk"}, Known: true, Up: true, Text: "succeeded"})
	prio(90)
	a.log.until(t, "Changing effective priority from 70 to 90")
	p := a.status().Instances[0].Priority
	if p.Base != 100 || p.Effective != 90 || len(p.Parts) != 2 {
		t.Errorf("priority %+v", p)
	}
	a.Veth(sw, "eth1", "pc")
	a.log.until(t, "Netlink reports eth1 up")
	prio(120)
	a.Link("eth1", false)
	a.log.until(t, "Netlink reports eth1 down")
	prio(90)
	if got := a.told(); !slices.Contains(got, "V MASTER priority 90") {
		t.Errorf("told %q", got)
	}
}

// TestMaintenanceAndSwitchover are what operators ask for.
func TestMaintenanceAndSwitchover(t *testing.T) {
	a, next, sw := alone(t)
	b := &site{Host: testnet.New(t), t: t}
	b.Plug(sw, "pb", "10.0.0.2/24")
	kind := func(i *conf.Instance) { fast(i); i.AdvertInt, i.GARP.Repeat = 50*time.Millisecond, 1 }
	a.run(instance(200, kind))
	a.log.until(t, "Entering MASTER STATE")
	b.run(instance(100, kind))
	for w := next(); w.prio != 200; w = next() {
	}
	if err := b.router.Switchover(t.Context(), "V"); !errors.Is(err, ErrNotMaster) {
		t.Errorf("switchover of a Backup: %v", err)
	}
	if err := b.router.Switchover(t.Context(), "X"); !errors.Is(err, ErrUnknownInstance) {
		t.Errorf("switchover of nobody: %v", err)
	}
	if err := a.router.Switchover(t.Context(), "V"); err != nil {
		t.Error(err)
	}
	b.log.until(t, "Entering MASTER STATE")
	for range 20 {
		next() // it does not come back by itself
	}
	if s := a.status().Instances[0]; s.State != "BACKUP" || s.Master.String() != "10.0.0.2" {
		t.Errorf("after the switchover: %s, Master %s", s.State, s.Master)
	}
	if err := a.router.Maintenance(t.Context(), "", true); err != nil {
		t.Error(err)
	}
	a.log.until(t, "Entering FAULT STATE")
	if s := a.status().Instances[0]; !s.Maintenance || len(s.Faults) != 1 {
		t.Errorf("in maintenance: %+v", s)
	}
	if err := a.router.Reload(t.Context(), config(instance(200, kind))); err != nil {
		t.Error(err)
	}
	if s := a.status().Instances[0]; !s.Maintenance || s.State != "FAULT" {
		t.Errorf("in maintenance after a reload: %+v", s)
	}
	if err := a.router.Maintenance(t.Context(), "V", false); err != nil {
		t.Error(err)
	}
	a.log.until(t, "Entering MASTER STATE")
	b.log.until(t, "Entering BACKUP STATE")
}

// TestStartupDelay: nothing is sent or heard before.
func TestStartupDelay(t *testing.T) {
	a, _, _ := alone(t)
	cfg := config(instance(255, prompt))
	cfg.Global.VRRP.StartupDelay = 50 * time.Millisecond
	a.start(cfg)
	if s := a.status().Instances[0]; s.State != "INIT" {
		t.Errorf("%s during the delay", s.State)
	}
	before := a.log.until(t, "Entering MASTER STATE")
	if !strings.Contains(strings.Join(before, "\n"), "Delaying startup") {
		t.Errorf("log %q", before)
	}
}

// TestOrder: virtual routers are in the order of the configuration.
func TestOrder(t *testing.T) {
	a, _, _ := alone(t)
	list := func(names string) (out []*conf.Instance) {
		for _, c := range names {
			out = append(out, instance(100, named(string(c), int(c)), func(i *conf.Instance) { i.Addresses = vips(vip2) }))
		}
		return out
	}
	a.run(list("ACD")...)
	if err := a.router.Reload(t.Context(), config(list("DBCA")...)); err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, i := range a.status().Instances {
		got += i.Name
	}
	if got != "DBCA" {
		t.Errorf("order %s", got)
	}
}

// TestRemoved: what a reload takes away is told as FAULT, or as DELETED, and with
// fifo_write_vrrp_states_on_reload what stays is told again.
func TestRemoved(t *testing.T) {
	a, _, _ := alone(t)
	deleted := func(i *conf.Instance) { i.Deleted = true }
	other := func(i *conf.Instance) { i.Addresses = vips(vip2) }
	a.run(instance(100, prompt), instance(100, prompt, named("W", 52), other), instance(100, prompt, named("X", 53), deleted, other))
	for range 3 {
		a.log.until(t, "Entering MASTER STATE")
	}
	cfg := config(instance(100, prompt))
	cfg.Global.VRRP.StatesOnReload = true
	if err := a.router.Reload(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	got := a.told()
	if tail := got[len(got)-3:]; !slices.Equal(tail, []string{"INSTANCE W FAULT 100", "INSTANCE X DELETED 100", "INSTANCE V MASTER 100 again"}) {
		t.Errorf("told %q", got)
	}
}
