package capture

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/internal/nsthread"
	"github.com/viplab/viplab/lab/timeline"
)

// Watcher records the links, addresses and neighbours of a node's kernel: first
// what is there, then every change.
type Watcher struct {
	pump *pump
	rec  *timeline.Recorder
	node string

	// What follows is guarded by pump.mu.
	state *kernelState
	stage uint16 // the dump under way: RTM_GETLINK, RTM_GETADDR, RTM_GETNEIGH or 0
	again bool   // messages were lost meanwhile: the dump must be repeated
	buf   []byte
}

// Watch begins to watch the network namespace ns of node. What is there at the
// call is recorded when it returns; nothing that happens later is missed.
func Watch(ns netns.NsHandle, node string, rec *timeline.Recorder) (*Watcher, error) {
	w := &Watcher{rec: rec, node: node, state: newKernelState(), buf: make([]byte, 1<<16)}
	fd := -1
	if err := nsthread.Net(ns, func() (err error) {
		fd, err = openRouteSocket()
		return err
	}); err != nil {
		return nil, fmt.Errorf("watch kernel of %s: %w", node, err)
	}
	p, err := newPump(fd, "rtnetlink socket", w.drain)
	if err != nil {
		return nil, err
	}
	w.pump = p
	p.run()
	// The kernel writes a dump as it is read: one drain takes all of it in.
	if err := errors.Join(w.dump(), p.sync()); err != nil {
		return nil, errors.Join(fmt.Errorf("watch kernel of %s: %w", node, err), p.close(nil))
	}
	return w, nil
}

// Sync returns when all changes that were made before the call are recorded.
func (w *Watcher) Sync() error { return w.pump.sync() }

// Close does what Sync does and ends the watching. It may be called twice.
func (w *Watcher) Close() error { return w.pump.close(nil) }

func (w *Watcher) dump() error {
	var err error
	if e := w.pump.raw.Control(func(fd uintptr) {
		w.pump.mu.Lock()
		defer w.pump.mu.Unlock()
		err = w.redump(int(fd))
	}); e != nil {
		return e
	}
	return err
}

// redump asks for everything once more; a dump under way is let finish first.
func (w *Watcher) redump(fd int) error {
	if w.stage != 0 {
		w.again = true
		return nil
	}
	w.again = false
	w.state.beginDump()
	w.stage = unix.RTM_GETLINK
	return requestDump(fd, unix.RTM_GETLINK)
}

func (w *Watcher) drain(fd int) error {
	for {
		n, from, err := unix.Recvfrom(fd, w.buf, unix.MSG_DONTWAIT)
		switch {
		case errors.Is(err, unix.EAGAIN):
			return nil
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.ENOBUFS): // the queue was full: changes are lost
			err = w.redump(fd)
		case err == nil && fromKernel(from):
			err = w.take(fd, w.buf[:n])
		}
		if err != nil {
			return fmt.Errorf("watch kernel of %s: %w", w.node, err)
		}
	}
}

func fromKernel(from unix.Sockaddr) bool {
	sa, ok := from.(*unix.SockaddrNetlink)
	return ok && sa.Pid == 0
}

func (w *Watcher) take(fd int, data []byte) error {
	msgs, err := syscall.ParseNetlinkMessage(data)
	if err != nil {
		return fmt.Errorf("parse rtnetlink message: %w", err)
	}
	at := w.rec.Now()
	for _, m := range msgs {
		if m.Header.Flags&unix.NLM_F_DUMP_INTR != 0 {
			w.again = true
		}
		events, err := w.message(fd, unix.NlMsghdr(m.Header), m.Data)
		if err != nil {
			return err
		}
		for _, e := range events {
			e.At, e.Node = at, w.node
			w.rec.Record(e)
		}
	}
	return nil
}

func (w *Watcher) message(fd int, hdr unix.NlMsghdr, data []byte) ([]timeline.Event, error) {
	switch hdr.Type {
	case unix.RTM_NEWLINK:
		if index, l, ok := parseLink(hdr, data); ok {
			return w.state.setLink(index, l), nil
		}
	case unix.RTM_DELLINK:
		if index, _, ok := parseLink(hdr, data); ok {
			return w.state.dropLink(index), nil
		}
	case unix.RTM_NEWADDR:
		if index, a, ok := parseAddress(data); ok {
			return w.state.setAddress(index, a), nil
		}
	case unix.RTM_DELADDR:
		if index, a, ok := parseAddress(data); ok {
			return w.state.dropAddress(index, a.Prefix), nil
		}
	case unix.RTM_NEWNEIGH:
		if index, n, ok := parseNeighbour(data); ok {
			return w.state.setNeighbour(index, n), nil
		}
	case unix.RTM_DELNEIGH:
		if index, n, ok := parseNeighbour(data); ok {
			return w.state.dropNeighbour(index, n.Address), nil
		}
	case unix.NLMSG_DONE:
		return w.dumped(fd)
	case unix.NLMSG_ERROR:
		if len(data) >= 4 {
			if errno := -int32(nativeUint32(data)); errno != 0 {
				return nil, fmt.Errorf("dump: %w", unix.Errno(errno))
			}
		}
	}
	return nil, nil
}

// dumped goes on to the addresses after the links, then to the neighbours, and
// then sweeps, or starts anew when messages were lost meanwhile.
func (w *Watcher) dumped(fd int) ([]timeline.Event, error) {
	switch w.stage {
	case unix.RTM_GETLINK:
		w.stage = unix.RTM_GETADDR
	case unix.RTM_GETADDR:
		w.stage = unix.RTM_GETNEIGH
	default:
		w.stage = 0
	}
	if w.stage != 0 {
		return nil, requestDump(fd, int(w.stage))
	}
	if w.again {
		return nil, w.redump(fd)
	}
	return w.state.endDump(), nil
}
