package scenario

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/viplab/viplab/lab/forge"
	"github.com/viplab/viplab/lab/timeline"
)

// Send sends forged advertisements, and waits until they are sent.
type Send struct {
	// From is the interface that they leave by, NODE:INTERFACE.
	From string `yaml:"from" json:"from"`
	// Advert is what is sent.
	Advert forge.Advert `yaml:"advert" json:"advert"`
	// Count is how many, default 1.
	Count int `yaml:"count,omitempty" json:"count,omitempty"`
	// Every is the interval between them; default none.
	Every time.Duration `yaml:"every,omitempty" json:"every,omitempty"`
}

// Wait waits for a moment between two advertisements, or between two health
// checks of a server.
type Wait struct {
	// Node is whose next advertisement of VRID, or whose next check, is waited for.
	Node string `yaml:"node" json:"node"`
	VRID int    `yaml:"vrid,omitempty" json:"vrid,omitempty"`
	// Check is the server whose check is waited for: 192.0.2.11:80, with port 0 a
	// ping of it.
	Check string `yaml:"check,omitempty" json:"check,omitempty"`
	// After is how long after it the moment is.
	After time.Duration `yaml:"after,omitempty" json:"after,omitempty"`
}

// ErrSilent says that a packet that was waited for did not come.
var ErrSilent = errors.New("nothing came")

func (r *runner) send(ctx context.Context, s *Send) (err error) {
	node, iface, err := r.split(s.From, ":")
	if err != nil {
		return err
	}
	n, err := r.lab.Node(node)
	if err != nil {
		return err
	}
	sender, err := forge.Open(n, iface)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sender.Close()) }()
	return sender.Send(ctx, s.Advert, max(s.Count, 1), s.Every)
}

// wait waits for the next advertisement or check, for as long as a step may last, and
// then until the moment after it.
func (r *runner) wait(ctx context.Context, w *Wait) error {
	ctx, cancel := context.WithTimeoutCause(ctx, defaultWithin,
		fmt.Errorf("%w from %s for %s: %s", ErrSilent, w.Node, defaultWithin, w.what()))
	defer cancel()
	for seen := len(r.lab.Recorder.Events()); ; {
		more := r.lab.Recorder.More()
		events := r.lab.Recorder.Events()
		for i := range events[seen:] {
			if e := &events[seen+i]; w.is(e) {
				return r.until(ctx, e.At.Add(w.After))
			}
		}
		seen = len(events)
		select {
		case <-more:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (w *Wait) what() string {
	if w.Check != "" {
		return "a check of " + w.Check
	}
	return fmt.Sprintf("an advertisement of VRID %d", w.VRID)
}

func (w *Wait) is(e *timeline.Event) bool {
	if w.Check != "" {
		if e.Node != w.Node || e.Frame == nil {
			return false
		}
		server, ok := e.Frame.Question()
		return ok && server.String() == w.Check
	}
	return e.Node == w.Node && e.Frame != nil && e.Frame.VRRP != nil &&
		e.Frame.VRRP.VRID == w.VRID && e.Frame.VRRP.Priority > 0
}

// until waits for a moment on the lab's clock.
func (r *runner) until(ctx context.Context, t timeline.Time) error {
	timer := time.NewTimer(t.Sub(r.lab.Recorder.Now()))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
