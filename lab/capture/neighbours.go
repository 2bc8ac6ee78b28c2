package capture

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/timeline"
)

// neighbourKey is an entry of a kernel's neighbour tables: of ARP and of
// neighbour discovery.
type neighbourKey struct {
	index   int
	address netip.Addr
}

// known are the states of an entry in which the kernel has a hardware address to
// send to, be it confirmed or not.
const known = unix.NUD_REACHABLE | unix.NUD_STALE | unix.NUD_DELAY | unix.NUD_PROBE | unix.NUD_PERMANENT

// parseNeighbour reads the body of RTM_NEWNEIGH or RTM_DELNEIGH. MAC is empty
// where the kernel does not know it. It is not ok for what was never asked for:
// multicast, the forwarding table of a bridge.
func parseNeighbour(data []byte) (index int, n timeline.Neighbour, ok bool) {
	msg, err := netlink.NeighDeserialize(data)
	if err != nil || msg.Family != unix.AF_INET && msg.Family != unix.AF_INET6 || msg.State&unix.NUD_NOARP != 0 {
		return 0, n, false
	}
	n.Address, ok = netip.AddrFromSlice(msg.IP)
	n.Address = n.Address.Unmap()
	if msg.State&known != 0 {
		n.MAC = msg.HardwareAddr.String()
	}
	return msg.LinkIndex, n, ok
}

// setNeighbour takes in that the table of the link with index has n. That a
// known address is only confirmed, or doubted, is no change.
func (s *kernelState) setNeighbour(index int, n timeline.Neighbour) []timeline.Event {
	link, there := s.links[index]
	if !there {
		return nil
	}
	if n.MAC == "" {
		return s.dropNeighbour(index, n.Address)
	}
	n.Interface, n.Change = link.what.Interface, ""
	key := neighbourKey{index, n.Address}
	was, there := s.neighbours[key]
	s.neighbours[key] = held[timeline.Neighbour]{n, s.dump}
	switch {
	case !there:
		return []timeline.Event{neighbourEvent(timeline.Added, n)}
	case was.what != n:
		return []timeline.Event{neighbourEvent(timeline.Changed, n)}
	default:
		return nil
	}
}

func (s *kernelState) dropNeighbour(index int, a netip.Addr) []timeline.Event {
	key := neighbourKey{index, a}
	was, there := s.neighbours[key]
	if !there {
		return nil
	}
	delete(s.neighbours, key)
	return []timeline.Event{neighbourEvent(timeline.Deleted, was.what)}
}

// dropNeighbours drops those of a link that gone says.
func (s *kernelState) dropNeighbours(gone func(neighbourKey) bool) []timeline.Event {
	keys := slices.SortedFunc(maps.Keys(s.neighbours), func(a, b neighbourKey) int {
		return cmp.Or(cmp.Compare(a.index, b.index), a.address.Compare(b.address))
	})
	var events []timeline.Event
	for _, k := range keys {
		if gone(k) {
			events = append(events, s.dropNeighbour(k.index, k.address)...)
		}
	}
	return events
}

func neighbourEvent(c timeline.Change, n timeline.Neighbour) timeline.Event {
	n.Change = c
	return timeline.Event{Kind: timeline.KindNeighbour, Neighbour: &n}
}
