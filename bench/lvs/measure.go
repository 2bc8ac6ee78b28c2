package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/viplab/viplab/bench/internal/gauge"
	"github.com/viplab/viplab/daemon/ipvs"
)

const (
	// poll is how often the table is looked at, which costs little: one service
	// that is not complete.
	poll = 5 * time.Millisecond
	// beat is how often the door is emptied.
	beat = 50 * time.Millisecond
	// limit is for what takes seconds.
	limit = 3 * time.Minute
)

// measure runs a daemon several times until its table is complete, and measures
// the last.
func (s *settings) measure(ctx context.Context, d daemon, r *result) (err error) {
	f, err := newFarm(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	for n := range s.starts {
		if err := s.once(ctx, f, d, r, n == s.starts-1); err != nil {
			return err
		}
	}
	return nil
}

// once starts a daemon and stops it again.
func (s *settings) once(ctx context.Context, f *farm, d daemon, r *result, whole bool) (err error) {
	if err := errors.Join(s.write(f.config(), 1), f.table.Flush()); err != nil {
		return err
	}
	started := time.Now()
	p, err := d.start(f)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, p.Tail())
		}
		err = errors.Join(err, p.Stop())
	}()
	if err := f.await(ctx, s.complete(f)); err != nil {
		return fmt.Errorf("wait for a complete table: %w", err)
	}
	r.starts = append(r.starts, time.Since(started))
	say(d, "the table is complete after %v", time.Since(started))
	if !whole {
		return nil
	}
	if err := s.steady(ctx, f, p, r); err != nil {
		return err
	}
	say(d, "the steady state has been measured")
	for n := range s.reloads {
		took, err := s.reload(ctx, f, p, n+2)
		if err != nil {
			return fmt.Errorf("reload: %w", err)
		}
		r.reloads = append(r.reloads, took)
		say(d, "reloaded in %v", took)
	}
	return nil
}

// say tells whoever waits how far it has come.
func say(d daemon, format string, args ...any) {
	fmt.Fprintf(os.Stderr, "lvs: %s: %s\n", d.name, fmt.Sprintf(format, args...))
}

// await asks done every poll until it is true, and lets checks in meanwhile.
func (f *farm) await(ctx context.Context, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for next := time.Now(); ; {
		if ok, err := done(); ok || err != nil {
			return err
		}
		if err := gauge.Sleep(ctx, poll); err != nil {
			return err
		}
		if time.Now().After(next) {
			if _, err := f.door.empty(nil); err != nil {
				return err
			}
			next = time.Now().Add(beat)
		}
	}
}

// complete finds out whether every real server is in the table with a weight. It
// remembers which services were.
func (s size) complete(f *farm) func() (bool, error) {
	n := 0
	return func() (bool, error) {
		for ; n < s.services; n++ {
			list, err := f.table.Servers(service(n))
			if err != nil {
				return false, err
			}
			if len(list) < s.each || slices.ContainsFunc(list, func(e ipvs.ServerEntry) bool { return e.Weight == 0 }) {
				return false, nil
			}
		}
		return true, nil
	}
}

// steady measures cost and lateness after all checks have begun.
func (s *settings) steady(ctx context.Context, f *farm, p *gauge.Daemon, r *result) error {
	if _, err := f.watch(ctx, 4*s.delay+2*time.Second); err != nil {
		return err
	}
	before, err := gauge.Tree(p.PID())
	if err != nil {
		return err
	}
	idle, err := gauge.Idle()
	if err != nil {
		return err
	}
	began := time.Now()
	list, err := f.watch(ctx, s.span)
	if err != nil {
		return err
	}
	stillIdle, err := gauge.Idle()
	if err != nil {
		return err
	}
	r.idle += stillIdle - idle
	after, err := gauge.Tree(p.PID())
	if err != nil {
		return err
	}
	r.span += time.Since(began)
	r.cpu += after.CPU - before.CPU
	r.cost = after
	r.checks += len(list)
	late, busiest := lateness(list, s.delay)
	r.late, r.busiest = append(r.late, late...), max(r.busiest, busiest)
	if ok, err := s.complete(f)(); err != nil || !ok {
		return errors.Join(err, errors.New("real servers were taken out"))
	}
	return nil
}

// watch lets checks in for a time and returns them.
func (f *farm) watch(ctx context.Context, d time.Duration) (list []visit, err error) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		if err := gauge.Sleep(ctx, beat); err != nil {
			return nil, err
		}
		if list, err = f.door.empty(list); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// lateness is by how much the time between two checks of a server exceeds delay,
// and how many checks at most began within a hundredth of it.
func lateness(list []visit, delay time.Duration) (late []time.Duration, busiest int) {
	slices.SortFunc(list, func(a, b visit) int { return a.at.Compare(b.at) })
	last := map[netip.Addr]time.Time{}
	first := 0
	for i, v := range list {
		if before, ok := last[v.server]; ok {
			late = append(late, v.at.Sub(before)-delay)
		}
		last[v.server] = v.at
		for v.at.Sub(list[first].at) > delay/100 {
			first++
		}
		busiest = max(busiest, i-first+1)
	}
	return late, busiest
}

// reload changes the weight of the last server in the file and measures how long
// it takes from the signal until the kernel has it.
func (s *settings) reload(ctx context.Context, f *farm, p *gauge.Daemon, weight int) (time.Duration, error) {
	if err := s.write(f.config(), weight); err != nil {
		return 0, err
	}
	if _, err := f.watch(ctx, s.delay+time.Second); err != nil {
		return 0, err
	}
	began := time.Now()
	if err := p.Reload(); err != nil {
		return 0, err
	}
	last := server(s.services-1, s.each-1)
	err := f.await(ctx, func() (bool, error) {
		list, err := f.table.Servers(service(s.services - 1))
		return slices.ContainsFunc(list, func(e ipvs.ServerEntry) bool { return e.Address.Addr() == last && e.Weight == weight }), err
	})
	return time.Since(began), err
}
