package lab

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"time"

	"github.com/viplab/viplab/lab/service/hostile"
	"github.com/viplab/viplab/lab/topology"
)

// A hostile service takes orders a moment after its process has begun.
const (
	orderPause    = 10 * time.Millisecond
	orderPatience = 5 * time.Second
)

// Behave has a hostile service behave so from now on. One that has just been
// started is waited for.
func (l *Lab) Behave(ctx context.Context, node, name string, m topology.Manner) error {
	s, err := l.service(node, name)
	if err != nil {
		return err
	}
	h, err := l.host(node)
	if err != nil {
		return err
	}
	if s.spec.Hostile == nil {
		return fmt.Errorf("%s/%s is no hostile service", node, name)
	}
	ctx, cancel := context.WithTimeout(ctx, orderPatience)
	defer cancel()
	for {
		err = h.Do(func() error { return hostile.Ask(hostile.Socket(name), m) })
		early := errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED)
		if !early || s.process() == nil || pause(ctx, orderPause) != nil {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("tell %s/%s to %s: %w", node, name, m.Do, err)
	}
	return nil
}
