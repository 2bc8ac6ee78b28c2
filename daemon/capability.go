package daemon

import (
	"fmt"
	"io/fs"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/process"
)

// lackError says which privileges are missing, and what to do about it.
type lackError struct{ list []process.Capability }

func (e *lackError) Error() string {
	return fmt.Sprintf("vipd lacks %s: run it as root, by a systemd unit with AmbientCapabilities=, or after `setcap cap_net_admin,cap_net_raw+ep` on its file", process.Names(e.list))
}

func (e *lackError) Unwrap() error { return fs.ErrPermission }

// lacking returns a *lackError if the process is not permitted what virtual routers
// need in any case: raw sockets, and addresses. What else is missing is told by
// whoever tries it.
func lacking(cfg *conf.Config, o *Options) error {
	if !o.runsVRRP() || len(cfg.Instances) == 0 {
		return nil
	}
	list, err := process.Lacking(process.NetAdmin, process.NetRaw)
	if err != nil {
		return err
	}
	if len(list) > 0 {
		return &lackError{list}
	}
	return nil
}
