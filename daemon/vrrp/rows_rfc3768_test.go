package vrrp

import (
	"net/netip"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// ms is what the tables count in.
const ms = time.Millisecond

// d100 is Master_Down_Interval of priority 100 in version 2.
var d100 = downFor(100)

// master are the steps that lead to Master with priority 100.
func master(then ...step) []step {
	return append([]step{start, {d100, Tick{}, promoted(100), Master}}, then...)
}

// rfc3768Rows are the requirements of RFC 3768, and what keepalived makes of them.
func rfc3768Rows() []row {
	return []row{
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
		{"R3768-6.4.3-05 shutdown in Master resigns, then drops the addresses", instance(100), master(step{5000 * ms, Shutdown{}, resign(), Initialize}, step{time.Minute, Tick{}, nil, Initialize})},
		{"R3768-6.4.3-09 priority 0 is answered, the interval starts again", instance(100, noGARP), master(step{d100 + 800*ms, hears(0, low), sent(100), Master}, step{d100 + 1000*ms, Tick{}, nil, Master}, step{d100 + 1800*ms, Tick{}, sent(100), Master})},
		{"R3768-6.4.3-11 and -12 a higher priority is given way to", instance(100), master(step{5000 * ms, hears(101, low), removed(), Backup}, step{5000*ms + d100 - 1, Tick{}, nil, Backup}, step{5000*ms + d100, Tick{}, promoted(100), Master})},
		{"R3768-6.4.3-13 a tie goes to the higher address", instance(100), master(step{4000 * ms, hears(100, high), removed(), Backup})},
		{"R3768-6.4.3-14 a tie is kept against the lower address; keepalived answers it", instance(100, noGARP), master(step{4000 * ms, hears(100, low), answered(100), Master}, step{d100 + 1000*ms, Tick{}, sent(100), Master})},
		{"R3768-6.4.3-14 strict: a tie with the lower address is not answered", instance(100, noGARP, strict), master(step{4000 * ms, hears(100, low), []Action{LowerHeard{}}, Master}, step{d100 + 1000*ms, Tick{}, sent(100), Master})},
		{"R3768-6.4.3-15 addresses compare from the first octet", instance(100, noGARP), master(step{4000 * ms, hears(100, netip.MustParseAddr("9.255.255.255")), answered(100), Master},
			step{4000 * ms, hears(100, netip.MustParseAddr("192.0.0.0")), removed(), Backup})},
		{"R3768-6.4.3-16 and keepalived: a lower priority is answered, the timer left alone", instance(100), master(step{d100 + 300*ms, hears(99, high), []Action{SendAdvert{100}, Announce{nil, 5}, LowerHeard{}}, Master},
			step{d100 + 999*ms, Tick{}, nil, Master}, step{d100 + 1000*ms, Tick{}, sent(100), Master})},
		{"lower_prio_no_advert announces, and sends no advert", instance(100, func(i *conf.Instance) { i.LowerPrioNoAdvert = true }), master(step{4000 * ms, hears(99, high), []Action{Announce{nil, 5}, LowerHeard{}}, Master})},
		{"higher_prio_send_advert says farewell", instance(100, func(i *conf.Instance) { i.HigherPrioSendAdvert = true }), master(step{4000 * ms, hears(101, high), append(sent(100), removed()...), Backup})},
		{"R3768-6.4.3-18 without preemption a Master gives way all the same", instance(100, noPreempt), master(step{4000 * ms, hears(101, low), removed(), Backup})},
		{"R3768-6.4.3-20 its own reflection does not stop a Master", instance(100), master(step{4000 * ms, hears(100, ours), nil, Master})},
		{"R3768-6.4-matrix-01 startup in Backup does nothing", instance(100), []step{start, {1000 * ms, Startup{Source: ours}, nil, Backup}, {d100, Tick{}, promoted(100), Master}}},
		{"R3768-6.4-matrix-02 startup in Master does nothing", instance(100), master(step{4000 * ms, Startup{Source: ours}, nil, Master})},
		{"R3768-6.4-matrix-03 no advert after giving way", instance(100), master(step{d100 + 950*ms, hears(200, low), removed(), Backup}, step{d100 + 1000*ms, Tick{}, nil, Backup})},
		{"R3768-6.4-matrix-05 start after stop waits in full", instance(100), master(step{4000 * ms, Shutdown{}, resign(), Initialize}, step{4200 * ms, Startup{Source: ours}, nil, Backup},
			step{4200*ms + d100 - 1, Tick{}, nil, Backup}, step{4200*ms + d100, Tick{}, promoted(100), Master})},
		{"R3768-6.4-derived-01 a lost link ends a reign", instance(100), master(step{4000 * ms, Down{"down"}, resign2(), Fault}, step{9000 * ms, Tick{}, nil, Fault}, step{9000 * ms, hears(0, low), nil, Fault},
			step{10000 * ms, Up{ours}, nil, Backup}, step{10000*ms + d100 - 1, Tick{}, nil, Backup}, step{10000*ms + d100, Tick{}, promoted(100), Master})},
		{"R3768-6.4-derived-01 the owner is back at once", instance(255), []step{
			{0, Startup{Source: ours}, promoted(255), Master}, {1, Down{"down"}, resign2(), Fault}, {2, Up{ours}, promoted(255), Master}}},
		{"a start without a link is Fault", instance(100), []step{
			{0, Startup{Fault: "down"}, nil, Fault}, {time.Minute, Tick{}, nil, Fault}, {time.Minute, Up{ours}, nil, Backup}}},
		{"shutdown in Fault is silent", instance(100), []step{{0, Startup{Fault: "down"}, nil, Fault}, {1, Shutdown{}, nil, Initialize}}},
		{"R3768-6.4-derived-04 a stalled Master sends one advert, not all it missed", instance(100, noGARP), master(step{d100 + 5300*ms, Tick{}, sent(100), Master}, step{d100 + 6299*ms, Tick{}, nil, Master}, step{d100 + 6300*ms, Tick{}, sent(100), Master})},
		{"R3768-6.2-01 lateness does not add up", instance(100, noGARP), master(step{d100 + 1007*ms, Tick{}, sent(100), Master}, step{d100 + 2000*ms, Tick{}, sent(100), Master})},
		{"a late takeover keeps the planned phase", instance(100, noGARP), []step{start,
			{d100 + 20*ms, Tick{}, promoted(100), Master}, {d100 + 1000*ms, Tick{}, sent(100), Master}}},
	}
}
