package vrrp

import (
	"errors"
	"fmt"
	"slices"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
)

// ErrUnsupported says that an instance asks for what this router does not
// speak. Running it all the same would be worse than refusing: its peers would
// not hear it, and both would be Master.
var ErrUnsupported = errors.New("not supported")

// Check returns why instances cannot be run here: errors that wrap
// ErrUnsupported or netif.ErrNoLink, joined, or nil.
func Check(instances []*conf.Instance) error {
	kernel, err := netif.Open()
	if err != nil {
		return err
	}
	defer kernel.Close()
	var errs []error
	for _, i := range instances {
		errs = append(errs, check(kernel, i)...)
	}
	return errors.Join(errs...)
}

func check(kernel *netif.Conn, i *conf.Instance) (errs []error) {
	add := func(err error) { errs = append(errs, fmt.Errorf("%s: vrrp_instance %s: %w", i.Pos, i.Name, err)) }
	refuse := func(bad bool, what string) {
		if bad {
			add(fmt.Errorf("%s: %w", what, ErrUnsupported))
		}
	}
	refuse(i.Version != version, fmt.Sprintf("VRRP version %d", i.Version))
	refuse(i.AuthType > 1, "auth_type AH")
	refuse(len(i.UnicastPeers) > 0, "unicast_peer")
	for _, a := range slices.Concat(i.Addresses, i.Excluded) {
		refuse(!a.Prefix.Addr().Is4(), "IPv6 address "+a.Prefix.Addr().String())
	}
	link, err := kernel.Link(i.Interface)
	if err != nil {
		add(err)
		return errs
	}
	refuse(link.Loopback(), "loopback interface "+i.Interface)
	return errs
}
