package vrrp

import (
	"slices"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

type changes = map[string]func(*conf.Instance)

func owns(i *conf.Instance) { i.Priority = 255 }

func fit() Event   { return Startup{Source: ours} }
func unfit() Event { return Startup{Source: ours, Fault: "down"} }

// together are the acts that make a and b a group in Backup, and reign those that
// make it Master, with what happens then.
func together(then ...act) []act {
	return append([]act{{0, "", "a b", ""}, {0, "a", fit(), ""}, {0, "b", fit(), "a BACKUP, b BACKUP, G BACKUP"}}, then...)
}
func reign(then ...act) []act {
	return append(together(act{d100, "a", Tick{}, ""},
		act{d100, "b", Tick{}, "b sends 100, b MASTER, b takes, a sends 100, a MASTER, a takes, G MASTER"}), then...)
}

const faultOfA = "a sends 0, a sends 0, a drops, a FAULT, b sends 0, b drops, b FAULT, G FAULT"

// groupRows are as keepalived 2.2.7 does, where it was seen to do something.
func groupRows() []groupRow {
	return slices.Concat(groupStartRows(), groupMasterRows(), groupFaultRows(), groupReloadRows(), groupQuietRows())
}

func groupStartRows() []groupRow {
	return []groupRow{
		{"members start together", nil, together()},
		{"one starts unfit", nil, []act{{0, "", "a b", ""}, {0, "a", unfit(), ""}, {0, "b", fit(), "a FAULT, b FAULT, G FAULT"},
			{1, "a", Up{ours}, "a BACKUP, b BACKUP, G BACKUP"}}},
		{"a fault while the others are waited for", nil, []act{{0, "", "a b", ""}, {0, "a", fit(), ""}, {1, "a", Down{"down"}, ""},
			{2, "b", fit(), "a FAULT, b FAULT, G FAULT"}}},
		{"a fault that ends while the others are waited for", nil, []act{{0, "", "a b", ""}, {0, "a", unfit(), ""}, {1, "a", Up{ours}, ""},
			{2, "b", fit(), "a BACKUP, b BACKUP, G BACKUP"}}},
		{"owners are Master at once", changes{"a": owns, "b": owns}, []act{{0, "", "a b", ""}, {0, "a", fit(), ""},
			{0, "b", fit(), "a sends 255, a MASTER, a takes, b sends 255, b MASTER, b takes, G MASTER"}}},
		{"an owner waits for one that is none", changes{"a": owns}, together(
			act{downFor(255), "a", Tick{}, ""}, act{d100, "b", Tick{}, "b sends 100, b MASTER, b takes, a sends 255, a MASTER, a takes, G MASTER"})},
		{"a group of one", nil, []act{{0, "", "a", ""}, {0, "a", fit(), "a BACKUP, G BACKUP"}, {d100, "a", Tick{}, "a sends 100, a MASTER, a takes, G MASTER"},
			{d100 + 1, "a", Down{"down"}, "a sends 0, a sends 0, a drops, a FAULT, G FAULT"}, {d100 + 2, "a", Up{ours}, "a BACKUP, G BACKUP"},
			{d100 + 3, "a", Shutdown{}, "a INIT, G INIT"}}},
		{"stop in Master", nil, reign(act{5000 * ms, "a", Shutdown{}, "a sends 0, a drops, a INIT"}, act{5000 * ms, "b", Shutdown{}, "b sends 0, b drops, b INIT, G INIT"})},
		{"stop in Backup", nil, together(act{1, "b", Shutdown{}, "b INIT"}, act{d100, "a", Tick{}, ""}, act{d100, "a", Shutdown{}, "a INIT, G INIT"})},
		{"stop before the start", nil, []act{{0, "", "a b", ""}, {0, "a", fit(), ""}, {0, "a", Shutdown{}, ""}, {0, "b", fit(), ""}, {0, "b", Shutdown{}, ""}}},
		{"stop in Fault", nil, together(act{1, "a", Down{"down"}, "a FAULT, b FAULT, G FAULT"}, act{2, "a", Shutdown{}, "a INIT"}, act{2, "b", Shutdown{}, "b INIT, G INIT"})},
		{"a member starts again after a stop of all", nil, together(act{1, "a", Shutdown{}, "a INIT"}, act{1, "b", Shutdown{}, "b INIT, G INIT"},
			act{2, "a", fit(), ""}, act{2, "b", fit(), "a BACKUP, b BACKUP, G BACKUP"})},
	}
}

func groupMasterRows() []groupRow {
	down := []act{{d100, "a", Tick{}, ""}}
	return []groupRow{
		{"Master only when all can", nil, reign()},
		{"one that is ready waits, in turns of Master_Down_Interval", nil, together(append(down, act{3000 * ms, "b", hears(200, high), ""},
			act{2 * d100, "a", Tick{}, ""}, act{3000*ms + d100, "b", Tick{}, "b sends 100, b MASTER, b takes, a sends 100, a MASTER, a takes, G MASTER"})[1:]...)},
		{"one that is ready hears a better Master, and is not ready any more", nil, together(act{3000 * ms, "b", hears(200, high), ""},
			act{d100, "a", Tick{}, ""}, act{5000 * ms, "a", hears(200, high), ""}, act{3000*ms + d100, "b", Tick{}, ""},
			act{5000*ms + d100, "a", Tick{}, "a sends 100, a MASTER, a takes, b sends 100, b MASTER, b takes, G MASTER"})},
		{"a lower Master does not make it less ready", nil, together(act{3000 * ms, "b", hears(200, high), ""},
			act{d100, "a", Tick{}, ""}, act{5000 * ms, "a", hears(50, high), ""},
			act{3000*ms + d100, "b", Tick{}, "b sends 100, b MASTER, b takes, a sends 100, a MASTER, a takes, G MASTER"})},
		{"priority 0 for one of them", nil, together(act{1000 * ms, "a", hears(0, high), ""}, act{1000*ms + skewOf(100), "a", Tick{}, ""},
			act{d100, "b", Tick{}, "b sends 100, b MASTER, b takes, a sends 100, a MASTER, a takes, G MASTER"})},
		{"giving way takes the others along, without priority 0", nil, reign(act{5000 * ms, "a", hears(200, high), "a BACKUP, a drops, b BACKUP, b drops, G BACKUP"},
			act{5000*ms + d100, "a", Tick{}, ""}, act{5000*ms + d100, "b", Tick{}, "b sends 100, b MASTER, b takes, a sends 100, a MASTER, a takes, G MASTER"})},
		{"giving way with a last advert of each", changes{"a": farewell, "b": farewell}, reign(act{5000 * ms, "a", hears(200, high),
			"a sends 100, a BACKUP, a drops, b sends 100, b BACKUP, b drops, G BACKUP"})},
		{"something is lost: all resign, and are back after Skew_Time", nil, reign(act{5000 * ms, "a", Lost{"address"},
			"a sends 0, a BACKUP, a drops, b sends 0, b BACKUP, b drops, G BACKUP"}, act{5000*ms + skewOf(100), "a", Tick{}, ""},
			act{5000*ms + skewOf(100), "b", Tick{}, "b sends 100, b MASTER, b takes, a sends 100, a MASTER, a takes, G MASTER"})},
		{"a switchover is one of all, and holds all", nil, reign(act{5000 * ms, "b", Switchover{}, "b sends 0, b BACKUP, b drops, a sends 0, a BACKUP, a drops, G BACKUP"},
			act{8000 * ms, "a", hears(50, low), ""}, act{5000*ms + d100, "b", Tick{}, ""}, act{8000*ms + d100, "a", Tick{}, "a sends 100, a MASTER, a takes, b sends 100, b MASTER, b takes, G MASTER"})},
		{"one that slept takes the others along in silence", changes{"a": func(i *conf.Instance) { i.TimerExpired, i.Preempt = 254, false }},
			reign(act{time.Minute, "a", Tick{}, "a BACKUP, a drops, b BACKUP, b drops, G BACKUP"})},
		{"a lower priority is answered by the one that hears it", nil, reign(act{5000 * ms, "a", hears(50, low), "a sends 100"}, act{5000 * ms, "a", hears(0, low), "a sends 100"})},
		{"adverts are each member's own", nil, reign(act{d100 + 1000*ms, "a", Tick{}, "a sends 100"}, act{d100 + 1000*ms, "b", Tick{}, "b sends 100"})},
		{"a reload makes all owners", nil, together(act{1, "a", Reload{Instance: named("a", 255)}, ""}, act{d100, "b", Tick{}, ""},
			act{d100, "b", Reload{Instance: named("b", 255)}, ""},
			act{d100 + 1, "a", Reload{Instance: named("a", 255)}, "a sends 255, a MASTER, a takes, b sends 255, b MASTER, b takes, G MASTER"})},
	}
}

func named(name string, prio int) *conf.Instance {
	return instance(prio, noGARP, func(i *conf.Instance) { i.Name = name })
}
