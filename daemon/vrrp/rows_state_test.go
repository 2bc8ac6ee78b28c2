package vrrp

import (
	"slices"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// steps are events at one moment that nobody sees, and that leave the state.
func steps(at time.Duration, s State, list ...Event) (out []step) {
	for _, e := range list {
		out = append(out, step{at, e, nil, s})
	}
	return out
}

// unheard are advertisements of every kind for priority 100.
func unheard() []Event {
	return []Event{hears(0, low), hears(50, low), hears(100, low), hears(100, high), hears(100, ours), hears(200, low), hears(255, low)}
}

// stateRows are the events in the states in which they mean little.
func stateRows() []row {
	down := step{0, Startup{Source: ours, Fault: "down"}, nil, Fault}
	idle := []Event{Tick{}, Lost{"address"}, Switchover{}}
	return []row{
		{"nothing happens in Initialize", instance(100), steps(time.Second, Initialize,
			slices.Concat(unheard(), idle, []Event{Down{"down"}, Up{ours}, Shutdown{}})...)},
		{"a fault before the start is not remembered", instance(100), []step{{0, Down{"down"}, nil, Initialize}, start}},
		{"a priority before the start is that of the start", instance(100), []step{
			{0, SetPriority{120, ""}, nil, Initialize}, {0, Startup{Source: ours, Priority: 150}, nil, Backup}, {downFor(150) - 1, Tick{}, nil, Backup},
			{downFor(150), Tick{}, promoted(150), Master}}},
		{"a reload before the start counts", instance(100), []step{
			{0, Reload{Instance: instance(150)}, nil, Initialize}, start, {downFor(150), Tick{}, promoted(150), Master}}},
		{"nothing happens in Fault", instance(100), append([]step{down}, steps(time.Hour, Fault,
			slices.Concat(unheard(), idle, []Event{Startup{Source: ours}, Startup{Fault: "x"}, Down{"more"}})...)...)},
		{"a priority and a reload in Fault count after it", instance(100), []step{down,
			{1, SetPriority{150, ""}, nil, Fault}, {2, Reload{Instance: instance(200, noGARP), Priority: 180}, nil, Fault},
			{0 + 3, Up{ours}, nil, Backup}, {3 + downFor(180) - 1, Tick{}, nil, Backup}, {3 + downFor(180), Tick{}, promoted(180), Master}}},
		{"what means nothing in Backup", instance(100), append([]step{start}, append(steps(time.Second, Backup,
			Lost{"address"}, Switchover{}, Startup{Source: ours}, Startup{Fault: "x"}), step{d100, Tick{}, promoted(100), Master})...)},
		{"a fault in Backup is silent; after it the wait begins anew", instance(100), []step{start,
			{3000 * ms, Down{"down"}, nil, Fault}, {d100, Tick{}, nil, Fault}, {5000 * ms, Up{ours}, nil, Backup},
			{5000*ms + d100 - 1, Tick{}, nil, Backup}, {5000*ms + d100, Tick{}, promoted(100), Master}}},
		{"another primary address decides ties from then on", instance(100), []step{start, {1, Up{high}, nil, Backup},
			{d100, Tick{}, promoted(100), Master}, {d100 + 1, hears(100, ours), []Action{SendAdvert{100}, Announce{nil, 5}, LowerHeard{}}, Master}}},
		{"another primary address of a Master", instance(100, noGARP), master(step{4000 * ms, Up{high}, nil, Master},
			step{4100 * ms, hears(100, ours), answered(100), Master})},
		{"a Backup hears its own address", instance(100), []step{start, {3000 * ms, hears(100, ours), nil, Backup},
			{3000*ms + d100 - 1, Tick{}, nil, Backup}, {3000*ms + d100, Tick{}, promoted(100), Master}}},
		{"a Backup hears an owner", instance(100), []step{start, {3000 * ms, hears(255, low), nil, Backup}, {3000*ms + d100 - 1, Tick{}, nil, Backup}}},
		{"what means nothing in Master", instance(100), master(steps(4000*ms, Master, Startup{Source: ours}, Startup{Fault: "x"})...)},
		{"a Master gives way to an owner", instance(100), master(step{4000 * ms, hears(255, low), removed(), Backup})},
		{"another priority of a Master is in its next advert", instance(100, noGARP), master(step{4000 * ms, SetPriority{80, "script s failed"}, nil, Master},
			step{d100 + 1000*ms, Tick{}, sent(80), Master}, step{5000 * ms, hears(90, low), removed(), Backup})},
		{"another priority of a Backup counts from the last advert", instance(50), []step{start, {1000 * ms, hears(120, high), nil, Backup},
			{1800 * ms, SetPriority{200, "script s is up"}, nil, Backup}, {2000 * ms, hears(120, high), nil, Backup},
			{1000*ms + downFor(200) - 1, Tick{}, nil, Backup}, {1000*ms + downFor(200), Tick{}, promoted(200), Master}}},
		{"a lower priority of a Backup while it waits", instance(200), []step{start, {100 * ms, SetPriority{50, ""}, nil, Backup},
			{downFor(200), Tick{}, nil, Backup}, {downFor(50), Tick{}, promoted(50), Master}}},
		{"a second start after a stop has the configured priority", instance(100), []step{start, {1, SetPriority{200, ""}, nil, Backup},
			{2, Shutdown{}, nil, Initialize}, {3, Startup{Source: ours}, nil, Backup}, {3 + downFor(200), Tick{}, nil, Backup}, {3 + d100, Tick{}, promoted(100), Master}}},
		{"shutdown forgets a fault", instance(100), []step{down, {1, Shutdown{}, nil, Initialize}, {2, Up{ours}, nil, Initialize}, {3, Startup{Source: ours}, nil, Backup}}},
		{"a reload in Backup keeps preempt_delay running", instance(100, delay2), []step{start, {0, hears(50, low), nil, Backup},
			{500 * ms, Reload{Instance: instance(100, delay2)}, nil, Backup}, {1000 * ms, hears(50, low), nil, Backup},
			{2500 * ms, hears(50, low), nil, Backup}, {1000*ms + d100, Tick{}, promoted(100), Master}}},
		{"a reload with another preempt_delay counts it anew", instance(100, delay2), []step{start, {0, hears(50, low), nil, Backup},
			{500 * ms, Reload{Instance: instance(100, func(i *conf.Instance) { i.PreemptDelay = 3 * time.Second })}, nil, Backup},
			{1000 * ms, hears(50, low), nil, Backup}, {3500 * ms, hears(50, low), nil, Backup}, {3500*ms + d100 - 1, Tick{}, nil, Backup}}},
	}
}

func delay2(i *conf.Instance) { i.PreemptDelay = 2 * time.Second }
