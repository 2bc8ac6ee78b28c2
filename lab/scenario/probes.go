package scenario

import (
	"context"
	"fmt"
	"sync"

	"github.com/viplab/viplab/lab/probe"
	"github.com/viplab/viplab/lab/timeline"
)

// startProbes starts the scenario's clients. They ask until ctx ends; the
// function that it returns waits until the last answer is recorded.
func (r *runner) startProbes(ctx context.Context) (wait func(), err error) {
	var all sync.WaitGroup
	for name, p := range r.scenario.Probes {
		client, err := r.client(p.From)
		if err != nil {
			return nil, fmt.Errorf("probe %s: %w", name, err)
		}
		target := probe.Target{HTTP: p.HTTP, Ping: p.Ping, ARP: p.ARP, Keep: p.Keep, Timeout: p.Timeout}
		all.Go(func() {
			if err := client.Series(ctx, name, target, p.Every); err != nil {
				r.lab.Recorder.Record(timeline.Event{Kind: timeline.KindLog, Node: p.From, Log: &timeline.Log{
					Source: "viplab", Severity: "err", Text: err.Error(),
				}})
			}
		})
	}
	return all.Wait, nil
}

// request sends a step's own requests.
func (r *runner) request(ctx context.Context, q *Request) error {
	client, err := r.client(q.From)
	if err != nil {
		return err
	}
	return client.Request(ctx, q.Name, probe.Target{HTTP: q.HTTP, Ping: q.Ping, ARP: q.ARP}, max(q.Count, 1))
}

func (r *runner) client(from string) (*probe.Client, error) {
	n, err := r.lab.Node(from)
	if err != nil {
		return nil, err
	}
	return &probe.Client{Name: from, Node: n, Recorder: r.lab.Recorder, Ports: &r.ports}, nil
}
