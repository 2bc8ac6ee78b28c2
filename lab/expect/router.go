package expect

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

// Reasons why a check could not be evaluated.
var (
	ErrNoConfig   = errors.New("no configuration")
	ErrNoInstance = errors.New("no such virtual router in the configuration")
	ErrAmbiguous  = errors.New("the configuration has it more than once")
	ErrUnknownMAC = errors.New("no kernel has told")
)

// router is an instance on its node, as the wire shows it.
type router struct {
	run  *Run
	node string
	inst *conf.Instance
}

// router finds the instance of node with this VRID.
func (r *Run) router(node string, vrid int) (router, error) {
	return r.find(node, fmt.Sprintf("VRID %d", vrid), func(i *conf.Instance) bool { return i.VRID == vrid })
}

// routerOf finds the instance of node that has address as a virtual one.
func (r *Run) routerOf(node string, address netip.Addr) (router, error) {
	return r.find(node, address.String(), func(i *conf.Instance) bool { return holds(i, address) })
}

func (r *Run) find(node, what string, match func(*conf.Instance) bool) (router, error) {
	cfg := r.Configs[node]
	if cfg == nil {
		return router{}, fmt.Errorf("%w of %s", ErrNoConfig, node)
	}
	found := router{run: r, node: node}
	for _, inst := range cfg.Instances {
		if !match(inst) {
			continue
		}
		if found.inst != nil {
			return router{}, fmt.Errorf("%s of %s: %w: %s and %s", what, node, ErrAmbiguous, found.inst.Name, inst.Name)
		}
		found.inst = inst
	}
	if found.inst == nil {
		return router{}, fmt.Errorf("%s of %s: %w", what, node, ErrNoInstance)
	}
	return found, nil
}

// unevaluated is the check of an expectation that could not be evaluated.
func unevaluated(node string, w Window, err error) []Check {
	return []Check{{Node: node, Verdict: Error, Got: err.Error(), At: w.To}}
}

// virtual are the addresses of an instance, excluded ones last.
func virtual(inst *conf.Instance) []conf.Address {
	return append(inst.Addresses[:len(inst.Addresses):len(inst.Addresses)], inst.Excluded...)
}

func holds(inst *conf.Instance, a netip.Addr) bool {
	for _, v := range virtual(inst) {
		if v.Prefix.Addr() == a {
			return true
		}
	}
	return false
}

func (ro router) ipv6() bool {
	return len(ro.inst.Addresses) > 0 && ro.inst.Addresses[0].Prefix.Addr().Is6()
}

// concerns reports whether an advertisement of the VRID is of this virtual
// router: on another network or for another family it is another router's. What a
// node sends that has no such router is forged, and concerns nobody.
func (ro router) concerns(e *timeline.Event) bool {
	return ro.reaches(e) && ro.run.routes(e.Node, ro.inst.VRID)
}

// reaches reports whether an advertisement of the VRID, forged or not, is for
// this virtual router.
func (ro router) reaches(e *timeline.Event) bool {
	network := ro.run.index().Network(ro.node, wire(ro.inst.Interface))
	return (network == "" || e.Frame.Network == network) && e.Frame.IPSrc.Is6() == ro.ipv6()
}

// routes reports whether a node has an instance with this VRID.
func (r *Run) routes(node string, vrid int) bool {
	cfg := r.Configs[node]
	return cfg != nil && slices.ContainsFunc(cfg.Instances, func(i *conf.Instance) bool { return i.VRID == vrid })
}

// sent reports whether the router itself sent an advertisement of the VRID.
func (ro router) sent(e *timeline.Event) bool { return e.Node == ro.node && ro.concerns(e) }

// track is the advertisements of the VRID, of whatever virtual router.
func (ro router) track() timeline.Track { return ro.run.index().Adverts(ro.inst.VRID) }

// own are the router's own advertisements with from <= t <= to.
func (ro router) own(from, to timeline.Time) timeline.Track {
	return filter(ro.track().Between(from, to), ro.sent)
}

// wire is the port that an interface sends through: a VLAN's is its parent's.
func wire(iface string) string {
	port, _, _ := strings.Cut(iface, ".")
	return port
}

func filter(t timeline.Track, keep func(*timeline.Event) bool) timeline.Track {
	var kept timeline.Track
	for _, e := range t {
		if keep(e) {
			kept = append(kept, e)
		}
	}
	return kept
}

// rises returns the router's first advertisement in w that begins a reign, or
// nil: it was not Master before, or had resigned, or fell silent for longer
// than a Master may, or another was Master since.
func (ro router) rises(w Window) *timeline.Event {
	for _, e := range ro.own(w.From, w.To) {
		if e.Frame.VRRP.Priority == 0 {
			continue
		}
		prev := ro.track().Before(e.At).Last(ro.sent)
		if prev == nil || prev.Frame.VRRP.Priority == 0 || e.At > silentAt(prev) || ro.rivalled(prev, e) {
			return e
		}
	}
	return nil
}

// rivalled reports whether another node advertised between two events.
func (ro router) rivalled(from, to *timeline.Event) bool {
	between := ro.track().Between(from.At, to.At)
	return between.First(func(e *timeline.Event) bool {
		return e.Node != ro.node && e.Frame.VRRP.Priority > 0 && ro.concerns(e)
	}) != nil
}

// silentAt is when the sender of e, if nothing more came, is no longer Master
// to the others: no Backup waits less than three intervals.
func silentAt(e *timeline.Event) timeline.Time { return e.At.Add(3 * e.Frame.VRRP.Interval) }
