package expect

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/viplab/viplab/lab/timeline"
)

// Title implements Expectation.
func (s *SingleMaster) Title() string {
	return fmt.Sprintf("never two Masters of VRID %d", s.VRID)
}

// The first check holds the advertisements to
// it, the second the kernels that own the virtual addresses.
func (s *SingleMaster) judge(r *Run, w Window) []Check {
	want := "no two at once for longer than " + short(s.Allow+r.Tolerance)
	masters := Check{ID: "R3768-2.1-01", Want: want}
	owners := Check{Title: fmt.Sprintf("never two owners of the addresses of VRID %d", s.VRID), Want: want}
	addresses, nodes := r.virtualOf(s.VRID)
	if len(nodes) == 0 {
		err := fmt.Errorf("VRID %d: %w of any node", s.VRID, ErrNoInstance)
		return unevaluated("", w, err)
	}
	masters = judgeOverlaps(masters, s.reigning(r, w), s.Allow+r.Tolerance, w)
	var held []overlap
	for _, a := range addresses {
		spans := r.index().HolderSpans(a, w.To)
		for node := range spans {
			if !slices.Contains(nodes, node) {
				delete(spans, node) // a real server may own it, for LVS-DR
			}
		}
		held = append(held, overlaps(spans, w)...)
	}
	slices.SortFunc(held, byTime)
	owners = judgeOverlaps(owners, held, s.Allow+r.Tolerance, w)
	return []Check{masters, owners}
}

// reigning are the overlaps of reigns, network by network.
func (s *SingleMaster) reigning(r *Run, w Window) []overlap {
	byNetwork := map[string]map[string][]timeline.Span{}
	// A reign that reaches into w has an advertisement not older than this.
	since := w.From.Add(-4 * r.slowest(s.VRID))
	adverts := filter(r.index().Adverts(s.VRID).Between(since, w.To), func(e *timeline.Event) bool {
		return r.routes(e.Node, s.VRID)
	})
	for _, g := range reignsOf(r.index(), adverts, w.To) {
		if byNetwork[g.Network] == nil {
			byNetwork[g.Network] = map[string][]timeline.Span{}
		}
		byNetwork[g.Network][g.Node] = append(byNetwork[g.Network][g.Node], g.Span)
	}
	var found []overlap
	for _, spans := range byNetwork {
		found = append(found, overlaps(spans, w)...)
	}
	slices.SortFunc(found, byTime)
	return found
}

// slowest is the longest advertisement interval configured for a VRID.
func (r *Run) slowest(vrid int) time.Duration {
	slowest := time.Second
	for _, cfg := range r.Configs {
		for _, inst := range cfg.Instances {
			if inst.VRID == vrid {
				slowest = max(slowest, inst.AdvertInt)
			}
		}
	}
	return slowest
}

// virtualOf returns the virtual addresses of a VRID and the nodes that have an
// instance of it, by their configurations.
func (r *Run) virtualOf(vrid int) (addresses []netip.Addr, nodes []string) {
	for node, cfg := range r.Configs {
		for _, inst := range cfg.Instances {
			if inst.VRID != vrid {
				continue
			}
			nodes = append(nodes, node)
			for _, v := range virtual(inst) {
				addresses = append(addresses, v.Prefix.Addr())
			}
		}
	}
	slices.SortFunc(addresses, netip.Addr.Compare)
	slices.Sort(nodes)
	return slices.Compact(addresses), slices.Compact(nodes)
}
