package syncd

import (
	"cmp"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/ipvs"
)

// Of is what a configuration says of the sync daemon; nil: there is none. An
// instance with lvs_sync_daemon_interface stands for global_defs where those do
// not mention it.
func Of(cfg *conf.Config) *conf.SyncDaemon {
	if s := cfg.Global.LVS.Sync; s != nil {
		return s
	}
	for _, i := range cfg.Instances {
		if i.LVSSyncInterface != "" {
			return &conf.SyncDaemon{Interface: i.LVSSyncInterface, Instance: i.Name, ID: -1}
		}
	}
	return nil
}

// wanted are the parts that are to run. The part that sends runs on the Master of
// the instance that s follows, the one that receives on others; without an
// instance both run.
func wanted(cfg *conf.Config, master map[string]bool) []ipvs.Daemon {
	s := Of(cfg)
	if s == nil {
		return nil
	}
	d := ipvs.Daemon{Interface: s.Interface, SyncID: uint8(max(s.ID, 0)), MaxLen: uint16(s.MaxLen), Group: s.Group, Port: s.Port, TTL: uint8(s.TTL)}
	if s.Instance == "" {
		m := d
		m.Master = true
		return []ipvs.Daemon{m, d}
	}
	d.Master = master[s.Instance]
	for _, i := range cfg.Instances {
		if i.Name == s.Instance && s.ID < 0 {
			d.SyncID = uint8(i.VRID)
		}
	}
	return []ipvs.Daemon{d}
}

// fits reports whether a daemon that runs is the one that is wanted: what want
// leaves to the kernel may be anything.
func fits(have, want ipvs.Daemon) bool {
	return have.Master == want.Master && have.Interface == want.Interface && have.SyncID == want.SyncID &&
		have.MaxLen == cmp.Or(want.MaxLen, have.MaxLen) && have.Port == cmp.Or(want.Port, have.Port) &&
		have.TTL == cmp.Or(want.TTL, have.TTL) && (have.Group == want.Group || !want.Group.IsValid())
}
