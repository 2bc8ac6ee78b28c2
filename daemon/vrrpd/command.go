package vrrpd

import (
	"slices"

	"github.com/viplab/viplab/daemon/conf"
)

// runsCommands reports whether cfg may have the process run a command.
func runsCommands(cfg *conf.Config) bool {
	s := &cfg.Global.Scripts
	some := given(&s.FIFO.Script, &s.VRRPFIFO.Script) || len(cfg.Scripts) > 0
	for _, i := range cfg.Instances {
		some = some || given(&i.NotifyMaster, &i.NotifyBackup, &i.NotifyFault, &i.NotifyStop, &i.NotifyDeleted, &i.Notify, &i.NotifyLowerPriority)
	}
	for _, g := range cfg.SyncGroups {
		some = some || given(&g.NotifyMaster, &g.NotifyBackup, &g.NotifyFault, &g.NotifyStop, &g.Notify)
	}
	return some
}

// given reports whether one of list is there.
func given(list ...*conf.Command) bool { return slices.ContainsFunc(list, (*conf.Command).Given) }
