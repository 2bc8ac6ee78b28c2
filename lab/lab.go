// Package lab runs topologies: it builds their nodes and networks, starts their
// services, does faults to them, and records all that happens on one timeline.
//
// A lab needs a kernel that it may build namespaces in. In a test, call Main
// from TestMain and Start from the test; both take care of where that is.
package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/ha"
	"github.com/viplab/viplab/lab/kernel"
	"github.com/viplab/viplab/lab/network"
	"github.com/viplab/viplab/lab/node"
	"github.com/viplab/viplab/lab/timeline"
	"github.com/viplab/viplab/lab/topology"
)

// Options is how a topology is run. The zero value runs it without an HA daemon
// and keeps its timeline in memory only.
type Options struct {
	// Daemon is what the ha services run, but for those of the nodes that Daemons
	// names.
	Daemon  ha.Daemon
	Daemons map[string]ha.Daemon
	// Dir gets timeline.ndjson, capture.pcapng and logs/NODE/SERVICE.log while
	// the lab runs; it must exist. Empty: nothing is written.
	Dir string
	// Directors are nodes whose IPVS table is watched, besides those whose
	// configuration has virtual servers.
	Directors []string
	// Calibration is how exact the clock is; measured, which takes a quarter of a
	// second of lab time, if it is zero.
	Calibration kernel.Calibration
}

// Lab is a running topology. Its methods are safe for use by many goroutines.
type Lab struct {
	Topology *topology.Topology
	Recorder *timeline.Recorder

	options Options
	start   time.Time
	info    timeline.Info
	sw      *network.Switch
	nodes   map[string]*host
	eyes    *eyes
	configs map[string]*conf.Config
	closers []io.Closer
	// life ends with Close, and with it everything that runs beside the lab.
	life context.Context
	end  context.CancelFunc
	side sync.WaitGroup

	mu    sync.Mutex
	heals []*healing
}

// host is a node with what the lab has put on it.
type host struct {
	*node.Node
	spec     *topology.Node
	ports    map[string]port // by interface
	services map[string]*supervised
}

// port is a node's port in the switch.
type port struct {
	name, network string
	index         int
}

// ErrUnknown says that a lab has no such node, service or interface.
var ErrUnknown = errors.New("not in this topology")

// Open builds a topology and starts its services, but for those that are
// manual. On error nothing of it is left.
//
// It fills in the topology's defaults. A topology that was made in Go is checked
// as a file is: the error is then topology.Diagnostics.
func Open(ctx context.Context, top *topology.Topology, o Options) (_ *Lab, err error) {
	l := &Lab{
		Topology: top, options: o, start: time.Now(),
		nodes: make(map[string]*host), configs: make(map[string]*conf.Config),
	}
	l.life, l.end = context.WithCancel(context.WithoutCancel(ctx))
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("open lab %s: %w", top.Name, err), l.Close())
		}
	}()
	top.FillDefaults()
	if err := top.Validate(); err != nil {
		return nil, err
	}
	if err := l.readConfigs(); err != nil {
		return nil, err
	}
	if err := l.record(ctx); err != nil {
		return nil, err
	}
	if err := l.build(ctx); err != nil {
		return nil, err
	}
	return l, l.startServices(ctx)
}

// readConfigs parses what the daemons will read: expectations are judged by it.
func (l *Lab) readConfigs() error {
	for _, n := range l.Topology.HANodes() {
		c, err := ReadConfig(l.Topology, n)
		if err != nil {
			return err
		}
		l.configs[n.Node] = c
	}
	return nil
}

// ReadConfig parses a node's configuration as the daemon there does: with the
// node's files, and its host name as the configuration's ID. Mistakes in it are
// the daemon's to find, so that only a file that cannot be read at all is an
// error.
func ReadConfig(t *topology.Topology, n topology.HANode) (*conf.Config, error) {
	files, err := t.FileSystem(n.Node)
	if err != nil {
		return nil, fmt.Errorf("files of %s: %w", n.Node, err)
	}
	id, _, _ := strings.Cut(t.Nodes[n.Node].Hostname, ".")
	c, err := conf.Loader{ConfigID: id}.Parse(files, n.Config)
	if c == nil {
		return nil, fmt.Errorf("configuration of %s: %w", n.Node, err)
	}
	return c, nil
}

// startServices starts what is not manual, node by node.
func (l *Lab) startServices(ctx context.Context) error {
	for _, name := range l.Nodes() {
		spec := l.nodes[name].spec
		for _, service := range spec.ServiceNames() {
			if spec.Services[service].Manual {
				continue
			}
			if err := l.StartService(ctx, name, service); err != nil {
				return err
			}
		}
	}
	return nil
}

// record opens the timeline and says on it where this runs.
func (l *Lab) record(ctx context.Context) error {
	var out io.Writer
	if l.options.Dir != "" {
		f, err := os.Create(filepath.Join(l.options.Dir, "timeline.ndjson"))
		if err != nil {
			return fmt.Errorf("open timeline: %w", err)
		}
		l.closers = append(l.closers, f)
		out = f
	}
	l.Recorder = timeline.NewRecorder(func() timeline.Time { return timeline.Time(time.Since(l.start)) }, out)
	here, _ := kernel.Current()
	calibration := l.options.Calibration
	if calibration.Waits == 0 {
		var err error
		if calibration, err = kernel.Calibrate(ctx); err != nil {
			return fmt.Errorf("calibrate the clock: %w", err)
		}
	}
	cast := l.cast()
	l.info = timeline.Info{
		Lab: l.Topology.Name, Daemon: cast.Name(), Version: cast.Version(),
		Backend: string(here.Backend), Release: here.Release, Clock: string(here.Clock), IPVS: here.Has("ipvs"),
		SchedulerError: calibration.Max.Seconds(),
	}
	l.Recorder.Record(timeline.Event{Kind: timeline.KindInfo, Info: &l.info})
	return nil
}

// daemon is what the ha service of a node runs.
func (l *Lab) daemon(node string) ha.Daemon {
	if d, ok := l.options.Daemons[node]; ok {
		return d
	}
	return l.options.Daemon
}

// cast is what the nodes run, one name where it is the same on all of them.
func (l *Lab) cast() ha.Cast {
	var c ha.Cast
	for _, n := range l.Topology.HANodes() {
		c = append(c, l.daemon(n.Node))
	}
	return c.Fold()
}

// Info says where the lab runs.
func (l *Lab) Info() timeline.Info { return l.info }

// Nodes lists the nodes, in order.
func (l *Lab) Nodes() []string { return l.Topology.NodeNames() }

// Node returns a node; the error wraps ErrUnknown.
func (l *Lab) Node(name string) (*node.Node, error) {
	h, err := l.host(name)
	if err != nil {
		return nil, err
	}
	return h.Node, nil
}

func (l *Lab) host(name string) (*host, error) {
	if h, ok := l.nodes[name]; ok {
		return h, nil
	}
	return nil, fmt.Errorf("node %q: %w", name, ErrUnknown)
}

// Close ends the lab: every process, and everything that the kernel holds for
// it. It returns the first errors of recording, too.
func (l *Lab) Close() error {
	l.end()
	var errs []error
	if l.eyes != nil {
		errs = append(errs, l.eyes.close())
	}
	for _, h := range l.nodes {
		errs = append(errs, h.Close())
	}
	l.side.Wait()
	if l.sw != nil {
		errs = append(errs, l.sw.Close())
	}
	if l.Recorder != nil {
		errs = append(errs, l.Recorder.Err())
	}
	for _, c := range slices.Backward(l.closers) {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
