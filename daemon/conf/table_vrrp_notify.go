package conf

import (
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// notifyRow is a keyword with a command to run. The first one counts.
func notifyRow[O any](name, doc string, at func(*O) *Command) schema.Keyword {
	return schema.Keyword{Name: name, Doc: doc, First: true, Field: command(at)}
}

// notified are the places of the words that instances and groups share.
type notified[O any] struct {
	backup, master, fault, stop, any func(*O) *Command
	mail, priorities                 func(*O) *bool
}

// notifyRows are the words about changes of state that instances and groups
// share.
func notifyRows[O any](at notified[O]) []schema.Keyword {
	return []schema.Keyword{
		notifyRow("notify_backup", "run the command on becoming Backup", at.backup),
		notifyRow("notify_master", "run the command on becoming Master", at.master),
		notifyRow("notify_fault", "run the command on going to FAULT", at.fault),
		notifyRow("notify_stop", "run the command on stopping", at.stop),
		notifyRow("notify", "run the command on each change of state", at.any),
		{Name: "smtp_alert", Else: "global setting", Doc: "send mail on each change of state", Field: schema.Bool(at.mail),
			Fill: inherit(func(o *O, g *Global) { *at.mail(o), _ = g.Alerts("smtp_alert_vrrp") })},
		{Name: "notify_priority_changes", Else: "global setting", Doc: "report changes of priority", Field: schema.Bool(at.priorities),
			Fill: inherit(func(o *O, g *Global) { *at.priorities(o) = g.VRRP.NotifyPriorityChanges })},
	}
}

func instanceNotifyRows() []schema.Keyword {
	rows := notifyRows(notified[Instance]{
		func(i *Instance) *Command { return &i.NotifyBackup }, func(i *Instance) *Command { return &i.NotifyMaster },
		func(i *Instance) *Command { return &i.NotifyFault }, func(i *Instance) *Command { return &i.NotifyStop },
		func(i *Instance) *Command { return &i.Notify },
		func(i *Instance) *bool { return &i.SMTPAlert }, func(i *Instance) *bool { return &i.NotifyPriorityChanges },
	})
	return append(rows,
		schema.Keyword{Name: "notify_deleted", Else: "fault script used", First: true, Field: deletedField(),
			Doc: "run the command when a reload removes the instance"},
		notifyRow("notify_master_rx_lower_pri", "run the command when a Master hears a lower priority",
			func(i *Instance) *Command { return &i.NotifyLowerPriority }))
}

// deletedField needs no command: without one the removal is still known as
// DELETED.
func deletedField() schema.Field {
	at := func(i *Instance) *Command { return &i.NotifyDeleted }
	f := command(at)
	read, print := f.Read, f.Print
	f.Min = 0
	f.Read = func(c *schema.Context, obj any, words []syntax.Word) {
		obj.(*Instance).Deleted = true
		if len(words) > 1 {
			read(c, obj, words)
		}
	}
	f.Print = func(obj any) [][]string {
		if lines := print(obj); lines != nil || !obj.(*Instance).Deleted {
			return lines
		}
		return [][]string{{}}
	}
	return f
}

// oldRows are words that others have replaced.
func oldRows() []schema.Keyword {
	linkbeat := flagRow("linkbeat_use_polling", "off", "poll the state of the interface", func(i *Instance) *bool { return &i.Linkbeat })
	linkbeat.Instead, linkbeat.Reported = "a linkbeat_interfaces block", true
	return []schema.Keyword{linkbeat,
		{Name: "lvs_sync_daemon_interface", Instead: "lvs_sync_daemon in global_defs", Reported: true, Doc: "run the IPVS sync daemon",
			Field: linkName("STRING ifname", func(i *Instance) *string { return &i.LVSSyncInterface })}}
}
