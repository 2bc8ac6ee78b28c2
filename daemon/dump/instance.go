package dump

import (
	"fmt"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

func (e *errWriter) instance(p pair, now time.Time) {
	i, s := p.conf, p.status
	e.row(1, "VRRP Instance", "%s", i.Name)
	e.row(3, "VRRP Version", "%d", i.Version)
	e.text(3, "Sync group", s.Group)
	if s.Family == "IPv6" {
		e.printf("   Using Native IPv6\n")
	}
	e.row(3, "State", "%s", s.State)
	e.row(3, "Wantstate", "%s", p.wanted())
	e.row(3, "Number of interface and track script faults", "%d", len(s.Faults))
	for _, f := range s.Faults {
		e.row(5, "Fault", "%s", f)
	}
	e.row(3, "Last transition", "%s", stamp(s.Since))
	e.text(3, "Cause", s.Cause)
	if next, ok := due(s, now); ok {
		e.row(3, "Read timeout", "%s", stamp(next))
	}
	e.row(3, "Master down timer", "%d usecs", int64(s.MasterDown*1e6))
	if s.State == "BACKUP" && s.Master.IsValid() {
		e.row(3, "Master router", "%s", s.Master)
		e.row(3, "Master priority", "%d", s.MasterPriority)
	}
	e.link(p)
	e.garp(3, i.GARP)
	e.row(3, "Down timer adverts", "%d", i.DownTimerAdverts)
	e.row(3, "Send advert after receive lower priority advert", "%t", !i.LowerPrioNoAdvert)
	e.row(3, "Send advert after receive higher priority advert", "%t", i.HigherPrioSendAdvert)
	e.row(3, "Virtual Router ID", "%d", i.VRID)
	e.row(3, "Priority", "%d", s.Priority.Base)
	e.row(3, "Effective priority", "%d", s.Priority.Effective)
	for _, part := range s.Priority.Parts {
		e.row(5, part.Tracker, "%+d (%s)", part.Weight, part.Text)
	}
	e.row(3, "Advert interval", "%s", interval(i))
	if i.Version == 3 && s.State == "BACKUP" {
		e.row(3, "Master advert interval", "%.0f milli-sec", s.MasterInterval*1000)
	}
	e.row(3, "Accept", "%s", enabled(i.Accept))
	e.row(3, "Preempt", "%s", enabled(i.Preempt))
	if i.PreemptDelay > 0 {
		e.row(3, "Preempt delay", "%d secs", whole(i.PreemptDelay))
	}
	e.row(3, "Promote_secondaries", "%s", enabled(i.PromoteSecondaries))
	e.authentication(i)
	e.holdings(p)
	e.tracks(i)
	e.scriptsOf(i)
}

// link is where adverts leave by, and to whom.
func (e *errWriter) link(p pair) {
	i, s := p.conf, p.status
	if i.VMAC {
		e.printf("   Use VMAC, i/f name %s, xmit_base = %t\n", s.Device, i.TransmitBase)
		e.row(3, "Interface", "%s, vmac on %s", s.Device, i.Interface)
	} else {
		e.row(3, "Interface", "%s", i.Interface)
	}
	switch {
	case i.Source.IsValid():
		e.row(3, "Using src_ip", "%s (from configuration)", i.Source)
	case s.Source.IsValid():
		e.row(3, "Using src_ip", "%s", s.Source)
	}
	if len(i.UnicastPeers) == 0 {
		e.printf("   Multicast address %s\n", i.MulticastGroup)
		return
	}
	e.row(3, "Unicast TTL", "%d", i.Unicast.TTL)
	e.printf("   Unicast Peer :\n")
	for _, peer := range i.UnicastPeers {
		low, high := max(peer.MinTTL, 0), peer.MaxTTL
		if high < 0 {
			high = 255
		}
		e.printf("     %s min_ttl %d max_ttl %d\n", peer.Address, low, high)
	}
}

func (e *errWriter) authentication(i *conf.Instance) {
	if i.Version != 2 {
		return
	}
	e.row(3, "Authentication type", "%s", []string{"none", "SIMPLE_PASSWORD", "IPSEC_AH"}[min(max(i.AuthType, 0), 2)])
	if i.AuthType == 1 {
		e.row(3, "Password", "%s", masked)
	}
}

// holdings is what the Master has on its host.
func (e *errWriter) holdings(p pair) {
	if len(p.conf.Addresses) > 0 {
		e.lines(fmt.Sprintf("Virtual IP (%d):", len(p.conf.Addresses)), p.addresses(p.conf.Addresses, false))
	}
	e.lines("Virtual IP Excluded :", p.addresses(p.conf.Excluded, true))
	e.lines("Virtual Routes :", p.routes())
	e.lines("Virtual Rules :", rules(p.conf.Rules))
}

// lines writes a title and what is under it, if anything is.
func (e *errWriter) lines(title string, texts []string) {
	if len(texts) > 0 {
		e.printf("   %s\n", title)
	}
	for _, t := range texts {
		e.printf("     %s\n", t)
	}
}

func (e *errWriter) tracks(i *conf.Instance) {
	for _, kind := range []struct {
		title, sep string
		list       []conf.Track
	}{{"Tracked interfaces :", " ", i.TrackInterfaces}, {"Tracked scripts :", " ", i.TrackScripts}, {"Tracked files :", ", ", i.TrackFiles},
		{"Tracked processes :", ", ", i.TrackProcesses}, {"Tracked BFDs :", ", ", i.TrackBFDs}} {
		var texts []string
		for _, t := range kind.list {
			texts = append(texts, fmt.Sprintf("%s%sweight %d%s", t.Name, kind.sep, t.Weight, word(t.Reverse, " reverse")))
		}
		e.lines(kind.title, texts)
	}
}

func (e *errWriter) scriptsOf(i *conf.Instance) {
	e.row(3, "Using smtp notification", "%s", word(i.SMTPAlert, "yes")+word(!i.SMTPAlert, "no"))
	e.row(3, "Notify deleted", "%s", word(i.Deleted, "Deleted")+word(!i.Deleted, "Fault"))
	for _, s := range []struct {
		label string
		c     *conf.Command
	}{{"Backup", &i.NotifyBackup}, {"Master", &i.NotifyMaster}, {"Fault", &i.NotifyFault}, {"Stop", &i.NotifyStop}, {"Deleted", &i.NotifyDeleted}, {"Generic", &i.Notify}} {
		e.text(3, s.label+" state transition script", command(s.c))
	}
	e.text(3, "Master rx lower pri script", command(&i.NotifyLowerPriority))
	e.row(3, "Notify priority changes", "%t", i.NotifyPriorityChanges)
}
