package checkd

import (
	"context"
	"time"

	"github.com/viplab/viplab/daemon/ipvs"
	"github.com/viplab/viplab/daemon/netns"
)

// openLimit bounds how long the kernel may take to load its module.
const openLimit = 15 * time.Second

// kernelTable is IPVS.
type kernelTable interface {
	Table() ([]ipvs.Entry, error)
	Apply([]ipvs.Change) []ipvs.Failure
	Flush() error
	SetTimeouts(ipvs.Timeouts) error
	Close() error
}

// opener opens IPVS in the namespace that it is wanted in.
type opener func(context.Context) (kernelTable, error)

// openKernel opens that of the network namespace that enter leads to; nil: the
// present one.
func openKernel(enter func() error) opener {
	return func(ctx context.Context) (kernelTable, error) {
		var c *ipvs.Conn
		err := netns.Within(enter, func() (err error) { c, err = ipvs.Open(ctx); return err })
		if err != nil {
			return nil, err
		}
		return c, nil
	}
}
