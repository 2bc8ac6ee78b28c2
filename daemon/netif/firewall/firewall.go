// Package firewall keeps a host from virtual addresses that it holds without
// owning them (RFC 9568 8.2.2 and 8.3.2, Accept_Mode false) and keeps it from
// giving away the place of a virtual router's MAC address. It has nftables
// tables of its own, one for each family, and touches no others. It acts in the
// network namespace of the calling thread.
package firewall

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/google/nftables"

	"github.com/viplab/viplab/daemon/netif"
)

// ErrUnsupported says that this kernel has no nftables, or none for a family.
var ErrUnsupported = errors.New("the kernel does not support nftables")

// Options are about the tables. The zero value is keepalived's default.
type Options struct {
	Table    string // name of both; default "keepalived"
	Priority *int32 // of the chains; nil: -1
	Counters bool   // count what is dropped, for those who look at the rules
}

// Place is a virtual address on an interface.
type Place struct {
	IP    netip.Addr
	Index int // of the interface; it matters for link-local addresses only
}

// Firewall is the tables at work. It is for one goroutine.
type Firewall struct {
	options Options
	refused map[Place]int // and by how many callers
	muted   map[int]int   // interfaces, likewise
	made    map[netif.Family]bool
	conn    *nftables.Conn // nil: to be opened
}

// Open removes tables that a crash has left. It makes none: Prepare, Refuse and
// Mute do.
func Open(o Options) (*Firewall, error) {
	if o.Table == "" {
		o.Table = "keepalived"
	}
	if o.Priority == nil {
		o.Priority = new(int32(-1))
	}
	f := &Firewall{options: o, refused: map[Place]int{}, muted: map[int]int{}, made: map[netif.Family]bool{}}
	if err := f.remove(); err != nil {
		return nil, errors.Join(err, f.hangUp())
	}
	return f, nil
}

// Prepare makes the table of a family, if there is none, so that Refuse has
// less to do.
func (f *Firewall) Prepare(family netif.Family) error {
	if f.made[family] {
		return nil
	}
	return f.rebuild(family)
}

// Refuse drops packets to and from the places of list. Neighbour discovery goes
// on.
func (f *Firewall) Refuse(list ...Place) error {
	return f.change(f.count(list, 1), (*batch).refuse)
}

// Accept takes back what Refuse did to the places of list; a place that was
// refused twice stays so.
func (f *Firewall) Accept(list ...Place) error {
	return f.change(f.count(list, -1), (*batch).accept)
}

// count notes callers of places, and returns those whose state that changes.
func (f *Firewall) count(list []Place, by int) []Place {
	var changed []Place
	for _, p := range list {
		p = p.plain()
		before := f.refused[p]
		if after := before + by; after > 0 {
			f.refused[p] = after
		} else {
			delete(f.refused, p)
		}
		if before == 0 && by > 0 || before == 1 && by < 0 {
			changed = append(changed, p)
		}
	}
	return changed
}

// plain is p without what makes no difference.
func (p Place) plain() Place {
	p.IP = p.IP.Unmap().WithZone("")
	if !p.linkLocal() {
		p.Index = 0
	}
	return p
}

// linkLocal reports whether the address means something on its interface only.
func (p Place) linkLocal() bool { return p.IP.Is6() && p.IP.IsLinkLocalUnicast() }

// atOnce is how many places a message of a batch, and a batch, can take.
const atOnce = 1000

// change does something to places of both families, each family at once. If it
// does not succeed, because somebody has changed the table, that is made again.
func (f *Firewall) change(list []Place, do func(*batch, []Place) error) error {
	var failed []error
	for _, family := range []netif.Family{netif.IPv4, netif.IPv6} {
		ours := slices.DeleteFunc(slices.Clone(list), func(p Place) bool { return netif.FamilyOf(p.IP) != family })
		if len(ours) == 0 {
			continue
		}
		failed = append(failed, f.try(family, func() error {
			for part := range slices.Chunk(ours, atOnce) {
				if err := f.send(family, func(b *batch) error { return do(b, part) }); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	return errors.Join(failed...)
}

// try does f to the table of a family, and makes that again where it fails.
func (f *Firewall) try(family netif.Family, do func() error) error {
	if f.made[family] && do() == nil {
		return nil
	}
	return f.rebuild(family)
}

// Mute keeps an interface from sending group memberships, by which switches
// would learn a virtual router's MAC address on the port of a Backup. The
// interface below has to join the groups.
func (f *Firewall) Mute(index int) error {
	if f.muted[index]++; f.muted[index] > 1 {
		return nil
	}
	return f.mute(index, (*batch).mute)
}

// Unmute takes Mute back.
func (f *Firewall) Unmute(index int) error {
	switch f.muted[index]--; {
	case f.muted[index] > 0:
		return nil
	case f.muted[index] < 0:
		delete(f.muted, index)
		return nil
	}
	delete(f.muted, index)
	return f.mute(index, (*batch).unmute)
}

func (f *Firewall) mute(index int, do func(*batch, []int) error) error {
	var failed []error
	for _, family := range []netif.Family{netif.IPv4, netif.IPv6} {
		failed = append(failed, f.try(family, func() error {
			return f.send(family, func(b *batch) error { return do(b, []int{index}) })
		}))
	}
	return errors.Join(failed...)
}

// rebuild makes the table of a family as it should be, in place of the one that
// is there, at once for those who send meanwhile.
func (f *Firewall) rebuild(family netif.Family) error {
	var places []Place
	for p := range f.refused {
		if netif.FamilyOf(p.IP) == family {
			places = append(places, p)
		}
	}
	var muted []int
	for index := range f.muted {
		muted = append(muted, index)
	}
	first := places[:min(len(places), atOnce)]
	err := f.send(family, func(b *batch) error {
		b.drop()
		return errors.Join(b.create(f.options), b.refuse(first), b.mute(muted))
	})
	if f.made[family] = err == nil; err != nil {
		return fmt.Errorf("make firewall table %s: %w", f.options.Table, err)
	}
	for part := range slices.Chunk(places[len(first):], atOnce) {
		if err := f.send(family, func(b *batch) error { return b.refuse(part) }); err != nil {
			return fmt.Errorf("fill firewall table %s: %w", f.options.Table, err)
		}
	}
	return nil
}

// Close removes the tables.
func (f *Firewall) Close() error {
	clear(f.refused)
	clear(f.muted)
	clear(f.made)
	return errors.Join(f.remove(), f.hangUp())
}
