package vip

import (
	"errors"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
	"github.com/viplab/viplab/daemon/netif/firewall"
)

// wall is the firewall, where the kernel has one.
type wall struct {
	log     func(detail bool, text string)
	fire    *firewall.Firewall // nil: none
	conf    conf.NFTables
	missing error // why there is none
	named   bool  // and whether that was logged

	refused map[firewall.Place]int
	muted   map[int]int

	gathering bool
	accepted  []firewall.Place // while gathering
}

// open opens it, which removes the tables that a crash has left. That there is
// none matters only to those who need it.
func (w *wall) open(c conf.NFTables) {
	w.conf = c
	fire, err := firewall.Open(firewall.Options{Table: c.Table, Priority: new(int32(c.Priority)), Counters: c.Counters})
	if err != nil {
		w.missing = err
		return
	}
	w.fire, w.missing, w.named = fire, nil, false
}

// reopen takes other settings; what is refused stays so.
func (w *wall) reopen(c conf.NFTables) {
	if c.Table == w.conf.Table && c.Priority == w.conf.Priority && c.Counters == w.conf.Counters {
		return
	}
	old := w.fire
	if old != nil && c.Table == w.conf.Table { // of the same name: it has to go first
		w.failed(old.Close())
		old = nil
	}
	w.fire = nil
	w.open(c)
	for p, n := range w.refused {
		for range n {
			w.do(func(f *firewall.Firewall) error { return f.Refuse(p) })
		}
	}
	for index, n := range w.muted {
		for range n {
			w.do(func(f *firewall.Firewall) error { return f.Mute(index) })
		}
	}
	if old != nil {
		w.failed(old.Close())
	}
}

func (w *wall) close() error {
	if w.fire == nil {
		return nil
	}
	return w.fire.Close()
}

// do does something to the firewall. That there is none is logged once.
func (w *wall) do(f func(*firewall.Firewall) error) {
	if w.fire == nil {
		if !w.named {
			w.named = true
			w.log(false, "no firewall, so that no_accept has no effect and switches may see virtual MAC addresses of Backups: "+w.missing.Error())
		}
		return
	}
	err := f(w.fire)
	if errors.Is(err, firewall.ErrUnsupported) {
		w.fire, w.missing = nil, err
		w.do(f)
		return
	}
	w.failed(err)
}

func (w *wall) failed(err error) {
	if err != nil {
		w.log(false, err.Error())
	}
}

// prepare makes the tables that i needs as Master.
func (w *wall) prepare(i *conf.Instance) {
	if i.Accept {
		return
	}
	for _, a := range planOf(i, nil).addresses {
		w.do(func(f *firewall.Firewall) error { return f.Prepare(netif.FamilyOf(a.Prefix.Addr())) })
	}
}

// refuse keeps the host from places, at once: each change of the firewall takes
// as long as several addresses.
func (w *wall) refuse(list ...firewall.Place) {
	if len(list) == 0 {
		return
	}
	if w.refused == nil {
		w.refused = map[firewall.Place]int{}
	}
	for _, p := range list {
		w.refused[p]++
	}
	w.do(func(f *firewall.Firewall) error { return f.Refuse(list...) })
}

// accept takes refuse back, now or, between gather and flush, by the latter.
func (w *wall) accept(p firewall.Place) {
	if w.refused[p]--; w.refused[p] <= 0 {
		delete(w.refused, p)
	}
	if w.accepted = append(w.accepted, p); !w.gathering {
		w.flush()
	}
}

func (w *wall) gather() { w.gathering = true }

func (w *wall) flush() {
	list := w.accepted
	w.accepted, w.gathering = nil, false
	if w.fire != nil && len(list) > 0 {
		w.failed(w.fire.Accept(list...))
	}
}

func (w *wall) mute(index int) {
	if w.muted == nil {
		w.muted = map[int]int{}
	}
	w.muted[index]++
	w.do(func(f *firewall.Firewall) error { return f.Mute(index) })
}

func (w *wall) unmute(index int) {
	if w.muted[index]--; w.muted[index] <= 0 {
		delete(w.muted, index)
	}
	if w.fire != nil {
		w.failed(w.fire.Unmute(index))
	}
}
