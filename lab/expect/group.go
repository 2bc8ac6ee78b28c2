package expect

import "github.com/viplab/viplab/lab/timeline"

// The members of a sync group become Master together, when the last of them has
// waited long enough: one whose wait is over before stays Backup.

// partners are the other members of the router's sync group, with the group's
// name; none where it is in no group.
func (ro router) partners() (group string, members []router) {
	cfg := ro.run.Configs[ro.node]
	for _, g := range cfg.SyncGroups {
		mine := false
		var others []router
		for _, m := range g.Members {
			if m.Name == ro.inst.Name {
				mine = true
				continue
			}
			for _, inst := range cfg.Instances {
				if inst.Name == m.Name {
					others = append(others, router{ro.run, ro.node, inst})
				}
			}
		}
		if mine {
			return g.Name, others
		}
	}
	return "", nil
}

// lastOfGroup returns the reference that promises the latest takeover among To's
// own and those of the other members of its sync group.
func (t *Takeover) lastOfGroup(to router, w Window, first *timeline.Event, own *reference) *reference {
	group, partners := to.partners()
	if own == nil {
		return nil
	}
	latest := own
	for _, partner := range partners {
		// A partner has the priority of its configuration: what has changed To's is
		// said of To alone.
		other := &Takeover{VRID: partner.inst.VRID, From: t.From, To: t.To, Preempt: t.Preempt}
		if weighed, err := other.weighed(partner); err == nil {
			other = weighed
		}
		ref := other.reference(partner, w, first)
		if ref == nil || ref.due() <= latest.due() {
			continue
		}
		ref.what += ", for " + partner.inst.Name + " of " + group
		latest = ref
	}
	return latest
}

// due is when the takeover is promised at the latest, without tolerance.
func (r *reference) due() timeline.Time { return r.at.Add(r.promise.span + r.promise.late) }
