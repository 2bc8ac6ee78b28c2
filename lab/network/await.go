package network

import (
	"context"
	"errors"
	"fmt"

	"github.com/vishvananda/netlink"
)

// Await returns when the ports with these indexes are operational: a bridge
// forwards nothing to or from a port before, and the kernel takes a while to say
// so after both of its ends are up.
func (s *Switch) Await(ctx context.Context, ports ...int) error {
	waiting := make(map[int]bool, len(ports))
	for _, index := range ports {
		waiting[index] = true
	}
	updates, stop := make(chan netlink.LinkUpdate, 64), make(chan struct{})
	err := netlink.LinkSubscribeWithOptions(updates, stop, netlink.LinkSubscribeOptions{
		Namespace: &s.ns, ListExisting: true,
	})
	if err != nil {
		return fmt.Errorf("watch ports: %w", err)
	}
	defer func() {
		close(stop)
		for range updates { // ends with the subscription
		}
	}()
	for len(waiting) > 0 {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %d ports to come up: %w", len(waiting), context.Cause(ctx))
		case u, ok := <-updates:
			if !ok {
				return errors.New("watch ports: subscription ended")
			}
			if u.Attrs().OperState == netlink.OperUp {
				delete(waiting, u.Attrs().Index)
			}
		}
	}
	return nil
}
