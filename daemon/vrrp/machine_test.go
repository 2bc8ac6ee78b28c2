package vrrp

import (
	"net/netip"
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
func noGARP(i *conf.Instance)    { i.GARP.Delay, i.GARP.LowerRepeat = 0, 0 }

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
	return []Action{SendAdvert{prio}, AddAddresses{vips(vip)}, SendGARP{vips(vip), 5}}
}
func removed() []Action                     { return []Action{RemoveAddresses{vips(vip)}} }
func sent(prio int) []Action                { return []Action{SendAdvert{prio}} }
func resign() []Action                      { return append(sent(0), removed()...) }
func hears(prio int, from netip.Addr) Event { return Received{prio, from} }

// skew and downFor are written out from RFC 3768 6.1, apart from the code's.
func skewOf(prio int) time.Duration  { return time.Second - time.Duration(prio)*3906250 }
func downFor(prio int) time.Duration { return 3*time.Second + skewOf(prio) }

var start = step{0, Startup{Source: ours}, nil, Backup}

func TestMachine(t *testing.T) {
	const ms = time.Millisecond
	d100 := downFor(100)
	master := []step{start, {d100, Tick{}, promoted(100), Master}}
	rows := []struct {
		name  string
		conf  *conf.Instance
		steps []step
	}{
		{"R3768-6.4.1-02 owner sends an advert at once", instance(255), []step{
			{0, Startup{Source: ours}, promoted(255), Master},
			{999 * ms, Tick{}, nil, Master},
			{1000 * ms, Tick{}, sent(255), Master}}},
		{"R3768-6.4.1-05 non-owner waits Master_Down_Interval", instance(100), []step{
			start, {d100 - 1, Tick{}, nil, Backup}, {d100, Tick{}, promoted(100), Master}}},
		{"R3768-6.4.1-06 state MASTER is no head start", instance(100, func(i *conf.Instance) { i.State = conf.Master }), []step{
			start, {d100 - 1, Tick{}, nil, Backup}, {d100, Tick{}, promoted(100), Master}}},
		{"R3768-6.4.1-07 adverts in Initialize are ignored", instance(100), []step{
			{0, hears(0, high), nil, Initialize}, {0, hears(200, high), nil, Initialize}, {1, Startup{Source: ours}, nil, Backup}}},
		{"R3768-6.4.1-08 shutdown in Initialize does nothing", instance(100), []step{{0, Shutdown{}, nil, Initialize}}},
		{"R3768-6.1-03 interval counts in Master_Down_Interval, not in Skew_Time", instance(100, func(i *conf.Instance) { i.AdvertInt = 2 * time.Second }), []step{
			start, {6*time.Second + skewOf(100) - 1, Tick{}, nil, Backup}, {6*time.Second + skewOf(100), Tick{}, promoted(100), Master}}},
		{"R3768-6.1-02 skew of priority 1", instance(1), []step{
			start, {0, hears(0, high), nil, Backup}, {996093750 - 1, Tick{}, nil, Backup}, {996093750, Tick{}, promoted(1), Master}}},
		{"R3768-6.1-02 skew of priority 254", instance(254), []step{
			start, {0, hears(0, high), nil, Backup}, {7812500 - 1, Tick{}, nil, Backup}, {7812500, Tick{}, promoted(254), Master}}},
		{"R3768-6.4.2-05 shutdown in Backup is silent", instance(100), []step{
			start, {1, Shutdown{}, nil, Initialize}, {time.Minute, Tick{}, nil, Initialize}}},
		{"R3768-6.4.2-09 second advert an interval after the first", instance(100, noGARP), []step{
			start, {d100, Tick{}, promoted(100), Master}, {d100 + 1000*ms - 1, Tick{}, nil, Master}, {d100 + 1000*ms, Tick{}, sent(100), Master}}},
		{"R3768-6.4.2-10 priority 0 sets the timer to Skew_Time", instance(100), []step{
			start, {500 * ms, hears(0, high), nil, Backup}, {500*ms + skewOf(100), Tick{}, promoted(100), Master}}},
		{"R3768-6.4.2-11 priority 0 counts without preemption too", instance(100, noPreempt), []step{
			start, {500 * ms, hears(0, low), nil, Backup}, {500*ms + skewOf(100), Tick{}, promoted(100), Master}}},
		{"R3768-6.4.2-12 an advert within Skew_Time cancels the takeover", instance(100), []step{
			start, {100 * ms, hears(0, high), nil, Backup}, {200 * ms, hears(200, low), nil, Backup},
			{200*ms + d100 - 1, Tick{}, nil, Backup}, {200*ms + d100, Tick{}, promoted(100), Master}}},
		{"R3768-6.4.2-14 without preemption a lower priority holds the timer", instance(200, noPreempt), []step{
			start, {3000 * ms, hears(50, low), nil, Backup}, {3000*ms + downFor(200) - 1, Tick{}, nil, Backup}, {3000*ms + downFor(200), Tick{}, promoted(200), Master}}},
		{"R3768-6.4.2-15 a higher priority holds the timer", instance(100), []step{
			start, {3000 * ms, hears(200, low), nil, Backup}, {3000*ms + d100 - 1, Tick{}, nil, Backup}}},
		{"R3768-6.4.2-16 an equal priority holds the timer, from a lower address too", instance(100), []step{
			start, {1000 * ms, hears(100, high), nil, Backup}, {3000 * ms, hears(100, low), nil, Backup}, {3000*ms + d100 - 1, Tick{}, nil, Backup}}},
		{"R3768-6.4.2-17 a lower priority leaves the timer alone", instance(200), []step{
			start, {500 * ms, hears(50, low), nil, Backup}, {3000 * ms, hears(50, low), nil, Backup}, {downFor(200), Tick{}, promoted(200), Master}}},
		{"R3768-6.4.3-05 shutdown in Master resigns, then drops the addresses", instance(100), append(master[:2:2],
			step{5000 * ms, Shutdown{}, resign(), Initialize}, step{time.Minute, Tick{}, nil, Initialize})},
		{"R3768-6.4.3-09 priority 0 is answered, the interval starts again", instance(100, noGARP), append(master[:2:2],
			step{d100 + 800*ms, hears(0, low), sent(100), Master}, step{d100 + 1000*ms, Tick{}, nil, Master}, step{d100 + 1800*ms, Tick{}, sent(100), Master})},
		{"R3768-6.4.3-11 and -12 a higher priority is given way to", instance(100), append(master[:2:2],
			step{5000 * ms, hears(101, low), removed(), Backup}, step{5000*ms + d100 - 1, Tick{}, nil, Backup}, step{5000*ms + d100, Tick{}, promoted(100), Master})},
		{"R3768-6.4.3-13 a tie goes to the higher address", instance(100), append(master[:2:2], step{4000 * ms, hears(100, high), removed(), Backup})},
		{"R3768-6.4.3-14 a tie is kept against the lower address", instance(100), append(master[:2:2],
			step{4000 * ms, hears(100, low), nil, Master}, step{d100 + 1000*ms, Tick{}, sent(100), Master})},
		{"R3768-6.4.3-15 addresses compare from the first octet", instance(100), append(master[:2:2],
			step{4000 * ms, hears(100, netip.MustParseAddr("9.255.255.255")), nil, Master},
			step{4000 * ms, hears(100, netip.MustParseAddr("192.0.0.0")), removed(), Backup})},
		{"R3768-6.4.3-16 and keepalived: a lower priority is answered, the timer left alone", instance(100), append(master[:2:2],
			step{d100 + 300*ms, hears(99, high), []Action{SendAdvert{100}, SendGARP{vips(vip), 5}}, Master},
			step{d100 + 999*ms, Tick{}, nil, Master}, step{d100 + 1000*ms, Tick{}, sent(100), Master})},
		{"lower_prio_no_advert keeps silent", instance(100, func(i *conf.Instance) { i.LowerPrioNoAdvert = true }), append(master[:2:2],
			step{4000 * ms, hears(99, high), nil, Master})},
		{"higher_prio_send_advert says farewell", instance(100, func(i *conf.Instance) { i.HigherPrioSendAdvert = true }), append(master[:2:2],
			step{4000 * ms, hears(101, high), append(sent(100), removed()...), Backup})},
		{"R3768-6.4.3-18 without preemption a Master gives way all the same", instance(100, noPreempt), append(master[:2:2], step{4000 * ms, hears(101, low), removed(), Backup})},
		{"R3768-6.4.3-20 its own reflection does not stop a Master", instance(100), append(master[:2:2], step{4000 * ms, hears(100, ours), nil, Master})},
		{"R3768-6.4-matrix-01 startup in Backup does nothing", instance(100), []step{start, {1000 * ms, Startup{Source: ours}, nil, Backup}, {d100, Tick{}, promoted(100), Master}}},
		{"R3768-6.4-matrix-02 startup in Master does nothing", instance(100), append(master[:2:2], step{4000 * ms, Startup{Source: ours}, nil, Master})},
		{"R3768-6.4-matrix-03 no advert after giving way", instance(100), append(master[:2:2],
			step{d100 + 950*ms, hears(200, low), removed(), Backup}, step{d100 + 1000*ms, Tick{}, nil, Backup})},
		{"R3768-6.4-matrix-05 start after stop waits in full", instance(100), append(master[:2:2],
			step{4000 * ms, Shutdown{}, resign(), Initialize}, step{4200 * ms, Startup{Source: ours}, nil, Backup},
			step{4200*ms + d100 - 1, Tick{}, nil, Backup}, step{4200*ms + d100, Tick{}, promoted(100), Master})},
		{"R3768-6.4-derived-01 a lost link ends a reign", instance(100), append(master[:2:2],
			step{4000 * ms, Down{"down"}, resign(), Fault}, step{9000 * ms, Tick{}, nil, Fault}, step{9000 * ms, hears(0, low), nil, Fault},
			step{10000 * ms, Up{ours}, nil, Backup}, step{10000*ms + d100 - 1, Tick{}, nil, Backup}, step{10000*ms + d100, Tick{}, promoted(100), Master})},
		{"R3768-6.4-derived-01 the owner is back at once", instance(255), []step{
			{0, Startup{Source: ours}, promoted(255), Master}, {1, Down{"down"}, resign(), Fault}, {2, Up{ours}, promoted(255), Master}}},
		{"a start without a link is Fault", instance(100), []step{
			{0, Startup{Fault: "down"}, nil, Fault}, {time.Minute, Tick{}, nil, Fault}, {time.Minute, Up{ours}, nil, Backup}}},
		{"shutdown in Fault is silent", instance(100), []step{{0, Startup{Fault: "down"}, nil, Fault}, {1, Shutdown{}, nil, Initialize}}},
		{"R3768-6.4-derived-04 a stalled Master sends one advert, not all it missed", instance(100, noGARP), append(master[:2:2],
			step{d100 + 5300*ms, Tick{}, sent(100), Master}, step{d100 + 6299*ms, Tick{}, nil, Master}, step{d100 + 6300*ms, Tick{}, sent(100), Master})},
		{"R3768-6.2-01 lateness does not add up", instance(100, noGARP), append(master[:2:2],
			step{d100 + 1007*ms, Tick{}, sent(100), Master}, step{d100 + 2000*ms, Tick{}, sent(100), Master})},
		{"a late takeover keeps the planned phase", instance(100, noGARP), []step{start,
			{d100 + 20*ms, Tick{}, promoted(100), Master}, {d100 + 1000*ms, Tick{}, sent(100), Master}}},
		{"garp_master_delay: a second burst, and no third", instance(100, func(i *conf.Instance) { i.AdvertInt = time.Minute }), []step{start,
			{3*time.Minute + skewOf(100), Tick{}, promoted(100), Master},
			{3*time.Minute + skewOf(100) + 5*time.Second - 1, Tick{}, nil, Master},
			{3*time.Minute + skewOf(100) + 5*time.Second, Tick{}, []Action{SendGARP{vips(vip), 5}}, Master},
			{3*time.Minute + skewOf(100) + 15*time.Second, Tick{}, nil, Master}}},
		{"garp_master_refresh: first at delay plus refresh, then each", instance(255, func(i *conf.Instance) {
			i.AdvertInt, i.GARP.Delay, i.GARP.Refresh, i.GARP.RefreshTimes = time.Minute, time.Second, 10*time.Second, 2
		}), []step{
			{0, Startup{Source: ours}, promoted(255), Master},
			{1 * time.Second, Tick{}, []Action{SendGARP{vips(vip), 5}}, Master},
			{11*time.Second - 1, Tick{}, nil, Master},
			{11 * time.Second, Tick{}, []Action{SendGARP{vips(vip), 2}}, Master},
			{21 * time.Second, Tick{}, []Action{SendGARP{vips(vip), 2}}, Master}}},
		{"garp_lower_prio: a second burst after its delay", instance(100, func(i *conf.Instance) {
			i.AdvertInt, i.GARP.Delay, i.GARP.LowerRepeat, i.GARP.LowerDelay = time.Minute, 0, 2, 3*time.Second
		}), []step{start, {3*time.Minute + skewOf(100), Tick{}, promoted(100), Master},
			{200 * time.Second, hears(9, low), []Action{SendAdvert{100}, SendGARP{vips(vip), 2}}, Master},
			{203 * time.Second, Tick{}, []Action{SendGARP{vips(vip), 2}}, Master}}},
		{"preempt_delay holds the lower Master, then takes over", instance(100, func(i *conf.Instance) { i.PreemptDelay = 2 * time.Second }), []step{start,
			{1000 * ms, hears(50, low), nil, Backup}, {2999 * ms, hears(50, low), nil, Backup}, {3000 * ms, hears(50, low), nil, Backup},
			{2999*ms + d100 - 1, Tick{}, nil, Backup}, {2999*ms + d100, Tick{}, promoted(100), Master}}},
		{"an address taken away: resign, back after Skew_Time", instance(100), append(master[:2:2],
			step{4000 * ms, Lost{vip.Prefix.Addr()}, resign(), Backup}, step{4000*ms + skewOf(100), Tick{}, promoted(100), Master})},
		{"R3768-6.4-derived-06 reload without a change is not seen", instance(100, noGARP), append(master[:2:2],
			step{4000 * ms, Reload{instance(100, noGARP)}, nil, Master}, step{d100 + 1000*ms, Tick{}, sent(100), Master})},
		{"R3768-6.4.3-22 reload with another priority: the next advert has it", instance(100, noGARP), append(master[:2:2],
			step{4000 * ms, Reload{instance(90, noGARP)}, nil, Master}, step{d100 + 1000*ms, Tick{}, sent(90), Master})},
		{"reload of a Backup counts from the last advert", instance(50), []step{start,
			{1000 * ms, hears(100, high), nil, Backup}, {1500 * ms, Reload{instance(150)}, nil, Backup}, {2000 * ms, hears(100, high), nil, Backup},
			{1000*ms + downFor(150), Tick{}, promoted(150), Master}}},
		{"reload with other addresses announces only the new", instance(100), append(master[:2:2],
			step{4000 * ms, Reload{instance(100, func(i *conf.Instance) { i.Addresses = vips(vip2) })},
				[]Action{RemoveAddresses{vips(vip)}, AddAddresses{vips(vip2)}, SendGARP{vips(vip2), 5}}, Master})},
		{"reload to owner", instance(100), []step{start, {1, Reload{instance(255)}, promoted(255), Master}}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			m := NewMachine(row.conf)
			for n, s := range row.steps {
				got := wire(m.Handle(s.event, Instant(s.at)))
				if diff := cmp.Diff(s.want, got, cmpopts.EquateEmpty(), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
					cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
					t.Errorf("step %d at %v, %T: (-want +got)\n%s", n, s.at, s.event, diff)
				}
				if m.State() != s.state {
					t.Errorf("step %d at %v, %T: state %v, want %v", n, s.at, s.event, m.State(), s.state)
				}
			}
		})
	}
}

