package capture

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"

	"github.com/viplab/viplab/lab/timeline"
)

// kernelState is what a kernel is known to have, and tells what each message of
// it changes: rtnetlink repeats itself, and an address that only passes
// duplicate address detection has not changed to the lab.
//
// Its methods return the events in the order in which things came about.
type kernelState struct {
	links      map[int]held[timeline.Link]
	addrs      map[addressKey]held[timeline.Address]
	neighbours map[neighbourKey]held[timeline.Neighbour]
	dump       int // counts dumps; what a whole dump did not show is gone
}

type addressKey struct {
	index  int
	prefix netip.Prefix
}

// held is an object and the last dump that it was seen in or after.
type held[T any] struct {
	what T
	dump int
}

func newKernelState() *kernelState {
	return &kernelState{
		links:      make(map[int]held[timeline.Link]),
		addrs:      make(map[addressKey]held[timeline.Address]),
		neighbours: make(map[neighbourKey]held[timeline.Neighbour]),
	}
}

// setLink takes in that the link with index is as l says.
func (s *kernelState) setLink(index int, l timeline.Link) []timeline.Event {
	l.Change = ""
	was, known := s.links[index]
	if known && was.what.Interface != l.Interface {
		return s.renameLink(index, l)
	}
	s.links[index] = held[timeline.Link]{l, s.dump}
	switch {
	case !known:
		return []timeline.Event{linkEvent(timeline.Added, l)}
	case was.what != l:
		return []timeline.Event{linkEvent(timeline.Changed, l)}
	default:
		return nil
	}
}

// renameLink shows a new name as the old link going and a new one coming, with
// its addresses: everything else knows interfaces by their names.
func (s *kernelState) renameLink(index int, l timeline.Link) []timeline.Event {
	keys := s.addressesOf(index)
	kept := make([]timeline.Address, 0, len(keys))
	for _, k := range keys {
		kept = append(kept, s.addrs[k].what)
	}
	events := s.dropLink(index)
	events = append(events, s.setLink(index, l)...)
	for _, a := range kept {
		events = append(events, s.setAddress(index, a)...)
	}
	return events
}

// dropLink takes in that a link is gone, and with it its addresses.
func (s *kernelState) dropLink(index int) []timeline.Event {
	was, known := s.links[index]
	if !known {
		return nil
	}
	events := s.dropNeighbours(func(k neighbourKey) bool { return k.index == index })
	for _, k := range s.addressesOf(index) {
		events = append(events, s.dropAddress(index, k.prefix)...)
	}
	delete(s.links, index)
	was.what.Up, was.what.Carrier = false, false
	return append(events, linkEvent(timeline.Deleted, was.what))
}

// setAddress takes in that the link with index has a; the interface's name is
// filled in.
func (s *kernelState) setAddress(index int, a timeline.Address) []timeline.Event {
	link, known := s.links[index]
	if !known {
		return nil // of a link that is gone already; its message is under way
	}
	a.Interface, a.Change = link.what.Interface, ""
	key := addressKey{index, a.Prefix}
	was, known := s.addrs[key]
	s.addrs[key] = held[timeline.Address]{a, s.dump}
	switch {
	case !known:
		return []timeline.Event{addressEvent(timeline.Added, a)}
	case was.what != a:
		return []timeline.Event{addressEvent(timeline.Changed, a)}
	default:
		return nil
	}
}

func (s *kernelState) dropAddress(index int, prefix netip.Prefix) []timeline.Event {
	key := addressKey{index, prefix}
	was, known := s.addrs[key]
	if !known {
		return nil
	}
	delete(s.addrs, key)
	return []timeline.Event{addressEvent(timeline.Deleted, was.what)}
}

// beginDump starts to tell what is there from what was.
func (s *kernelState) beginDump() { s.dump++ }

// endDump drops what the dump did not show: its end was missed.
func (s *kernelState) endDump() []timeline.Event {
	var events []timeline.Event
	for _, index := range slices.Sorted(maps.Keys(s.links)) {
		if s.links[index].dump < s.dump {
			events = append(events, s.dropLink(index)...)
			continue
		}
		for _, k := range s.addressesOf(index) {
			if s.addrs[k].dump < s.dump {
				events = append(events, s.dropAddress(index, k.prefix)...)
			}
		}
	}
	return append(events, s.dropNeighbours(func(k neighbourKey) bool { return s.neighbours[k].dump < s.dump })...)
}

// addressesOf returns the addresses of a link in a fixed order.
func (s *kernelState) addressesOf(index int) []addressKey {
	var keys []addressKey
	for k := range s.addrs {
		if k.index == index {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b addressKey) int {
		return cmp.Or(a.prefix.Addr().Compare(b.prefix.Addr()), cmp.Compare(a.prefix.Bits(), b.prefix.Bits()))
	})
	return keys
}

func linkEvent(c timeline.Change, l timeline.Link) timeline.Event {
	l.Change = c
	return timeline.Event{Kind: timeline.KindLink, Link: &l}
}

func addressEvent(c timeline.Change, a timeline.Address) timeline.Event {
	a.Change = c
	return timeline.Event{Kind: timeline.KindAddress, Address: &a}
}
