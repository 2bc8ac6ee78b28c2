package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/viplab/viplab/bench/internal/gauge"
)

// costs measures daemons one after the other with many Masters at 1 s adverts.
func (s *settings) costs(ctx context.Context, w io.Writer, daemons []daemon) error {
	title := fmt.Sprintf("\n%-24s %-36s %-36s %s\n", "cost (processes)", "vipd CPU/PSS/RSS", "keepalived CPU/PSS/RSS", "ratio CPU/PSS")
	for _, routers := range []int{1, 100, 1000} {
		name := fmt.Sprintf("cost/%d", routers)
		if !strings.Contains(name, s.only) {
			continue
		}
		var got []gauge.Cost
		span := time.Duration(30 * s.factor * float64(time.Second))
		for _, d := range daemons {
			c, err := d.cost(ctx, routers, span)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", name, d.name, err)
			}
			got = append(got, c)
		}
		fmt.Fprint(w, title)
		title = ""
		text := func(c gauge.Cost) string {
			return fmt.Sprintf("%7.3f %% %7.1f MiB %7.1f MiB (%d)", 100*c.CPU.Seconds()/span.Seconds(), float64(c.PSS)/1024, float64(c.RSS)/1024, c.Processes)
		}
		fmt.Fprintf(w, "%-24s %-36s %-36s %5.2f %5.2f\n", name, text(got[0]), text(got[1]),
			got[0].CPU.Seconds()/got[1].CPU.Seconds(), float64(got[0].PSS)/float64(got[1].PSS))
	}
	return nil
}

func (d daemon) cost(ctx context.Context, routers int, span time.Duration) (c gauge.Cost, err error) {
	h, err := newHost((routers + perLink - 1) / perLink)
	if err != nil {
		return c, err
	}
	defer h.close()
	r, err := d.start(h, routers, 255, time.Second)
	if err != nil {
		return c, err
	}
	defer func() {
		if e := r.Stop(); err == nil {
			err = e
		}
	}()
	if err := h.ready(ctx, routers); err != nil {
		return c, err
	}
	if err := gauge.Sleep(ctx, 12*time.Second); err != nil { // past the second burst of GARP
		return c, err
	}
	before, err := gauge.Tree(r.PID())
	if err != nil {
		return c, err
	}
	if err := gauge.Sleep(ctx, span); err != nil {
		return c, err
	}
	c, err = gauge.Tree(r.PID())
	c.CPU -= before.CPU
	return c, err
}

// ready waits until the first interface's routers advertise.
func (h *host) ready(ctx context.Context, routers int) error {
	w, err := h.openWire()
	if err != nil {
		return err
	}
	defer w.close()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return w.settle(ctx, min(routers, perLink))
}
