package track

import (
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/vrrp"
)

// users are the trackers that instances and sync groups track.
type users map[vrrp.Tracker]bool

func usedBy(cfg *conf.Config) users {
	used := users{}
	note := func(kind vrrp.Kind, list []conf.Track) {
		for n := range list {
			used[vrrp.Tracker{Kind: kind, Name: list[n].Name}] = true
		}
	}
	for _, i := range cfg.Instances {
		note(vrrp.Script, i.TrackScripts)
		note(vrrp.File, i.TrackFiles)
		note(vrrp.Process, i.TrackProcesses)
	}
	for _, g := range cfg.SyncGroups {
		note(vrrp.Script, g.TrackScripts)
		note(vrrp.File, g.TrackFiles)
		note(vrrp.Process, g.TrackProcesses)
	}
	return used
}

func (u users) has(kind vrrp.Kind, name string) bool {
	return u[vrrp.Tracker{Kind: kind, Name: name}]
}
