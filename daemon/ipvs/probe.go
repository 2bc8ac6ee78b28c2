package ipvs

import (
	"errors"
	"fmt"
	"math"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// SchedulerNames are those that kernels have.
func SchedulerNames() []string {
	return []string{"rr", "wrr", "lc", "wlc", "lblc", "lblcr", "sh", "dh", "sed", "nq", "fo", "ovf", "mh", "twos"}
}

// Schedulers asks which of SchedulerNames the kernel has. One that is a module
// is loaded by that.
func (c *Conn) Schedulers() ([]string, error) {
	var list []string
	for _, name := range SchedulerNames() {
		has, err := c.HasScheduler(name)
		if err != nil {
			return nil, err
		}
		if has {
			list = append(list, name)
		}
	}
	return list, nil
}

// HasScheduler asks whether the kernel has a scheduler. If it is a module, it is
// loaded.
func (c *Conn) HasScheduler(name string) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.s.hasScheduler(name)
}

// HasEngine asks whether the kernel has a persistence engine. If it is a module,
// it is loaded.
func (c *Conn) HasEngine(name string) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	const noScheduler = "none" // the kernel's word
	has, err := c.s.tryService(&Service{Scheduler: noScheduler, Engine: name})
	if err != nil {
		return false, fmt.Errorf("ask for persistence engine %s: %w", name, explain(err))
	}
	return has, nil
}

func (s *socket) hasScheduler(name string) (bool, error) {
	has, err := s.tryService(&Service{Scheduler: name})
	if err != nil {
		return false, fmt.Errorf("ask for scheduler %s: %w", name, explain(err))
	}
	return has, nil
}

// tryService reports whether the kernel has the scheduler and engine of v. It
// looks for them first when a service is added (ip_vs_add_service), so that one
// with an impossible IPv6 prefix tells and is never there.
func (s *socket) tryService(v *Service) (bool, error) {
	v.Key = Key{Family: conf.IPv6, Mark: math.MaxUint32}
	err := s.ask(cmdNewService, 0, func(e *encoder) {
		at := e.nest(attrService)
		e.service(v) // not in normal form: the prefix is 0
		e.endNest(at)
	}, nil)
	switch {
	case errors.Is(err, unix.ENOENT):
		return false, nil
	case errors.Is(err, unix.EINVAL):
		return true, nil
	case errors.Is(err, unix.EAFNOSUPPORT):
		return s.tryServiceIPv4(v)
	case err == nil:
		return true, s.remove(v.Key)
	}
	return false, err
}

// tryServiceIPv4 is tryService where the kernel has no IPv6: the service is there
// for a moment, with a mark that nobody has.
func (s *socket) tryServiceIPv4(v *Service) (bool, error) {
	probe := *v
	for probe.Key = (Key{Family: conf.IPv4, Mark: math.MaxUint32}); ; probe.Mark-- {
		_, errs := s.batch([]Change{{Op: AddService, Service: probe}})
		switch err := errs[0]; {
		case errors.Is(err, unix.ENOENT):
			return false, nil
		case errors.Is(err, unix.EEXIST):
			continue
		case err != nil:
			return false, err
		}
		return true, s.remove(probe.Key)
	}
}

func (s *socket) remove(k Key) error {
	_, errs := s.batch([]Change{{Op: RemoveService, Service: Service{Key: k}}})
	return errs[0]
}
