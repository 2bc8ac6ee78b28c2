package vip

import "github.com/viplab/viplab/daemon/netif"

// Listen returns the interface that adverts arrive on: the device of use_vmac or
// use_ipvlan, even if adverts leave by the interface below. A macvlan gets, and
// keeps from that interface, all that comes from its own MAC address, which is
// that of the other routers too. It is nil for an instance without an interface.
func (e *Estate) Listen() (*netif.Link, error) {
	adverts, _, err := e.Device()
	if err != nil || e.main == nil {
		return adverts, err
	}
	return e.host.link(e.main.link.Name)
}
