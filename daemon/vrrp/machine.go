// Package vrrp decides: it is the state machine of a virtual router (RFC 3768,
// RFC 9568), the sync groups that hold several together, and the arithmetic of
// priorities. It has no input, output or clock: events and the time go in,
// actions come out.
package vrrp

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// State is a state of a virtual router (RFC 9568 6.3), or Fault.
type State int

// The states. Fault is Initialize for as long as the instance is unfit.
const (
	Initialize State = iota
	Backup
	Master
	Fault
)

// String is the state's name in log lines.
func (s State) String() string { return [...]string{"INIT", "BACKUP", "MASTER", "FAULT"}[s] }

// owner is the priority of the router that owns the addresses (RFC 9568 5.2.4).
const owner = 255

// Machine is the state machine of one virtual router (RFC 3768 6.4, RFC 9568
// 6.4). A System gives it its events.
//
// Where keepalived differs from the RFCs so that others see it, Machine does as
// keepalived: a Master answers a lower priority with an advertisement and
// gratuitous ARP; preempt_delay; Fault; two owners. It answers a lower priority
// no more often than once an interval, so that a flood of them is not doubled.
type Machine struct {
	conf     *conf.Instance
	source   netip.Addr
	priority int // effective
	state    State
	group    *group // nil: it stands alone
	started  bool   // between Startup and Shutdown
	fault    string // why it is unfit itself; "": fit

	adver   timer // Adver_Timer, in Master
	down    timer // Master_Down_Timer, in Backup
	preempt timer // when preempt_delay ends, in Backup
	second  timer // second burst of gratuitous ARP
	lower   timer // second burst after a lower priority
	refresh timer // next gratuitous ARP that is only repeated
	rival   timer // how long another owner is waited for
	answer  timer // until when a lower priority is not answered
	owed    timer // when the answer to owedTo is due
	zero    timer // when priority 0 is answered again
	gripe   timer // when a recurring line is logged again

	heard    Instant       // what Master_Down_Timer counts from
	resigned bool          // it runs for Skew_Time only
	interval time.Duration // Master_Adver_Interval
	master   netip.Addr    // whom a Backup hears
	theirs   int           // its priority
	waited   bool          // preempt_delay is over
	held     bool          // after Switchover
	wants    bool          // to be Master, as soon as its group can
	demoted  bool          // an owner that runs as 254, because of another one
	owedTo   Received      // a lower priority that was heard too soon
	rivalAt  Instant       // when the other owner was heard last
	left     departure     // how it was Master no more, for its group

	lesser   netip.Addr // whose adverts a Backup lets pass, to take its place
	before   netip.Addr // the lesser Master whose place it took
	tookOver Instant    // when

	fresh []conf.Address // what the second burst is for; nil: all
	out   []Action
}

// NewMachine returns the machine of i in Initialize.
func NewMachine(i *conf.Instance) *Machine {
	return &Machine{conf: i, priority: i.Priority, interval: i.AdvertInt}
}

// State returns the state.
func (m *Machine) State() State { return m.state }

// Priority returns the effective priority, 1..255.
func (m *Machine) Priority() int { return m.priority }

// Conf returns the configuration.
func (m *Machine) Conf() *conf.Instance { return m.conf }

// Source returns the primary address.
func (m *Machine) Source() netip.Addr { return m.source }

// Heard returns the Master that a Backup hears, with its priority; the zero
// address while there is none.
func (m *Machine) Heard() (netip.Addr, int) { return m.master, m.theirs }

// Held reports whether a Backup leaves a Master alone that it could preempt,
// because of a Switchover: until that one is silent or resigns, or a reload, or
// a fault.
func (m *Machine) Held() bool { return m.held }

// handle lets e happen at now, which never goes back, and leaves what is to be
// done in m.out. For a member of a group, Startup, Down and Up are the group's.
func (m *Machine) handle(e Event, now Instant) {
	switch e := e.(type) {
	case Startup:
		m.startup(e, now)
	case Down:
		m.unfit(e)
	case Up:
		m.fit(e, now)
	case Shutdown:
		m.shutdown()
	case Received:
		m.received(e, now)
	case Tick:
		m.tick(e, now)
	case SetPriority:
		m.setPriority(e, now)
	case Lost:
		m.lost(e, now)
	case Reload:
		m.reload(e, now)
	case Switchover:
		m.switchover(now)
	}
}

// received hands an advertisement to the state that it is for; the others
// ignore it (6.4.1).
func (m *Machine) received(e Received, now Instant) {
	e.Source = plain(e.Source)
	switch m.state {
	case Backup:
		m.backupHears(e, now)
	case Master:
		m.masterHears(e, now)
	}
}

func (m *Machine) enter(s State, why string) {
	if s != m.state {
		m.do(Enter{m.state, s, why})
		m.state = s
	}
}

func (m *Machine) do(a Action) { m.out = append(m.out, a) }

func (m *Machine) say(detail bool, format string, args ...any) {
	m.do(Say{detail, fmt.Sprintf(format, args...)})
}

// mayGripe reports whether a line that each packet could cause is to be logged:
// once an interval.
func (m *Machine) mayGripe(now Instant) bool { return m.gripe.passed(now, m.conf.AdvertInt) }
