package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// daemon is one of those compared.
type daemon struct{ name, path string }

// running is a daemon at work on a host.
type running struct {
	cmd  *exec.Cmd
	log  string
	done chan error
}

// start runs d on h with virtual routers of VRRP version 3: per interface, from
// VRID 1 on.
func (d daemon) start(h *host, routers, priority int, interval time.Duration) (*running, error) {
	file := filepath.Join(h.config, "keepalived.conf")
	if err := os.WriteFile(file, []byte(configuration(routers, priority, interval)), 0o600); err != nil {
		return nil, fmt.Errorf("write configuration: %w", err)
	}
	log, err := os.Create(filepath.Join(h.config, "log"))
	if err != nil {
		return nil, fmt.Errorf("create log: %w", err)
	}
	defer log.Close()
	at := func(name string) string { return filepath.Join(h.config, name) }
	r := &running{log: log.Name(), done: make(chan error, 1)}
	r.cmd = exec.Command(d.path, "-n", "-l", "-P", "-f", file, "-p", at("main.pid"), "-r", at("vrrp.pid"))
	r.cmd.Stdout, r.cmd.Stderr = log, log
	if err := onThread(h.near, r.cmd.Start); err != nil {
		return nil, fmt.Errorf("start %s: %w", d.name, err)
	}
	go func() { r.done <- r.cmd.Wait() }()
	return r, nil
}

// stop ends the daemon in order.
func (r *running) stop() error {
	err := r.cmd.Process.Signal(unix.SIGTERM)
	select {
	case <-r.done:
		return nil
	case <-time.After(15 * time.Second):
		return errors.Join(err, r.cmd.Process.Kill(), fmt.Errorf("the daemon did not end in 15 s: %w", <-r.done))
	}
}

// perLink is how many virtual routers an interface takes.
const perLink = 250

// configuration has routers virtual routers on eth0, eth1 ...
func configuration(routers, priority int, interval time.Duration) string {
	var b strings.Builder
	b.WriteString("global_defs {\n    router_id timing\n    vrrp_version 3\n}\n")
	state := "BACKUP"
	if priority == 255 {
		state = "MASTER"
	}
	for n := range routers {
		link, vrid := n/perLink, n%perLink+1
		fmt.Fprintf(&b, `vrrp_instance V%d {
    state %s
    interface eth%d
    virtual_router_id %d
    priority %d
    advert_int %g
    virtual_ipaddress {
        10.%d.1.%d/32
    }
}
`, n, state, link, vrid, priority, interval.Seconds(), link, vrid)
	}
	return b.String()
}

// sideBySide measures all daemons at the same time.
func sideBySide(ctx context.Context, daemons []daemon, load string, p pace, m measurement) ([][]time.Duration, error) {
	if load == "busy" {
		stop, err := hog()
		if err != nil {
			return nil, err
		}
		defer stop()
	}
	got, errs := make([][]time.Duration, len(daemons)), make(chan error, len(daemons))
	for n, d := range daemons {
		go func() {
			var err error
			got[n], err = d.measure(ctx, load, p, m)
			errs <- err
		}()
	}
	var all error
	for range daemons {
		all = errors.Join(all, <-errs)
	}
	return got, all
}

func (d daemon) measure(ctx context.Context, load string, p pace, m measurement) (list []time.Duration, err error) {
	h, err := newHost(1)
	if err != nil {
		return nil, err
	}
	defer h.close()
	h.load = load
	r, err := d.start(h, p.routers, m.priority, p.interval)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.stop()) }()
	ctx, cancel := context.WithTimeout(ctx, p.span+15*time.Second)
	defer cancel()
	if load == "flood" {
		stop, err := flood(h)
		if err != nil {
			return nil, err
		}
		defer stop()
	}
	list, err = m.do(ctx, h, p)
	if err != nil {
		text, _ := os.ReadFile(r.log)
		err = fmt.Errorf("%s: %w\n%s", d.name, err, text[max(0, len(text)-2000):])
	}
	return list, err
}
