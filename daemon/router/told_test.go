package router

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// TestStopOrder: all resign before any gives up what it holds, and nothing stays.
func TestStopOrder(t *testing.T) {
	a, _, _ := alone(t)
	a.run(instance(100, prompt), instance(100, prompt, named("W", 52), func(i *conf.Instance) { i.Addresses = vips(vip2) }))
	a.log.until(t, "gratuitous ARPs on eth0 for 10.0.0.100")
	a.log.until(t, "gratuitous ARPs on eth0 for 10.0.0.101")
	a.stop()
	var order []string
	for len(a.log) > 0 {
		line := <-a.log
		for _, word := range []string{"sent 0 priority", "removing VIPs"} {
			if strings.Contains(line, word) {
				order = append(order, word)
			}
		}
	}
	if !slices.Equal(order, []string{"sent 0 priority", "sent 0 priority", "removing VIPs", "removing VIPs"}) {
		t.Errorf("order %q", order)
	}
	if got := a.Labels(); len(got) != 1 {
		t.Errorf("addresses %v after the stop", got)
	}
}

// TestStatus: what an operator sees of a Master and of a Backup.
func TestStatus(t *testing.T) {
	a, next, sw := alone(t)
	x := attack(t, sw)
	kind := func(i *conf.Instance) {
		fast(i)
		i.Name, i.State, i.Excluded = "VI_1", conf.Master, vips(vip2)
	}
	cfg := config(instance(100, kind))
	cfg.SyncGroups = []*conf.SyncGroup{{Name: "G", Members: []conf.Member{{Name: "VI_1"}}}}
	a.start(cfg)
	a.log.until(t, "Entering MASTER STATE")
	next()
	s := a.status()
	m := s.Instances[0]
	if m.Name != "VI_1" || m.Group != "G" || m.Interface != "eth0" || m.Device != "eth0" || m.Family != "IPv4" || m.Version != 3 || m.VRID != 51 {
		t.Errorf("identity %+v", m)
	}
	if m.State != "MASTER" || m.Wanted != "MASTER" || m.Cause == "" || m.Source.String() != "10.0.0.1" || s.Now.Sub(m.Since) > time.Hour || m.Since.After(s.Now) {
		t.Errorf("state %+v", m)
	}
	if m.AdvertInterval != 0.1 || m.MasterDown < 0.3 || len(m.Timers) == 0 || m.Timers[0].Name != "advert" || m.Timers[0].In > 0.1 {
		t.Errorf("timers %+v", m)
	}
	if len(m.Addresses) != 2 || !m.Addresses[0].Held || m.Addresses[0].Excluded || !m.Addresses[1].Held || !m.Addresses[1].Excluded {
		t.Errorf("addresses %+v", m.Addresses)
	}
	if g := s.Groups; len(g) != 1 || g[0].Name != "G" || g[0].State != "MASTER" || !slices.Equal(g[0].Members, []string{"VI_1"}) {
		t.Errorf("groups %+v", g)
	}
	if m.Stats.AdvertsSent == 0 || m.Stats.BecameMaster != 1 || m.Stats.GARPSent == 0 {
		t.Errorf("stats %+v", m.Stats)
	}
	x.send(group4, packet(t, cfg.Instances[0], evil, 255, 50))
	a.log.until(t, "forcing new election")
	x.send(group4, packet(t, cfg.Instances[0], evil, 255, 150))
	a.log.until(t, "Entering BACKUP STATE")
	m = a.status().Instances[0]
	if m.State != "BACKUP" || m.Master != evil || m.MasterPriority != 150 || m.Timers[0].Name != "master down" || m.Addresses[0].Held {
		t.Errorf("as Backup %+v", m)
	}
	if p := m.Peers; len(p) != 1 || p[0].Address != evil || p[0].Priority != 150 || p[0].Adverts != 2 || p[0].Interval != 0.1 {
		t.Errorf("peers %+v", m.Peers)
	}
	if m.Stats.AdvertsReceived != 2 || m.Stats.ReleasedMaster != 1 {
		t.Errorf("stats %+v", m.Stats)
	}
	if got := a.told(); !slices.Contains(got, "VI_1 heard a lower priority than 100") {
		t.Errorf("told %q", got)
	}
	if err := a.router.ClearStats(t.Context()); err != nil {
		t.Fatal(err)
	}
	if m = a.status().Instances[0]; m.Stats.AdvertsReceived != 0 || m.Stats.ReleasedMaster != 0 || m.Stats.GARPSent != 0 {
		t.Errorf("stats after a clear %+v", m.Stats)
	}
}

// TestPeersAreBounded: whoever sends from many addresses takes no more memory.
func TestPeersAreBounded(t *testing.T) {
	var c record
	for n := range 100 {
		p := c.neighbour(evil.Next())
		p.heard, p.adverts = 1000, p.adverts+1
		from := evil
		for range n {
			from = from.Next()
		}
		p = c.neighbour(from)
		p.heard = 1
	}
	if len(c.peers) != maxPeers {
		t.Errorf("%d peers", len(c.peers))
	}
	if p := c.neighbour(evil.Next()); p.adverts != 100 {
		t.Errorf("the one heard last is forgotten: %+v", p)
	}
}
