package vrrp

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/viplab/viplab/daemon/conf"
)

var (
	low  = netip.MustParseAddr("10.0.0.1")
	ours = netip.MustParseAddr("10.0.0.2")
	high = netip.MustParseAddr("10.0.1.1")
	vip  = conf.Address{Prefix: netip.MustParsePrefix("10.0.0.100/24"), Interface: "eth0"}
	vip2 = conf.Address{Prefix: netip.MustParsePrefix("10.0.0.101/24"), Interface: "eth0"}
)

// instance is a virtual router with keepalived's defaults and a change.
func instance(prio int, change ...func(*conf.Instance)) *conf.Instance {
	i := &conf.Instance{Name: "V", Interface: "eth0", VRID: 51, Priority: prio, Version: 2, AdvertInt: time.Second,
		Preempt: true, DownTimerAdverts: 3, Addresses: []conf.Address{vip}, MulticastGroup: netip.MustParseAddr("224.0.0.18"),
		GARP: conf.GARP{Repeat: 5, Delay: 5 * time.Second, RefreshTimes: 1, LowerRepeat: 5, LowerDelay: 5 * time.Second}}
	for _, f := range change {
		f(i)
	}
	return i
}

func noPreempt(i *conf.Instance) { i.Preempt = false }
func strict(i *conf.Instance) {
	i.Strict, i.LowerPrioNoAdvert, i.GARP.LowerRepeat, i.GARP.LowerDelay = true, true, 0, 0
}
func noGARP(i *conf.Instance) { i.GARP.Delay, i.GARP.LowerRepeat = 0, 0 }

// row is a machine with what happens to it.
type row struct {
	name  string
	conf  *conf.Instance
	steps []step
}

// step is an event at a moment, and what is to come of it; log lines and
// transitions are not looked at, the state is.
type step struct {
	at    time.Duration
	event Event
	want  []Action
	state State
}

func vips(list ...conf.Address) []conf.Address { return list }

// The actions that most rows expect.
func promoted(prio int) []Action {
	return []Action{SendAdvert{prio}, Acquire{}, Announce{nil, 5}}
}
func removed() []Action                     { return []Action{Release{}} }
func sent(prio int) []Action                { return []Action{SendAdvert{prio}} }
func resign() []Action                      { return append(sent(0), removed()...) }
func resign2() []Action                     { return append(sent(0), resign()...) } // into Fault
func answered(prio int) []Action            { return []Action{SendAdvert{prio}, LowerHeard{}} }
func hears(prio int, from netip.Addr) Event { return Received{Priority: prio, Source: from} }

// skew and downFor are written out from RFC 3768 6.1, apart from the code's.
func skewOf(prio int) time.Duration  { return time.Second - time.Duration(prio)*3906250 }
func downFor(prio int) time.Duration { return 3*time.Second + skewOf(prio) }

var start = step{0, Startup{Source: ours}, nil, Backup}

func TestMachine(t *testing.T) {
	for _, r := range allRows() {
		t.Run(r.name, r.run)
	}
}

func allRows() []row {
	return slices.Concat(rfc3768Rows(), rfc9568Rows(), keepalivedRows(), ownRows(), stateRows())
}

func (r *row) run(t *testing.T) {
	m := NewMachine(r.conf)
	for n, s := range r.steps {
		list := run(m, s.event, Instant(s.at))
		if diff := cmp.Diff(s.want, wire(list), same...); diff != "" {
			t.Errorf("step %d at %v, %T: (-want +got)\n%s", n, s.at, s.event, diff)
		}
		if m.State() != s.state {
			t.Errorf("step %d at %v, %T: state %v, want %v", n, s.at, s.event, m.State(), s.state)
		}
		explained(t, list)
	}
}

// same compares actions; what Update points to does not matter.
var same = []cmp.Option{cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Update{}, "Old"),
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })}

// wire keeps of actions what others can see.
func wire(list []Action) []Action {
	var out []Action
	for _, a := range list {
		switch a.(type) {
		case Enter, Say, Changed:
		default:
			out = append(out, a)
		}
	}
	return out
}

// explained demands a cause of each transition.
func explained(t *testing.T, list []Action) {
	t.Helper()
	for _, a := range list {
		if e, ok := a.(Enter); ok && e.Cause == "" {
			t.Errorf("no cause for %v to %v", e.From, e.To)
		}
	}
}

// run lets e happen to m alone.
func run(m *Machine, e Event, now Instant) (list []Action) {
	NewSystem().Handle(m, e, now, func(_ *Machine, a Action) { list = append(list, a) })
	return list
}
