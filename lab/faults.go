package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/fault"
	"github.com/viplab/viplab/lab/timeline"
)

// healing is an injected fault that may still have to heal.
type healing struct {
	once sync.Once
	heal fault.Heal
}

// Inject does a fault to the lab. The heal that it returns heals once, however
// often it is called; what is not healed by then, HealAll heals.
func (l *Lab) Inject(ctx context.Context, f fault.Fault) (fault.Heal, error) {
	l.mark(f, timeline.Begin)
	undo, err := f.Inject(ctx, system{l})
	if err != nil {
		return nil, fmt.Errorf("inject %s on %s: %w", f.Name(), f.Target(), err)
	}
	h := &healing{}
	h.heal = func(ctx context.Context) (err error) {
		h.once.Do(func() {
			l.mark(f, timeline.End)
			if err = undo(ctx); err != nil {
				err = fmt.Errorf("heal %s on %s: %w", f.Name(), f.Target(), err)
			}
		})
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heals = append(l.heals, h)
	return h.heal, nil
}

func (l *Lab) mark(f fault.Fault, phase timeline.Phase) {
	l.eyes.frames.Note(fmt.Sprintf("fault %s on %s: %s", f.Name(), f.Target(), phase))
	l.Recorder.Record(timeline.Event{
		Kind: timeline.KindFault, Fault: &timeline.Fault{Name: f.Name(), Target: f.Target(), Phase: phase},
	})
}

// Step marks, on the timeline and among the captured frames, where a scenario's
// step begins or ends.
func (l *Lab) Step(s timeline.Step) {
	l.eyes.frames.Note(fmt.Sprintf("step %d (%s): %s", s.Index+1, s.Name, s.Phase))
	l.Recorder.Record(timeline.Event{Kind: timeline.KindStep, Step: &s})
}

// HealAll heals every fault that is not healed yet, the latest first.
func (l *Lab) HealAll(ctx context.Context) error {
	l.mu.Lock()
	heals := l.heals
	l.heals = nil
	l.mu.Unlock()
	var errs []error
	for _, h := range slices.Backward(heals) {
		errs = append(errs, h.heal(ctx))
	}
	return errors.Join(errs...)
}

// system is the lab as faults see it.
type system struct{ l *Lab }

var _ fault.System = system{}

func (s system) StartService(ctx context.Context, node, service string) error {
	return s.l.StartService(ctx, node, service)
}

func (s system) StopService(ctx context.Context, node, service string) error {
	return s.l.StopService(ctx, node, service)
}

func (s system) Process(node, service string) (fault.Process, error) {
	svc, err := s.l.service(node, service)
	if err != nil {
		return nil, err
	}
	p := svc.process()
	if p == nil {
		return nil, fmt.Errorf("%s/%s: %w", node, service, fault.ErrNotRunning)
	}
	return p, nil
}

func (s system) ConfigFile(node, service string) (string, error) {
	svc, err := s.l.service(node, service)
	if err != nil {
		return "", err
	}
	if svc.spec.HA == nil {
		return "", fmt.Errorf("%s/%s is no ha service: %w", node, service, ErrUnknown)
	}
	return svc.spec.HA.Config, nil
}

func (s system) ReadFile(node, path string) (data []byte, err error) {
	h, err := s.l.host(node)
	if err != nil {
		return nil, err
	}
	err = h.Do(func() error {
		data, err = os.ReadFile(path)
		return err
	})
	return data, err
}

func (s system) WriteFile(node, path string, data []byte) error {
	h, err := s.l.host(node)
	if err != nil {
		return err
	}
	return h.Do(func() error { return os.WriteFile(path, data, 0o644) })
}

func (s system) SetLink(node, iface string, up bool) error {
	h, err := s.l.host(node)
	if err != nil {
		return err
	}
	link, err := netlink.NewHandleAt(h.Net(), unix.NETLINK_ROUTE)
	if err != nil {
		return fmt.Errorf("open netlink on %s: %w", node, err)
	}
	defer link.Close()
	dev, err := link.LinkByName(iface)
	if err != nil {
		return fmt.Errorf("interface %s of %s: %w", iface, node, err)
	}
	if up {
		return link.LinkSetUp(dev)
	}
	return link.LinkSetDown(dev)
}

func (s system) SetPort(node, iface string, up bool) error {
	p, err := s.port(node, iface)
	if err != nil {
		return err
	}
	return s.l.sw.SetPort(p.name, up)
}

func (s system) AttachPort(node, iface string, attached bool) error {
	p, err := s.port(node, iface)
	if err != nil {
		return err
	}
	if attached {
		return s.l.sw.Attach(p.name, p.network)
	}
	return s.l.sw.Detach(p.name)
}

func (s system) port(node, iface string) (port, error) {
	h, err := s.l.host(node)
	if err != nil {
		return port{}, err
	}
	p, ok := h.ports[iface]
	if !ok {
		return port{}, fmt.Errorf("interface %s of %s has no cable: %w", iface, node, ErrUnknown)
	}
	return p, nil
}
