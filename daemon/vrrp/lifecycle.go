package vrrp

import "net/netip"

// startup is 6.4.1 for a machine without a group.
func (m *Machine) startup(e Startup, now Instant) {
	if m.state != Initialize {
		return
	}
	m.note(e)
	if m.fault != "" {
		m.fail(m.fault, 0)
		return
	}
	m.begin(now, "started", true)
}

// unfit leaves any running state.
func (m *Machine) unfit(e Down) {
	if !m.started {
		return
	}
	if m.fault = e.Fault; m.state != Fault {
		m.fail(e.Fault, 2)
	}
}

// fit returns from Fault, or takes another primary address.
func (m *Machine) fit(e Up, now Instant) {
	m.fault = ""
	m.move(e.Source)
	if m.state == Fault {
		m.begin(now, "fit again", true)
	}
}

// note takes the values of Startup.
func (m *Machine) note(e Startup) {
	m.started, m.demoted = true, false
	m.source, m.fault = plain(e.Source), e.Fault
	if m.priority = e.Priority; m.priority == 0 {
		m.priority = m.conf.Priority
	}
}

// begin leaves Initialize or Fault (6.4.1). An owner is Master at once, if it
// may; anybody else waits as Backup, whatever "state" in the configuration says.
func (m *Machine) begin(now Instant, why string, may bool) {
	m.held, m.wants = false, false
	if m.priority == owner && may {
		m.becomeMaster(now, now, why+", as owner of the addresses")
		return
	}
	m.becomeBackup(why)
	m.listen(now, false)
}

// fail enters Fault. A Master resigns, zeros times: for where the link still
// carries it.
func (m *Machine) fail(why string, zeros int) {
	m.do(Say{Text: why})
	m.stopTimers()
	m.wants, m.held = false, false
	if m.state == Master {
		for range zeros {
			m.do(SendAdvert{0})
		}
		m.do(Release{})
	}
	m.forget()
	m.enter(Fault, why)
}

// move takes a new primary address.
func (m *Machine) move(source netip.Addr) {
	if source.IsValid() {
		m.source = plain(source)
	}
}

// plain is an address that compares by its bits alone.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// shutdown is Shutdown of 6.4.2 and 6.4.3; the advertisement goes out before
// the addresses go.
func (m *Machine) shutdown() {
	if m.state == Master {
		m.do(SendAdvert{0})
		m.do(Release{})
	}
	m.stopTimers()
	m.started, m.fault, m.wants, m.held = false, "", false, false
	m.forget()
	m.enter(Initialize, "stopped")
}
