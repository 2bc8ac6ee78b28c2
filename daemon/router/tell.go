package router

import (
	"fmt"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/vrrp"
)

// instanceHooks are the notifications of i.
func instanceHooks(i *conf.Instance) *notify.Hooks {
	return &notify.Hooks{Master: i.NotifyMaster, Backup: i.NotifyBackup, Fault: i.NotifyFault, Stop: i.NotifyStop, Deleted: i.NotifyDeleted,
		LowerPriority: i.NotifyLowerPriority, Any: i.Notify, Mail: i.SMTPAlert, Priorities: i.NotifyPriorityChanges}
}

// groupHooks are the notifications of g.
func groupHooks(g *conf.SyncGroup) *notify.Hooks {
	return &notify.Hooks{Master: g.NotifyMaster, Backup: g.NotifyBackup, Fault: g.NotifyFault, Stop: g.NotifyStop, Any: g.Notify,
		Mail: g.SMTPAlert, Priorities: g.NotifyPriorityChanges}
}

// told is a state as others are told it; empty: they are not.
func told(s vrrp.State) notify.State {
	switch s {
	case vrrp.Master:
		return notify.Master
	case vrrp.Backup:
		return notify.Backup
	case vrrp.Fault:
		return notify.Fault
	}
	return ""
}

func (r *Router) notify(e notify.Event) {
	if r.opt.Notify != nil {
		r.opt.Notify(e)
	}
}

// announceState tells others v's state.
func (v *virtual) announceState(s notify.State, repeat bool) {
	if s != "" {
		v.router.notify(notify.Transition{Kind: notify.Instance, Name: v.conf.Name, State: s, Priority: v.machine.Priority(), Hooks: v.hooks, Repeat: repeat})
	}
}

// entered tells of a transition. Of that to Initialize the one who has it stop
// tells.
func (v *virtual) entered(a vrrp.Enter, at vrrp.Instant) {
	v.record.since, v.record.cause = at, a.Cause
	if a.From == vrrp.Master {
		v.record.releasedMaster++
	}
	v.forget(at)
	switch {
	case a.To == vrrp.Initialize:
		return
	case a.To == vrrp.Master:
		v.record.becameMaster++
		v.logf(false, "Entering %v STATE", a.To)
	case a.From == vrrp.Initialize && a.To == vrrp.Backup:
		v.logf(false, "Entering %v STATE (init)", a.To)
	default:
		v.logf(false, "Entering %v STATE", a.To)
	}
	v.announceState(told(a.To), false)
}

// groupEntered tells of a transition of a sync group.
func (r *Router) groupEntered(a vrrp.GroupEnter, at vrrp.Instant) {
	g := r.groups[a.Group.Name]
	if g == nil {
		return
	}
	g.since = at
	if s := told(a.To); s != "" {
		r.opt.Log.Log(false, fmt.Sprintf("VRRP_Group(%s) Syncing instances to %v state", a.Group.Name, a.To))
		r.notify(notify.Transition{Kind: notify.Group, Name: a.Group.Name, State: s, Hooks: g.hooks})
	}
}

// changed tells of another effective priority.
func (v *virtual) changed(prio int) {
	if s := told(v.machine.State()); s == notify.Master || s == notify.Backup {
		v.router.notify(notify.PriorityChange{Name: v.conf.Name, State: s, Priority: prio, Hooks: v.hooks})
	}
}

func (v *virtual) lowerHeard() {
	v.router.notify(notify.LowerPriorityHeard{Name: v.conf.Name, Priority: v.machine.Priority(), Hooks: v.hooks})
}
