package vrrp

import (
	"slices"

	"github.com/viplab/viplab/daemon/conf"
)

func groupFaultRows() []groupRow {
	return []groupRow{
		{"a fault of one is one of all", nil, reign(act{5000 * ms, "a", Down{"down"}, faultOfA},
			act{6000 * ms, "a", Up{ours}, "a BACKUP, b BACKUP, G BACKUP"}, act{6000*ms + d100 - 1, "a", Tick{}, ""}, act{6000*ms + d100, "a", Tick{}, ""},
			act{6000*ms + d100, "b", Tick{}, "b sends 100, b MASTER, b takes, a sends 100, a MASTER, a takes, G MASTER"})},
		{"a fault in Backup is silent", nil, together(act{1000 * ms, "b", Down{"down"}, "b FAULT, a FAULT, G FAULT"}, act{2000 * ms, "a", Up{ours}, ""},
			act{3000 * ms, "b", Up{ours}, "b BACKUP, a BACKUP, G BACKUP"})},
		{"two faults: the last to go ends that of the group", nil, reign(act{5000 * ms, "a", Down{"down"}, faultOfA}, act{6000 * ms, "b", Down{"script"}, ""},
			act{7000 * ms, "a", Up{ours}, ""}, act{8000 * ms, "b", Up{ours}, "b BACKUP, a BACKUP, G BACKUP"})},
		{"owners are Master at once after a fault", changes{"a": owns, "b": owns}, []act{{0, "", "a b", ""}, {0, "a", fit(), ""},
			{0, "b", unfit(), "a FAULT, b FAULT, G FAULT"}, {1, "b", Up{ours}, "b sends 255, b MASTER, b takes, a sends 255, a MASTER, a takes, G MASTER"}}},
		{"in Fault nothing is heard", nil, together(append([]act{{1, "a", Down{"down"}, "a FAULT, b FAULT, G FAULT"}}, quiet("b")...)...)},
	}
}

// quiet are events that change nothing for a group that is neither Backup nor Master.
func quiet(who string) (acts []act) {
	for _, e := range slices.Concat(unheard(), []Event{Tick{}, Lost{"address"}, Switchover{}, SetPriority{90, ""}, SetPriority{100, ""}, Reload{Instance: named(who, 100)}}) {
		acts = append(acts, act{10000 * ms, who, e, ""})
	}
	return acts
}

