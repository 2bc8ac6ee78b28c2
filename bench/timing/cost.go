package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// cost is what a daemon and its children take.
type cost struct {
	cpu       time.Duration
	pss, rss  int64 // KiB; pages that processes share count once in pss
	processes int
}

// costs measures daemons one after the other with many Masters at 1 s adverts.
func (s *settings) costs(ctx context.Context, w io.Writer, daemons []daemon) error {
	title := fmt.Sprintf("\n%-24s %-36s %-36s %s\n", "cost (processes)", "vipd CPU/PSS/RSS", "keepalived CPU/PSS/RSS", "ratio CPU/PSS")
	for _, routers := range []int{1, 100, 1000} {
		name := fmt.Sprintf("cost/%d", routers)
		if !strings.Contains(name, s.only) {
			continue
		}
		var got []cost
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
		text := func(c cost) string {
			return fmt.Sprintf("%7.3f %% %7.1f MiB %7.1f MiB (%d)", 100*c.cpu.Seconds()/span.Seconds(), float64(c.pss)/1024, float64(c.rss)/1024, c.processes)
		}
		fmt.Fprintf(w, "%-24s %-36s %-36s %5.2f %5.2f\n", name, text(got[0]), text(got[1]),
			got[0].cpu.Seconds()/got[1].cpu.Seconds(), float64(got[0].pss)/float64(got[1].pss))
	}
	return nil
}

func (d daemon) cost(ctx context.Context, routers int, span time.Duration) (c cost, err error) {
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
		if e := r.stop(); err == nil {
			err = e
		}
	}()
	if err := h.ready(ctx, routers); err != nil {
		return c, err
	}
	if err := sleep(ctx, 12*time.Second); err != nil { // past the second burst of GARP
		return c, err
	}
	before, err := tree(r.cmd.Process.Pid)
	if err != nil {
		return c, err
	}
	if err := sleep(ctx, span); err != nil {
		return c, err
	}
	c, err = tree(r.cmd.Process.Pid)
	c.cpu -= before.cpu
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

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tree adds up a process and all below it.
func tree(pid int) (c cost, err error) {
	if err := c.add(pid); err != nil {
		return c, err
	}
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return c, err
	}
	for _, file := range lists {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // a thread that has ended
		}
		for _, f := range strings.Fields(string(text)) {
			child, err := strconv.Atoi(f)
			if err != nil {
				return c, fmt.Errorf("read %s: %w", file, err)
			}
			sub, err := tree(child)
			if err != nil {
				return c, err
			}
			c.cpu, c.pss, c.rss, c.processes = c.cpu+sub.cpu, c.pss+sub.pss, c.rss+sub.rss, c.processes+sub.processes
		}
	}
	return c, nil
}

// add reads what one process has used (proc(5)): nanoseconds of its threads
// from schedstat, memory from smaps_rollup.
func (c *cost) add(pid int) error {
	c.processes++
	stats, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil {
		return err
	}
	for _, file := range stats {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		var ns int64
		if _, err := fmt.Sscan(string(text), &ns); err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
		c.cpu += time.Duration(ns)
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return fmt.Errorf("read memory: %w", err)
	}
	for line := range bytes.Lines(text) {
		var kib int64
		if _, err := fmt.Sscanf(string(line), "Pss: %d kB", &kib); err == nil {
			c.pss += kib
		}
		if _, err := fmt.Sscanf(string(line), "Rss: %d kB", &kib); err == nil {
			c.rss += kib
		}
	}
	return nil
}
