package vrrp

import (
	"net/netip"

	"github.com/viplab/viplab/daemon/conf"
)

// Event is something that happens to a Machine.
type Event interface{ event() }

// Startup begins; Fault, if not empty, says why the interface is unfit.
type Startup struct {
	Source netip.Addr // the primary address
	Fault  string
}

// Shutdown ends.
type Shutdown struct{}

// Received is an advertisement that passed all checks of RFC 3768 7.1.
type Received struct {
	Priority int
	Source   netip.Addr
}

// Tick is the passing of time; it is due at Deadline, and harmless else.
type Tick struct{}

// Down says that the interface is unfit: link or primary address lost.
type Down struct{ Fault string }

// Up says that the interface is fit, with Source as its primary address. It
// also tells of a new primary address.
type Up struct{ Source netip.Addr }

// Lost says that an address of the Master was removed by somebody else.
type Lost struct{ Address netip.Addr }

// Reload gives a new configuration of the same virtual router.
type Reload struct{ Instance *conf.Instance }

func (Startup) event()  {}
func (Shutdown) event() {}
func (Received) event() {}
func (Tick) event()     {}
func (Down) event()     {}
func (Up) event()       {}
func (Lost) event()     {}
func (Reload) event()   {}

// Action is something that a Machine wants done.
type Action interface{ action() }

// SendAdvert multicasts an advertisement with Priority.
type SendAdvert struct{ Priority int }

// AddAddresses puts addresses on their interfaces.
type AddAddresses struct{ Addresses []conf.Address }

// RemoveAddresses takes addresses off their interfaces.
type RemoveAddresses struct{ Addresses []conf.Address }

// SendGARP broadcasts gratuitous ARP for all of Addresses, Repeat rounds.
type SendGARP struct {
	Addresses []conf.Address
	Repeat    int
}

// Enter tells of a transition.
type Enter struct{ From, To State }

// Say is a line for the log; Detail ones only where details are wanted.
type Say struct {
	Detail bool
	Text   string
}

func (SendAdvert) action()      {}
func (AddAddresses) action()    {}
func (RemoveAddresses) action() {}
func (SendGARP) action()        {}
func (Enter) action()           {}
func (Say) action()             {}
