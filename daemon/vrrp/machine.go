package vrrp

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// State is a state of a virtual router (RFC 3768 6.3), or Fault.
type State int

// The states. Fault is Initialize with the interface unfit for use.
const (
	Initialize State = iota
	Backup
	Master
	Fault
)

// String is the state's name in log lines.
func (s State) String() string { return [...]string{"INIT", "BACKUP", "MASTER", "FAULT"}[s] }

// Machine is the state machine of one virtual router (RFC 3768 6.4), without
// input, output or clock: Handle turns an event at a moment into actions.
//
// Where keepalived differs from the RFC so that others see it, Machine does as
// keepalived: a Master answers a lower priority with an advertisement and
// gratuitous ARP; preempt_delay; Fault.
type Machine struct {
	conf   *conf.Instance
	source netip.Addr
	state  State

	adver   timer // Adver_Timer, in Master
	down    timer // Master_Down_Timer, in Backup
	preempt timer // when preempt_delay ends, in Backup
	second  timer // second burst of gratuitous ARP
	lower   timer // second burst after a lower priority
	refresh timer

	heard    Instant // what Master_Down_Timer counts from
	resigned bool    // it runs for Skew_Time only
	out      []Action
}

// NewMachine returns the machine of i in Initialize.
func NewMachine(i *conf.Instance) *Machine { return &Machine{conf: i} }

// State returns the state.
func (m *Machine) State() State { return m.state }

// Deadline returns when the machine wants a Tick next, if ever.
func (m *Machine) Deadline() (Instant, bool) {
	t := m.adver.earlier(m.down).earlier(m.second).earlier(m.lower).earlier(m.refresh)
	return t.at, t.on
}

// Handle lets e happen at now, which never goes back. The actions are to be
// carried out in their order.
func (m *Machine) Handle(e Event, now Instant) []Action {
	m.out = nil
	switch e := e.(type) {
	case Startup:
		m.startup(e, now)
	case Shutdown:
		m.shutdown()
	case Received:
		m.received(e, now)
	case Tick:
		m.tick(now)
	case Down:
		m.fault(e)
	case Up:
		m.up(e, now)
	case Lost:
		m.lost(e, now)
	case Reload:
		m.reload(e, now)
	}
	return m.out
}

// skew is Skew_Time (6.1), which in version 2 does not depend on the interval.
func (m *Machine) skew() time.Duration {
	return time.Duration(256-m.conf.Priority) * time.Second / 256
}

// downInterval is Master_Down_Interval (6.1).
func (m *Machine) downInterval() time.Duration {
	return time.Duration(m.conf.DownTimerAdverts)*m.conf.AdvertInt + m.skew()
}

// startup is 6.4.1.
func (m *Machine) startup(e Startup, now Instant) {
	if m.state != Initialize {
		return
	}
	if e.Fault != "" {
		m.do(Say{Text: e.Fault})
		m.enter(Fault)
		return
	}
	m.begin(e.Source, now)
}

// begin leaves Initialize or Fault: the owner is Master at once, anybody else
// waits as Backup, whatever "state" in the configuration says.
func (m *Machine) begin(source netip.Addr, now Instant) {
	m.source = source
	if m.conf.Priority == owner {
		m.becomeMaster(now, now)
		return
	}
	m.enter(Backup)
	m.listen(now, false)
}

// listen starts Master_Down_Timer at now: for Skew_Time if the Master resigned.
func (m *Machine) listen(now Instant, resigned bool) {
	m.heard, m.resigned = now, resigned
	m.setDown()
}

func (m *Machine) setDown() {
	span := m.downInterval()
	if m.resigned {
		span = m.skew()
	}
	m.down.set(m.heard.Add(span))
}

// becomeMaster is the transition of 6.4.1 and 6.4.2. due is when it was to
// happen: the advertisements keep time from there, unless it is long past.
func (m *Machine) becomeMaster(due, now Instant) {
	m.stopTimers()
	m.do(SendAdvert{m.conf.Priority})
	m.enter(Master)
	m.adver.set(due)
	m.nextAdvert(now)
	if vips := m.vips(); len(vips) > 0 {
		m.do(AddAddresses{vips})
		m.announce(vips, now)
	}
}

// nextAdvert moves Adver_Timer on by one interval from when it was due, so
// that lateness does not add up, or from now if that is past already.
func (m *Machine) nextAdvert(now Instant) {
	if m.adver.at = m.adver.at.Add(m.conf.AdvertInt); m.adver.at <= now {
		m.adver.set(now.Add(m.conf.AdvertInt))
	}
}

// announce sends the first burst of gratuitous ARP and plans the others.
func (m *Machine) announce(vips []conf.Address, now Instant) {
	g := m.conf.GARP
	m.do(SendGARP{vips, g.Repeat})
	if g.Delay > 0 {
		m.second.set(now.Add(g.Delay))
	}
	if g.Refresh > 0 {
		m.refresh.set(now.Add(g.Delay + g.Refresh))
	}
}

// vips are all addresses that the Master holds.
func (m *Machine) vips() []conf.Address { return slices.Concat(m.conf.Addresses, m.conf.Excluded) }

// becomeBackup leaves Master for Backup; no timer runs after it.
func (m *Machine) becomeBackup() {
	m.stopTimers()
	m.enter(Backup)
	m.withdraw()
}

func (m *Machine) withdraw() {
	if vips := m.vips(); len(vips) > 0 {
		m.do(RemoveAddresses{vips})
	}
}

// shutdown is Shutdown of 6.4.2 and 6.4.3; the advertisement goes out before
// the addresses go.
func (m *Machine) shutdown() {
	if m.state == Master {
		m.do(SendAdvert{0})
		m.withdraw()
	}
	m.stopTimers()
	m.enter(Initialize)
}

func (m *Machine) stopTimers() {
	for _, t := range []*timer{&m.adver, &m.down, &m.preempt, &m.second, &m.lower, &m.refresh} {
		t.stop()
	}
}

func (m *Machine) enter(s State) {
	if s != m.state {
		m.do(Enter{m.state, s})
		m.state = s
	}
}

func (m *Machine) do(a Action) { m.out = append(m.out, a) }

func (m *Machine) say(detail bool, format string, args ...any) {
	m.do(Say{detail, fmt.Sprintf(format, args...)})
}
