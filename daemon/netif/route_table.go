package netif

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// AddRoute adds r. One of ours that is there already is no error.
func (c *Conn) AddRoute(r Route) error {
	flags := unix.NLM_F_ACK | unix.NLM_F_CREATE
	switch r.Operation {
	case Add:
		flags |= unix.NLM_F_EXCL
	case Append:
		flags |= unix.NLM_F_APPEND
	}
	req := nl.NewNetlinkRequest(unix.RTM_NEWROUTE, flags)
	err := r.request(req)
	if err == nil {
		_, err = c.do(req)
	}
	if errors.Is(err, unix.EEXIST) {
		if list, e := c.routes(r.withDefaults().Protocol, FamilyOf(r.Destination.Addr())); e == nil &&
			slices.ContainsFunc(list, func(o Route) bool { return r.Same(&o) }) {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("add route %s: %w", r.Destination, err)
	}
	return nil
}

// RemoveRoute removes r. One that is gone, or is not of r's protocol, is no
// error.
func (c *Conn) RemoveRoute(r Route) error {
	// What a route does besides where it leads is no part of what it is.
	r.Metrics, r.Congestion, r.Realms, r.Source = nil, "", Realms{}, netip.Addr{}
	r.Hops = slices.Clone(r.Hops)
	for n := range r.Hops {
		r.Hops[n].Encap, r.Hops[n].Realms = nil, Realms{}
	}
	req := nl.NewNetlinkRequest(unix.RTM_DELROUTE, unix.NLM_F_ACK)
	err := r.request(req)
	if err == nil {
		_, err = c.do(req)
	}
	if err != nil && !errors.Is(err, unix.ESRCH) && !errors.Is(err, unix.ENODEV) {
		return fmt.Errorf("remove route %s: %w", r.Destination, err)
	}
	return nil
}

// OwnRoutes returns the routes of both families and all tables that are known
// as this package's by their protocol.
func (c *Conn) OwnRoutes() ([]Route, error) {
	four, err := c.routes(Origin, IPv4)
	if err != nil {
		return nil, err
	}
	six, err := c.routes(Origin, IPv6)
	return append(four, six...), err
}

// CleanRoutes removes those of OwnRoutes that are not among keep: what a crash
// has left. It returns how many.
func (c *Conn) CleanRoutes(keep []Route) (int, error) {
	list, err := c.OwnRoutes()
	if err != nil {
		return 0, err
	}
	removed := 0
	var failed []error
	for _, r := range list {
		if slices.ContainsFunc(keep, func(k Route) bool { return k.Same(&r) }) {
			continue
		}
		if err := c.RemoveRoute(r); err != nil {
			failed = append(failed, err)
			continue
		}
		removed++
	}
	return removed, errors.Join(failed...)
}

// routes asks for those of a protocol and a family.
func (c *Conn) routes(protocol uint8, f Family) ([]Route, error) {
	req := nl.NewNetlinkRequest(unix.RTM_GETROUTE, unix.NLM_F_DUMP)
	msg := &nl.RtMsg{}
	msg.Family, msg.Protocol = uint8(f), protocol
	req.AddData(msg)
	answers, err := c.do(req)
	if unsupported(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list routes: %w", err)
	}
	var list []Route
	for _, m := range answers { // an old kernel answers with all
		if r, ok := parseRoute(m); ok && r.Protocol == protocol && f == FamilyOf(r.Destination.Addr()) {
			list = append(list, r)
		}
	}
	return list, nil
}

// unsupported reports whether the kernel does not know what it was asked for:
// IPv6, or rules.
func unsupported(err error) bool {
	return errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.EOPNOTSUPP)
}
