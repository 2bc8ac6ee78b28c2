package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/viplab/viplab/bench/internal/gauge"
)

// daemon is one of those compared.
type daemon struct{ name, path string }

// start runs d on h with virtual routers of VRRP version 3: per interface, from
// VRID 1 on.
func (d daemon) start(h *host, routers, priority int, interval time.Duration) (*gauge.Daemon, error) {
	file := filepath.Join(h.config, "keepalived.conf")
	if err := os.WriteFile(file, []byte(configuration(routers, priority, interval)), 0o600); err != nil {
		return nil, fmt.Errorf("write configuration: %w", err)
	}
	at := func(name string) string { return filepath.Join(h.config, name) }
	return gauge.Start(h.near, at("log"), d.path, "-n", "-l", "-P", "-f", file, "-p", at("main.pid"), "-r", at("vrrp.pid"))
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
	defer func() { err = errors.Join(err, r.Stop()) }()
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
		err = fmt.Errorf("%s: %w\n%s", d.name, err, r.Tail())
	}
	return list, err
}
