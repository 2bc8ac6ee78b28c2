package vrrp

import (
	"net/netip"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// Event is something that happens to a Machine.
type Event interface{ event() }

// Startup begins. Fault, if not empty, says why the instance is unfit.
type Startup struct {
	Source   netip.Addr // the primary address
	Priority int        // effective, 1..255; 0: the configured one
	Fault    string
}

// Shutdown ends.
type Shutdown struct{}

// Received is an advertisement that passed all checks (RFC 9568 7.1).
type Received struct {
	Priority int // 0..255
	Source   netip.Addr
	Interval time.Duration // Max Advertise Interval of version 3; not looked at in version 2
	Age      time.Duration // how long ago it came: Master_Down_Timer counts from then
}

// Tick is the passing of time; it is due at Deadline, and harmless else. An
// advertisement that is due within Ahead goes out now, and the next ones keep its
// time: so those of several virtual routers can go out together, once and for all.
type Tick struct{ Ahead time.Duration }

// Down says that the instance is unfit, and why: the link or the primary
// address is lost, a tracker failed, or whatever else Tracking calls a fault.
type Down struct{ Fault string }

// Up says that the instance is fit, with Source as its primary address. It also
// tells of a new primary address.
type Up struct{ Source netip.Addr }

// SetPriority gives the effective priority, which Tracking worked out.
type SetPriority struct {
	Priority int    // 1..255
	Cause    string // "script chk_nginx failed"
}

// Lost says that something a Master has was taken away and could not be put
// back: an address, a route, a rule.
type Lost struct{ What string }

// Reload gives a new configuration of the same virtual router.
type Reload struct {
	Instance *conf.Instance
	Priority int // effective, 1..255; 0: the configured one
}

// Switchover has a Master give its place away, and not take it back from a
// lower priority (see Machine.Held). It has no effect in other states.
type Switchover struct{}

func (Startup) event()     {}
func (Shutdown) event()    {}
func (Received) event()    {}
func (Tick) event()        {}
func (Down) event()        {}
func (Up) event()          {}
func (SetPriority) event() {}
func (Lost) event()        {}
func (Reload) event()      {}
func (Switchover) event()  {}
