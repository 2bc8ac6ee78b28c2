package ipvs

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// explain puts the error of this package in front of an errno that means the
// same for every command.
func explain(err error) error {
	for errno, meaning := range map[unix.Errno]error{
		unix.EPERM:           ErrPermission,
		unix.EEXIST:          ErrExists,
		unix.ESRCH:           ErrNotFound,
		unix.ENOENT:          ErrNotFound,
		unix.EOPNOTSUPP:      ErrUnsupported,
		unix.ENOPROTOOPT:     ErrUnsupported,
		unix.EPROTONOSUPPORT: ErrUnsupported,
		unix.EAFNOSUPPORT:    ErrUnsupported,
		unix.EINVAL:          ErrInvalid,
		unix.ERANGE:          ErrInvalid,
	} {
		if errors.Is(err, errno) {
			return fmt.Errorf("%w (%w)", meaning, err)
		}
	}
	return err
}

// reason is why the kernel refused a change (ip_vs_ctl.c: ip_vs_genl_set_cmd
// and what it calls).
func (s *socket) reason(c *Change, err error) error {
	service := c.Op == AddService || c.Op == EditService
	switch {
	case service && errors.Is(err, unix.ENOENT):
		return s.missing(&c.Service, err)
	case errors.Is(err, unix.EAFNOSUPPORT):
		return fmt.Errorf("%w: it has no IPv6 (%w)", ErrUnsupported, err)
	case c.Op.ofServer() && errors.Is(err, unix.ESRCH):
		return fmt.Errorf("service %w (%w)", ErrNotFound, err)
	case !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ERANGE):
		return explain(err)
	}
	if why := fault(c); why != "" {
		return fmt.Errorf("%w: %s (%w)", ErrInvalid, why, err)
	}
	return explain(err)
}

// missing finds out which of scheduler and persistence engine the kernel does
// not have.
func (s *socket) missing(v *Service, err error) error {
	if has, e := s.hasScheduler(v.Scheduler); v.Engine == "" || e == nil && !has {
		return fmt.Errorf("%w: %s (%w)", ErrNoScheduler, v.Scheduler, err)
	}
	return fmt.Errorf("%w: %s (%w)", ErrNoEngine, v.Engine, err)
}

// fault says which value of c the kernel does not take; nothing if none stands
// out.
func fault(c *Change) string {
	const longestName = 15
	switch s, key := c.Server.Normal(), c.Service.Key.normal(); {
	case key.Mark == 0 && !key.Address.IsValid():
		return "a service needs an address or a mark"
	case !c.Op.ofServer() && len(c.Service.Scheduler) > longestName:
		return "the scheduler's name is too long"
	case !c.Op.ofServer() && len(c.Service.Engine) > longestName:
		return "the persistence engine's name is too long"
	case !c.Op.ofServer():
		return ""
	case s.Lower > s.Upper:
		return "the lower limit of connections is above the upper one"
	case s.Weight < 0:
		return "the weight is negative"
	case s.Forward.Method == conf.TUN && s.Forward.Tunnel == conf.GUE && s.Forward.Port == 0:
		return "a GUE tunnel needs a port"
	case s.Address.Addr().Is4() != (key.Family == conf.IPv4) && s.Forward.Method != conf.TUN:
		return "a server of the other address family needs TUN"
	case s.Address.Addr().Is4() != (key.Family == conf.IPv4):
		return "no server of the other address family while a sync daemon runs"
	case !s.Address.Addr().IsGlobalUnicast() && !s.Address.Addr().IsLoopback():
		return "the server's address is none of a host"
	}
	return ""
}