// wire keeps of actions what others can see.
func wire(list []Action) []Action {
	var out []Action
	for _, a := range list {
		switch a.(type) {
		case Enter, Say:
		default:
			out = append(out, a)
		}
	}
	return out
}

// TestPhrases holds the log lines that people search for.
func TestPhrases(t *testing.T) {
	master := func() *Machine {
		m := NewMachine(instance(100))
		m.Handle(Startup{Source: ours}, 0)
		m.Handle(Tick{}, Instant(downFor(100)))
		return m
	}
	backup := func() *Machine {
		m := NewMachine(instance(100, func(i *conf.Instance) { i.PreemptDelay = time.Minute }))
		m.Handle(Startup{Source: ours}, 0)
		return m
	}
	rows := []struct {
		m     *Machine
		event Event
		want  Say
	}{
		{master(), hears(120, low), Say{false, "Master received advert from 10.0.0.1 with higher priority 120, ours 100"}},
		{master(), hears(100, high), Say{false, "Master received advert from 10.0.1.1 with same priority 100 but higher IP address than ours"}},
		{master(), hears(100, ours), Say{false, "equal priority advert received from remote host with our IP address."}},
		{master(), hears(50, low), Say{false, "Received advert from 10.0.0.1 with lower priority 50, ours 100, forcing new election"}},
		{master(), hears(0, low), Say{true, "Master received priority 0 message"}},
		{backup(), hears(0, low), Say{true, "Backup received priority 0 advertisement"}},
		{backup(), hears(50, low), Say{false, "start preempt delay (1m0s)"}},
	}
	for _, row := range rows {
		var got []Action
		for _, a := range row.m.Handle(row.event, Instant(5*time.Second)) {
			if _, ok := a.(Say); ok {
				got = append(got, a)
			}
		}
		if diff := cmp.Diff([]Action{row.want}, got); diff != "" {
			t.Errorf("%T %v (-want +got)\n%s", row.event, row.event, diff)
		}
	}
}