func groupReloadRows() []groupRow {
	master := "c sends 100, c MASTER, c takes"
	alone := []act{{0, "", "a b", ""}, {0, "c", fit(), "c BACKUP"}, {d100, "c", Tick{}, master}}
	return []groupRow{
		{"a new member of a Master waits, and is Master then", nil, reign(act{5000 * ms, "", "a b c", ""}, act{5000 * ms, "c", fit(), "c BACKUP"},
			act{5000*ms + d100, "c", Tick{}, master})},
		{"a new member of a Master that hears a better one takes all along", nil, reign(act{5000 * ms, "", "a b c", ""}, act{5000 * ms, "c", fit(), "c BACKUP"},
			act{6000 * ms, "c", hears(200, high), "a sends 0, a BACKUP, a drops, b sends 0, b BACKUP, b drops, G BACKUP"})},
		{"a new member that is an owner is Master at once", changes{"c": owns}, reign(act{5000 * ms, "", "a b c", ""},
			act{5000 * ms, "c", fit(), "c sends 255, c MASTER, c takes"})},
		{"a new member of a Backup", nil, together(act{1000 * ms, "", "a b c", ""}, act{1000 * ms, "c", fit(), "c BACKUP"}, act{d100, "a", Tick{}, ""}, act{d100, "b", Tick{}, ""},
			act{1000*ms + d100, "c", Tick{}, "c sends 100, c MASTER, c takes, a sends 100, a MASTER, a takes, b sends 100, b MASTER, b takes, G MASTER"})},
		{"a new member that is unfit", nil, reign(act{5000 * ms, "", "a b c", ""},
			act{5000 * ms, "c", unfit(), "c FAULT, a sends 0, a drops, a FAULT, b sends 0, b drops, b FAULT, G FAULT"})},
		{"a new member that is unfit, of a Backup", nil, together(act{1, "", "a b c", ""}, act{1, "c", unfit(), "c FAULT, a FAULT, b FAULT, G FAULT"})},
		{"a new member of a group in Fault", nil, together(act{1, "a", Down{"down"}, "a FAULT, b FAULT, G FAULT"}, act{2, "", "a b c", ""},
			act{2, "c", fit(), "c FAULT"}, act{3, "a", Up{ours}, "a BACKUP, b BACKUP, c BACKUP, G BACKUP"})},
		{"a member that runs already, with one that is not started", nil, append(slices.Clone(alone), act{5000 * ms, "", "a c", "G MASTER"}, act{5000 * ms, "a", fit(), "a BACKUP"})},
		{"a Master and a Backup that hears nobody", nil, append(slices.Clone(alone), act{5000 * ms, "", "", ""}, act{5000 * ms, "a", fit(), "a BACKUP"},
			act{5001 * ms, "", "a c", "G MASTER"}, act{5000*ms + d100, "a", Tick{}, "a sends 100, a MASTER, a takes"})},
		{"a Master and a Backup that hears one", nil, append(slices.Clone(alone), act{5000 * ms, "", "", ""}, act{5000 * ms, "a", fit(), "a BACKUP"},
			act{5001 * ms, "a", hears(200, high), ""}, act{5001 * ms, "", "a c", "c sends 0, c BACKUP, c drops, G BACKUP"})},
		{"a Master and one in Fault", nil, append(slices.Clone(alone), act{5000 * ms, "", "", ""}, act{5000 * ms, "a", unfit(), "a FAULT"},
			act{5001 * ms, "", "a c", "c sends 0, c drops, c FAULT, G FAULT"})},
		{"a group that is dissolved: each goes on", nil, reign(act{5000 * ms, "", "", ""}, act{6000 * ms, "a", hears(200, high), "a BACKUP, a drops"}, act{6000 * ms, "b", Tick{}, "b sends 100"})},
		{"a group in Fault that is dissolved", nil, together(act{1, "a", Down{"down"}, "a FAULT, b FAULT, G FAULT"}, act{2, "", "", "b BACKUP"}, act{3, "a", Up{ours}, "a BACKUP"})},
		{"a group that waits is dissolved", nil, []act{{0, "", "a b c", ""}, {0, "a", fit(), ""}, {0, "b", unfit(), ""}, {1, "", "", "a BACKUP, b FAULT"}}},
		{"the member that is missing is removed", nil, []act{{0, "", "a b", ""}, {0, "a", fit(), ""}, {1, "", "a -b", "a BACKUP, G BACKUP"}}},
		{"the member in Fault is removed", nil, together(act{1, "a", Down{"down"}, "a FAULT, b FAULT, G FAULT"}, act{2, "a", Shutdown{}, "a INIT"}, act{2, "", "-a b", "b BACKUP, G BACKUP"})},
		{"the member in Fault stops and starts", nil, together(act{1, "a", Down{"down"}, "a FAULT, b FAULT, G FAULT"}, act{2, "a", Shutdown{}, "a INIT"},
			act{3, "a", fit(), "a BACKUP, b BACKUP, G BACKUP"})},
		{"a reload without a change", nil, reign(act{5000 * ms, "", "a b", ""}, act{5000 * ms, "a", Reload{Instance: named("a", 100)}, ""}, act{5000 * ms, "a", Up{ours}, ""})},
		{"a reload of a Backup without a change", nil, together(act{1, "", "a b", ""}, act{1, "a", Reload{Instance: named("a", 100)}, ""}, act{1, "a", Up{ours}, ""})},
		{"the others go on when one is removed", nil, reign(act{5000 * ms, "a", Shutdown{}, "a sends 0, a drops, a INIT"}, act{5000 * ms, "", "-a b", ""}, act{5000 * ms, "b", Tick{}, "b sends 100"})},
		{"all members are others", nil, []act{{0, "", "a", ""}, {0, "a", fit(), "a BACKUP, G BACKUP"}, {1, "a", Shutdown{}, "a INIT, G INIT"}, {1, "", "-a b c", ""}}},
	}
}

func groupQuietRows() []groupRow {
	return []groupRow{
		{"before the start nothing is heard", nil, append([]act{{0, "", "a b", ""}, {0, "a", fit(), ""}}, quiet("a")...)},
		{"a group in Fault is started already", nil, together(act{1, "a", Down{"down"}, "a FAULT, b FAULT, G FAULT"}, act{1, "a", fit(), ""}, act{1, "a", unfit(), ""})},
		{"what means nothing in Backup", nil, together(act{1, "a", Lost{"address"}, ""}, act{1, "a", Switchover{}, ""}, act{1, "a", SetPriority{150, ""}, ""}, act{1, "b", unfit(), ""},
			act{1, "a", hears(255, low), ""}, act{1, "a", hears(150, low), ""}, act{1, "a", hears(150, high), ""}, act{1, "a", hears(150, ours), ""})},
		{"ties of a Master", nil, reign(act{5000 * ms, "a", hears(100, ours), ""}, act{5000 * ms, "a", hears(100, low), "a sends 100"},
			act{5000 * ms, "a", SetPriority{120, ""}, ""}, act{5000 * ms, "a", unfit(), ""}, act{5000 * ms, "a", hears(120, high), "a BACKUP, a drops, b BACKUP, b drops, G BACKUP"})},
		{"an owner elsewhere", nil, reign(act{5000 * ms, "a", hears(255, low), "a BACKUP, a drops, b BACKUP, b drops, G BACKUP"})},
		{"a group that is not there", changes{"a": func(i *conf.Instance) { i.Preempt = false }}, []act{{0, "", "", ""}, {0, "a", fit(), "a BACKUP"}}},
	}
}
