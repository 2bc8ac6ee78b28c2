package vrrp

import (
	"errors"
	"fmt"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
)

// ErrUnsupported says that an instance asks for what this router does not
// speak. Running it all the same would be worse than refusing: its peers would
// not hear it, and both would be Master.
var ErrUnsupported = errors.New("not supported")

// Check returns why i cannot be run here: errors that wrap ErrUnsupported or
// netif.ErrNoLink, joined, or nil.
func Check(i *conf.Instance) error {
	var errs []error
	refuse := func(bad bool, what string) {
		if bad {
			errs = append(errs, fmt.Errorf("%s: vrrp_instance %s: %s: %w", i.Pos, i.Name, what, ErrUnsupported))
		}
	}
	refuse(i.Version != version, fmt.Sprintf("VRRP version %d", i.Version))
	refuse(i.AuthType > 1, "auth_type AH")
	refuse(len(i.UnicastPeers) > 0, "unicast_peer")
	for _, a := range i.Addresses {
		refuse(!a.Prefix.Addr().Is4(), "IPv6 address "+a.Prefix.Addr().String())
	}
	for _, a := range i.Excluded {
		refuse(!a.Prefix.Addr().Is4(), "IPv6 address "+a.Prefix.Addr().String())
	}
	link, err := netif.FindLink(i.Interface)
	if err != nil {
		errs = append(errs, fmt.Errorf("%s: vrrp_instance %s: %w", i.Pos, i.Name, err))
	} else if link.Loopback {
		errs = append(errs, fmt.Errorf("%s: vrrp_instance %s: loopback interface %s: %w", i.Pos, i.Name, i.Interface, ErrUnsupported))
	}
	return errors.Join(errs...)
}
