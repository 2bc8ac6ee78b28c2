package lab

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/viplab/viplab/lab/capture"
)

// tableInterval is how often a director's IPVS table is looked at, in lab time:
// the kernel tells nobody when it changes.
const tableInterval = 50 * time.Millisecond

// watcher is one thing that watches a lab. Sync takes a look now; Close takes a
// last one.
type watcher interface {
	Sync() error
	Close() error
}

// eyes is all that watches a lab: the wire, and the kernel and logs of each node.
type eyes struct {
	frames *capture.Frames
	nodes  []watcher
}

// watch begins to watch the ports of the switch and the kernel and the logs of
// every node. Nothing must be up yet.
func (l *Lab) watch() (_ *eyes, err error) {
	e := &eyes{}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.close())
		}
	}()
	file, err := l.captureFile()
	if err != nil {
		return nil, err
	}
	if e.frames, err = capture.OpenFrames(l.sw.Namespace(), l.Recorder, file); err != nil {
		return nil, fmt.Errorf("capture frames: %w", err)
	}
	for _, name := range l.Nodes() {
		if err := l.watchNode(e, name, l.nodes[name]); err != nil {
			return nil, fmt.Errorf("watch %s: %w", name, err)
		}
	}
	return e, nil
}

// captureFile opens the file for the frames; nil where none is wanted.
func (l *Lab) captureFile() (io.Writer, error) {
	if l.options.Dir == "" {
		return nil, nil
	}
	f, err := os.Create(filepath.Join(l.options.Dir, "capture.pcapng"))
	if err != nil {
		return nil, fmt.Errorf("open capture: %w", err)
	}
	l.closers = append(l.closers, f)
	return f, nil
}

func (l *Lab) watchNode(e *eyes, name string, h *host) error {
	for iface, p := range h.ports {
		err := e.frames.AddPort(capture.Port{Index: p.index, Node: name, Interface: iface, Network: p.network})
		if err != nil {
			return err
		}
	}
	w, err := capture.Watch(h.Net(), name, l.Recorder)
	if err != nil {
		return err
	}
	e.nodes = append(e.nodes, w)
	logs, err := l.listen(name, h)
	if err != nil {
		return err
	}
	files, err := watchLogFolder(name, h, l.Recorder)
	if err != nil {
		return errors.Join(err, logs.Close())
	}
	// What comes by syslog is written to files: they are looked at after it.
	e.nodes = append(e.nodes, logs, files)
	if !l.info.IPVS || !l.isDirector(name) {
		return nil
	}
	t, err := capture.WatchIPVS(h.Net(), name, tableInterval, l.Recorder)
	if err != nil {
		return err
	}
	e.nodes = append(e.nodes, t)
	return nil
}

func (l *Lab) isDirector(node string) bool {
	c := l.configs[node]
	return c != nil && len(c.VirtualServers) > 0 || slices.Contains(l.options.Directors, node)
}

// Sync returns when everything that has happened by now is on the timeline.
func (l *Lab) Sync() {
	if err := l.eyes.sync(); err != nil {
		l.trouble("", err)
	}
}

// sync looks at the nodes first: what they send meanwhile is on the wire then.
func (e *eyes) sync() error {
	var errs []error
	for _, w := range e.nodes {
		errs = append(errs, w.Sync())
	}
	return errors.Join(append(errs, e.frames.Sync())...)
}

func (e *eyes) close() error {
	var errs []error
	for _, w := range e.nodes {
		errs = append(errs, w.Close())
	}
	if e.frames != nil {
		errs = append(errs, e.frames.Close())
	}
	return errors.Join(errs...)
}
