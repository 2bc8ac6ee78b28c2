package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"errors"
)

// jitter is by how much the time between two adverts of a Master differs from
// its advert interval.
func jitter(ctx context.Context, h *host, p pace) ([]time.Duration, error) {
	w, err := h.openWire()
	if err != nil {
		return nil, err
	}
	defer w.close()
	if err := w.settle(ctx, p.routers); err != nil {
		return nil, err
	}
	last := map[uint8]time.Time{}
	var list []time.Duration
	if err := w.file.SetReadDeadline(time.Now().Add(p.span)); err != nil {
		return nil, fmt.Errorf("set deadline: %w", err)
	}
	for ctx.Err() == nil {
		s, err := w.next()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		if s.ours {
			continue
		}
		if before, ok := last[s.vrid]; ok {
			list = append(list, (s.at.Sub(before) - p.interval).Abs())
		}
		last[s.vrid] = s.at
	}
	return list, ctx.Err()
}

// settle waits until all routers of the near end have sent two adverts: what
// belongs to their start is over then.
func (w *wire) settle(ctx context.Context, routers int) error {
	limit, _ := ctx.Deadline()
	if err := w.file.SetReadDeadline(limit); err != nil {
		return fmt.Errorf("set deadline: %w", err)
	}
	count := map[uint8]int{}
	for ready := 0; ready < routers; {
		s, err := w.next()
		if err != nil {
			return fmt.Errorf("wait for adverts of %d routers, %d have come: %w", routers, ready, err)
		}
		if s.ours {
			continue
		}
		if count[s.vrid]++; count[s.vrid] == 2 {
			ready++
		}
	}
	return nil
}
