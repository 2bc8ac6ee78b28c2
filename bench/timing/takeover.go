package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"
)

// backupPriority is that of the routers whose takeovers are measured.
const backupPriority = 200

// masterDown is Master_Down_Interval of RFC 5798 6.1.
func masterDown(interval time.Duration) time.Duration {
	return 3*interval + time.Duration(256-backupPriority)*interval/256
}

// rival is a Master that we play for one virtual router: it sends a few
// adverts, falls silent until the daemon takes over, and begins again.
type rival struct {
	frame []byte
	left  int       // adverts to send
	next  time.Time // when
	last  time.Time // when the last one left, by the kernel's clock
}

// round is how many adverts a rival sends before it falls silent.
const round = 3

// takeover is how much later than Master_Down_Interval after the last advert of
// a lost Master the daemon's first advert comes.
func takeover(ctx context.Context, h *host, p pace) ([]time.Duration, error) {
	w, err := h.openWire()
	if err != nil {
		return nil, err
	}
	defer w.close()
	rivals := map[uint8]*rival{}
	for n := range p.routers {
		frame, err := w.advert(uint8(n+1), 254, p.interval)
		if err != nil {
			return nil, fmt.Errorf("build advert: %w", err)
		}
		rivals[uint8(n+1)] = &rival{frame: frame}
	}
	var list []time.Duration
	for end := time.Now().Add(p.span); time.Now().Before(end) && ctx.Err() == nil; {
		next, err := w.play(rivals, p.interval)
		if err != nil {
			return nil, err
		}
		if next.After(end) {
			next = end
		}
		late, ok, err := w.listen(rivals, p.interval, next)
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, late)
		}
	}
	return list, ctx.Err()
}

// play sends what is due and returns when the next is.
func (w *wire) play(rivals map[uint8]*rival, interval time.Duration) (time.Time, error) {
	now := time.Now()
	next := now.Add(time.Second)
	for _, r := range rivals {
		if r.left > 0 && !r.next.After(now) {
			if err := w.send(r.frame); err != nil {
				return next, err
			}
			r.left--
			r.next = now.Add(interval)
		}
		if r.left > 0 && r.next.Before(next) {
			next = r.next
		}
	}
	return next, nil
}

// listen waits for an advert until a moment, and reports how late it was if it
// is that of a takeover.
func (w *wire) listen(rivals map[uint8]*rival, interval time.Duration, until time.Time) (late time.Duration, ok bool, err error) {
	if err := w.file.SetReadDeadline(until); err != nil {
		return 0, false, fmt.Errorf("set deadline: %w", err)
	}
	s, err := w.next()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	r := rivals[s.vrid]
	switch {
	case r == nil:
		return 0, false, nil
	case s.ours:
		r.last = s.at
		return 0, false, nil
	case r.left > 0:
		return 0, false, nil // its last words, or the rival's first
	}
	last := r.last
	r.last = time.Time{}
	r.left = round
	r.next = time.Now().Add(rand.N(interval)) // at any phase
	if last.IsZero() {
		return 0, false, nil
	}
	return s.at.Sub(last) - masterDown(interval), true, nil
}
