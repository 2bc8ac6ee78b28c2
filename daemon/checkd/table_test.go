package checkd

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/ipvs"
)

const (
	one   = "10.0.0.101:80 rr 10.0.0.1:80=1 10.0.0.2:80=2"
	two   = "10.0.0.102:80 wrr 10.0.0.1:80=1"
	three = "10.0.0.103:80 wlc 10.0.0.3:80=5"
	alien = "10.0.0.200:80 rr 10.0.0.9:80=1"
)

func TestStartReloadStop(t *testing.T) {
	s := newSite(t)
	s.others(alien)
	d := s.start()
	d.replace(t.Context(), targets(one, two))
	s.wantTable(one, two, alien)
	d.update(targets("10.0.0.101:80 rr 10.0.0.2:80=2"))
	s.wantTable("10.0.0.101:80 rr 10.0.0.2:80=2", two, alien)
	d.replace(t.Context(), targets(three, "10.0.0.101:80 sh 10.0.0.1:80=1 10.0.0.2:80=7"))
	s.wantTable("10.0.0.101:80 sh 10.0.0.1:80=1 10.0.0.2:80=7", three, alien)
	d.end(t.Context(), false)
	s.wantTable(alien)
	if text := s.said(); text != "" {
		t.Errorf("logged: %s", text)
	}
	if _, err := os.Stat(s.path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the ledger is left: %v", err)
	}
}

// A service of somebody else that the configuration wants, too, becomes ours, as
// the configuration wants it.
func TestAdoptForeign(t *testing.T) {
	s := newSite(t)
	s.others("10.0.0.101:80 sh 10.0.0.9:80=1")
	d := s.start()
	d.replace(t.Context(), targets(one))
	s.wantTable(one)
}

func TestRepair(t *testing.T) {
	s := newSite(t)
	s.others(alien)
	d := s.start()
	d.replace(t.Context(), targets(one, two, three))
	remove := func(service, server string) ipvs.Change {
		c := ipvs.Change{Op: ipvs.RemoveService, Service: ipvs.Service{Key: key(service)}}
		if server != "" {
			c.Op, c.Server.Address = ipvs.RemoveServer, key(server).Address
		}
		return c
	}
	added, edited := entry("10.0.0.102:80 wrr 10.0.0.66:80=1").Servers[0].Server, entry(one).Servers[1].Server
	edited.Weight = 99
	s.meddle(remove("10.0.0.101:80", "10.0.0.1:80"), remove("10.0.0.103:80", ""),
		ipvs.Change{Op: ipvs.AddServer, Service: entry(two).Service, Server: added},
		ipvs.Change{Op: ipvs.EditServer, Service: entry(one).Service, Server: edited},
		ipvs.Change{Op: ipvs.EditService, Service: ipvs.Service{Key: key("10.0.0.102:80"), Scheduler: "lc"}})
	d.repair(t.Context())
	s.wantTable(one, two, three, alien)
	d.repair(t.Context())
	d.end(t.Context(), false)
	s.wantTable(alien)
	text := s.said()
	for _, want := range []string{
		"server [10.0.0.1]:tcp:80 of [10.0.0.101]:tcp:80 is missing", "[10.0.0.103]:tcp:80 is missing",
		"server [10.0.0.66]:tcp:80 of [10.0.0.102]:tcp:80 is not ours", "server [10.0.0.2]:tcp:80 of [10.0.0.101]:tcp:80 has weight 99, not 2",
		"[10.0.0.102]:tcp:80 has scheduler lc, not wrr",
	} {
		if strings.Count(text, "IPVS was changed by somebody else: "+want+"; it is set right\n") != 1 {
			t.Errorf("%q is not logged once:\n%s", want, text)
		}
	}
	if n := strings.Count(text, "\n"); n != 5 {
		t.Errorf("%d lines:\n%s", n, text)
	}
}

// What somebody does between two comparisons does not keep a change from
// happening.
func TestMeddling(t *testing.T) {
	s := newSite(t)
	d := s.start()
	d.replace(t.Context(), targets(one))
	s.meddle(ipvs.Change{Op: ipvs.RemoveService, Service: entry(one).Service})
	d.update(targets("10.0.0.101:80 rr 10.0.0.1:80=1"))
	s.wantTable("10.0.0.101:80 rr 10.0.0.1:80=1")
	s.meddle(ipvs.Change{Op: ipvs.AddServer, Service: entry(one).Service, Server: entry(one).Servers[1].Server})
	d.update(targets(one))
	s.wantTable(one)
	if text := s.said(); text != "" {
		t.Errorf("logged: %s", text)
	}
}

func TestFlush(t *testing.T) {
	s := newSite(t)
	s.others(alien)
	d := s.start()
	d.flush = true
	d.time(ipvs.Timeouts{TCP: 100 * time.Second, UDP: 30 * time.Second})
	d.replace(t.Context(), targets(one))
	s.wantTable(one)
	if got, err := s.raw.Timeouts(); err != nil || got.TCP != 100*time.Second || got.UDP != 30*time.Second {
		t.Errorf("%+v, %v", got, err)
	}
	d.time(ipvs.Timeouts{TCP: 50 * time.Second})
	if got, err := s.raw.Timeouts(); err != nil || got.TCP != 50*time.Second || got.UDP != 30*time.Second {
		t.Errorf("%+v, %v", got, err)
	}
	s.others(alien)
	d.end(t.Context(), true)
	s.wantTable()
}
