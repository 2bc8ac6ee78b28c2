package checkd

import (
	"context"
	"runtime"
	"strings"
	"testing"

	"github.com/viplab/viplab/daemon/ipvs"
)

// What a process leaves that is killed, the next one adopts where it wants it, with
// its connections and counters, and removes where it does not.
func TestLeftovers(t *testing.T) {
	s := newSite(t)
	s.others(alien)
	s.start().replace(t.Context(), targets(one, two))
	d := s.start()
	d.replace(t.Context(), targets(three, "10.0.0.101:80 rr 10.0.0.1:80=1 10.0.0.4:80=1"))
	s.wantTable("10.0.0.101:80 rr 10.0.0.1:80=1 10.0.0.4:80=1", three, alien)
	if text := s.said(); text != "" {
		t.Errorf("logged: %s", text)
	}
}

// A scheduler that the kernel does not have keeps one service from working, not
// the others, and is said once, with the line.
func TestNoScheduler(t *testing.T) {
	s := newSite(t)
	d := s.start()
	bad := "10.0.0.102:80 nonesuch 10.0.0.1:80=1"
	d.replace(t.Context(), targets(one, bad, three))
	s.wantTable(one, three)
	d.update(targets(one, "10.0.0.102:80 nonesuch")[1:])
	d.repair(t.Context())
	s.wantTable(one, three)
	d.replace(t.Context(), targets(one, two, three))
	s.wantTable(one, two, three)
	text := s.said()
	want := "k.conf:2:1: virtual_server v2: add service [10.0.0.102]:tcp:80: the kernel does not have this scheduler: nonesuch"
	if strings.Count(text, want) != 1 || strings.Count(text, "\n") != 2 || !strings.Contains(text, "k.conf:2:1: virtual_server v2: the kernel has it now") {
		t.Errorf("logged:\n%s", text)
	}
}

// Without IPVS nothing is lost but its effect, and when it comes all is set.
func TestNoIPVS(t *testing.T) {
	for _, why := range []error{ipvs.ErrNoIPVS, ipvs.ErrPermission} {
		s := newSite(t)
		d := s.start()
		open := d.open
		d.open = func(context.Context) (kernelTable, error) { return nil, why }
		d.replace(t.Context(), targets(one, two))
		d.update(targets(one))
		d.repair(t.Context())
		s.wantTable()
		d.open = open
		d.repair(t.Context())
		s.wantTable(one, two)
		d.end(t.Context(), false)
		want := "IPVS cannot be programmed: " + why.Error() + "; v1 (k.conf:1:1) and all other virtual servers are checked, but serve nobody\nIPVS can be programmed now\n"
		if text := s.said(); text != want {
			t.Errorf("logged:\n%swant:\n%s", text, want)
		}
	}
}

// TestKilledAnywhere stops before each single change of a start and a reload, as a
// kill would. The next process always gets what it wants.
func TestKilledAnywhere(t *testing.T) {
	s := newSite(t)
	s.others(alien)
	all := targets(one, two, three)
	for n := range 16 {
		d := s.start()
		d.connect(t.Context())
		d.conn = &killed{kernelTable: d.conn, left: n}
		done := make(chan struct{})
		go func() {
			defer close(done)
			d.replace(t.Context(), all)
			d.replace(t.Context(), targets(two))
		}()
		<-done
		next := s.start()
		next.replace(t.Context(), targets(three, two))
		s.wantTable(two, three, alien)
		next.end(t.Context(), false)
		s.wantTable(alien)
		s.log.Close()
	}
}

// killed makes a number of changes, and ends who wants another one.
type killed struct {
	kernelTable
	left int
}

func (k *killed) Apply(list []ipvs.Change) []ipvs.Failure {
	failed := k.kernelTable.Apply(list[:min(k.left, len(list))])
	if k.left -= len(list); k.left < 0 {
		runtime.Goexit()
	}
	return failed
}

// TestForbidden: a kernel that lets nobody look at its table is one without IPVS.
func TestForbidden(t *testing.T) {
	s := newSite(t)
	d := s.start()
	d.connect(t.Context())
	conn := d.conn
	d.conn = forbidden{conn}
	d.replace(t.Context(), targets(one))
	d.repair(t.Context())
	s.wantTable()
	d.conn = conn
	d.repair(t.Context())
	s.wantTable(one)
	want := "IPVS cannot be programmed: not permitted to program IPVS; v1 (k.conf:1:1) and all other virtual servers are checked, but serve nobody\nIPVS can be programmed now\n"
	if text := s.said(); text != want {
		t.Errorf("logged:\n%swant:\n%s", text, want)
	}
}

type forbidden struct{ kernelTable }

func (forbidden) Table() ([]ipvs.Entry, error) { return nil, ipvs.ErrPermission }
