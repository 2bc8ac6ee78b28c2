package vrrp

import "github.com/viplab/viplab/daemon/conf"

// Action is something that a Machine wants done.
type Action interface{ action() }

// SendAdvert sends an advertisement with Priority, to the group or to all peers.
type SendAdvert struct{ Priority int }

// Acquire takes all that a Master has: addresses, routes, rules.
type Acquire struct{}

// Release gives it up.
type Release struct{}

// Update says that a Master has another configuration than Old: what it has is
// to follow. New addresses are announced by an Announce of their own.
type Update struct{ Old *conf.Instance }

// Announce sends gratuitous ARP, or unsolicited neighbour advertisements, for
// Addresses, Repeat rounds.
type Announce struct {
	Addresses []conf.Address // nil: all, the excluded ones too
	Repeat    int
}

// Enter tells of a transition, and why it happened in a plain sentence.
type Enter struct {
	From, To State
	Cause    string
}

// GroupEnter tells of a transition of a sync group, after those of its members.
type GroupEnter struct {
	Group    *conf.SyncGroup
	From, To State
}

// LowerHeard says that a Master heard a lower priority
// (notify_master_rx_lower_pri).
type LowerHeard struct{}

// Changed says that the effective priority is another.
type Changed struct{ Priority int }

// Say is a line for the log; Detail ones only where details are wanted.
type Say struct {
	Detail bool
	Text   string
}

func (SendAdvert) action() {}
func (Acquire) action()    {}
func (Release) action()    {}
func (Update) action()     {}
func (Announce) action()   {}
func (Enter) action()      {}
func (GroupEnter) action() {}
func (LowerHeard) action() {}
func (Changed) action()    {}
func (Say) action()        {}
