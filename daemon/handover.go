package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/child"
	"github.com/viplab/viplab/daemon/conf"
)

// receiver is a child that is to take a configuration.
type receiver struct {
	process *child.Process
	done    <-chan struct{} // closed when its end has been dealt with
}

// handOver has the children in list take cfg. If one does not, those that have
// get back what they had before. A child that does not answer is killed: it is
// started again with what was before.
func (s *supervisor) handOver(ctx context.Context, list []receiver, before, cfg *conf.Config) error {
	text, err := child.Memory(cfg)
	if err != nil {
		return err
	}
	defer text.Close()
	for n, p := range list {
		err := s.deliver(ctx, p, text)
		if err == nil {
			continue
		}
		old, err2 := child.Memory(before)
		if err2 != nil {
			return errors.Join(err, err2)
		}
		defer old.Close()
		for _, p := range list[:n] {
			err = errors.Join(err, s.deliver(ctx, p, old))
		}
		return err
	}
	return nil
}

// deliver has a child take a configuration. Where it fails because the child
// dies, it returns when that has been dealt with.
func (s *supervisor) deliver(ctx context.Context, r receiver, text *os.File) error {
	ctx, cancel := context.WithTimeout(ctx, s.limits.reload)
	defer cancel()
	err := r.process.Reload(ctx, text)
	switch {
	case errors.Is(err, child.ErrGone):
		<-r.done
	case errors.Is(err, context.DeadlineExceeded):
		r.process.Signal(unix.SIGKILL)
		<-r.done
		return fmt.Errorf("process %d does not answer: it was killed", r.process.PID())
	}
	return err
}
