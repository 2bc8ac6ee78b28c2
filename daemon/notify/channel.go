package notify

import (
	"context"
	"slices"
)

// channel is a pipe with its script.
type channel struct {
	pipe
	reader *reader // nil: none
}

func (n *Notifier) openChannel(f FIFO) *channel {
	c := &channel{pipe: pipe{path: f.Path, accounts: n.conf.Accounts, conf: f, log: n.opt.Log, fd: -1}}
	c.mu.Lock()
	err := c.open()
	c.mu.Unlock()
	if err != nil {
		c.complain = err.Error()
		n.opt.Log.Printf("%v", err)
	}
	if f.Script.Given() {
		label, accounts := "script of pipe "+f.Path, n.conf.Accounts
		c.reader = &reader{run: n.run, label: label, pauses: n.pauses, command: func() (Command, error) {
			return accounts.Command(label, f.Path, &f.Script, f.Path)
		}}
		c.reader.start()
	}
	return c
}

// close gives the script a moment to read the last lines, ends it, and removes
// the pipe.
func (c *channel) close(ctx context.Context) {
	if c.reader != nil {
		c.awaitRead(ctx)
		c.reader.stop()
	}
	c.pipe.close()
}

func (c *channel) awaitRead(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lastLines)
	defer cancel()
	for c.unread() > 0 && sleep(ctx, unreadPoll) {
	}
}

func (f FIFO) equal(g FIFO) bool {
	return f.Path == g.Path && f.User == g.User && f.Group == g.Group && f.Content == g.Content &&
		f.Script.Line == g.Script.Line && f.Script.User == g.Script.User && f.Script.Group == g.Script.Group &&
		slices.Equal(f.Script.Args, g.Script.Args)
}
