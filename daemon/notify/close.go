package notify

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// apply makes c the configuration. Pipes that stay the same are kept open, so
// that readers lose nothing.
func (n *Notifier) apply(c Config) {
	before := n.channels
	if c.Accounts != n.conf.Accounts {
		n.retire(before)
		before = nil
	}
	var kept, gone []*channel
	for _, old := range before {
		if slices.ContainsFunc(c.FIFOs, old.conf.equal) {
			kept = append(kept, old)
		} else {
			gone = append(gone, old)
		}
	}
	n.retire(gone)
	n.conf, n.channels = c, nil
	for _, f := range c.FIFOs {
		if i := slices.IndexFunc(kept, func(old *channel) bool { return f.equal(old.conf) }); i >= 0 {
			n.channels = append(n.channels, kept[i])
		} else {
			n.channels = append(n.channels, n.openChannel(f))
		}
	}
	n.mail.set(c.Mail)
}

// retire closes channels without waiting for their scripts. Their pipes are
// gone at once, to make room for new ones.
func (n *Notifier) retire(list []*channel) {
	for _, c := range list {
		c.remove()
		n.retired.Go(func() { c.close(context.Background()) })
	}
}

// Close handles the events posted before. Then, all at a time, it lets the
// scripts of pipes read the last lines and ends them, removes the pipes, sends
// what mail it can, and closes the Runner, within little more than
// Options.StopLimit, or at once when ctx ends. The error is of a command that
// cannot be killed, or of ctx if events could not be handled before its end.
func (n *Notifier) Close(ctx context.Context) error {
	if !n.closed.Swap(true) {
		close(n.stopping)
	}
	select {
	case <-n.done:
	case <-ctx.Done(): // a program on a file system that does not answer
		return errors.Join(ctx.Err(), n.run.Close(ctx))
	}
	limit, cancel := context.WithTimeout(ctx, n.opt.StopLimit)
	defer cancel()
	var all sync.WaitGroup
	var stuck error
	for _, c := range n.channels {
		all.Go(func() { c.close(limit) })
	}
	all.Go(func() { n.mail.close(limit) })
	all.Go(func() { stuck = n.run.Close(ctx) })
	all.Wait()
	n.retired.Wait()
	return stuck
}
