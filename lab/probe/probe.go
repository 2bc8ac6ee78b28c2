// Package probe is what clients of a lab see: HTTP requests, pings and ARP
// queries from a node, each with its outcome on the timeline.
package probe

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/vishvananda/netns"

	"github.com/viplab/viplab/lab/timeline"
)

// Node is where a client runs, as probes need it.
type Node interface {
	// Do runs a function on a thread in the node's network namespace: sockets that
	// it opens belong to the node.
	Do(f func() error) error
	Net() netns.NsHandle
}

// Client asks from one node.
type Client struct {
	Name     string // the node's name, for the timeline
	Node     Node
	Recorder *timeline.Recorder
	// Ports are shared by the clients of a lab; nil: the kernel chooses.
	Ports *Ports
}

// Target is what is asked. Exactly one of HTTP, Ping and ARP is set.
type Target struct {
	HTTP string     // a URL with an IP address for a host
	Ping netip.Addr // IPv4 or IPv6
	ARP  netip.Addr // IPv4
	// Keep asks over one connection (HTTP).
	Keep bool
	// Timeout of one request, DefaultTimeout if zero.
	Timeout time.Duration
}

// Defaults of series and requests.
const (
	DefaultTimeout  = time.Second
	DefaultInterval = 100 * time.Millisecond
)

// asker asks once and says what came of it. It is not for concurrent use unless
// it says so.
type asker interface {
	// ask fills in the outcome of request n.
	ask(ctx context.Context, n int, p *timeline.Probe)
	close() error
}

// open makes ready to ask.
func (c *Client) open(t Target) (asker, timeline.Probe, error) {
	switch {
	case t.HTTP != "":
		u, err := url.Parse(t.HTTP)
		if err != nil {
			return nil, timeline.Probe{}, fmt.Errorf("probe URL: %w", err)
		}
		return newHTTP(c.Node, c.Ports, u, t.Keep), timeline.Probe{Proto: "http", Target: t.HTTP}, nil
	case t.Ping.IsValid():
		a, err := newPing(c.Node, t.Ping)
		return a, timeline.Probe{Proto: "ping", Target: t.Ping.String()}, err
	default:
		a, err := newARP(c.Node, t.ARP)
		return a, timeline.Probe{Proto: "arp", Target: t.ARP.String()}, err
	}
}

// Request asks count times, one after the other, and records each outcome under
// name. An outcome that is a failure is no error.
func (c *Client) Request(ctx context.Context, name string, t Target, count int) error {
	a, blank, err := c.open(t)
	if err != nil {
		return fmt.Errorf("probe %s from %s: %w", name, c.Name, err)
	}
	defer a.close()
	blank.Name = name
	for n := 1; n <= count && ctx.Err() == nil; n++ {
		c.once(ctx, a, blank, n, t.Timeout)
	}
	return context.Cause(ctx)
}

// Series asks every interval (DefaultInterval if zero) until ctx ends. Requests
// do not wait for each other: a client that gets no answer is not the last one.
// It returns when the last request is recorded.
func (c *Client) Series(ctx context.Context, name string, t Target, interval time.Duration) error {
	if interval == 0 {
		interval = DefaultInterval
	}
	a, blank, err := c.open(t)
	if err != nil {
		return fmt.Errorf("probe %s from %s: %w", name, c.Name, err)
	}
	defer a.close()
	blank.Name = name
	tick := time.NewTicker(interval)
	defer tick.Stop()
	var asked sync.WaitGroup
	defer asked.Wait()
	for n := 1; ; n++ {
		asked.Go(func() { c.once(ctx, a, blank, n, t.Timeout) })
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// once asks and records. A request that the end of ctx cuts off is not recorded:
// nobody knows what would have come of it.
func (c *Client) once(ctx context.Context, a asker, p timeline.Probe, n int, timeout time.Duration) {
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	p.Seq, p.Sent = n, c.Recorder.Now()
	a.ask(limited, n, &p)
	if ctx.Err() != nil && !p.OK {
		return
	}
	now := c.Recorder.Now()
	p.Latency = now.Sub(p.Sent).Seconds()
	c.Recorder.Record(timeline.Event{At: now, Kind: timeline.KindProbe, Node: c.Name, Probe: &p})
}
