package hostile

import (
	"errors"
	"fmt"

	"github.com/vishvananda/netlink"
)

// acknowledge has this host's kernel acknowledge at once what comes in over TCP.
// Else it puts that off by 40 ms when it expects an answer to carry it, and a
// client's clock would show the kernel's habits in place of the server's manner.
func acknowledge() error {
	routes, err := netlink.RouteList(nil, netlink.FAMILY_ALL)
	if err != nil {
		return fmt.Errorf("list routes: %w", err)
	}
	var failed []error
	for _, r := range routes {
		r.QuickACK = 1
		if err := netlink.RouteReplace(&r); err != nil {
			failed = append(failed, fmt.Errorf("change route to %s: %w", r.Dst, err))
		}
	}
	return errors.Join(failed...)
}
