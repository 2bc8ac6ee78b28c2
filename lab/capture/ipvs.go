package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
	"unsafe"

	"github.com/moby/ipvs"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/internal/nsthread"
	"github.com/viplab/viplab/lab/timeline"
)

// ErrNoIPVS says that the kernel has no IPVS and cannot load it.
var ErrNoIPVS = errors.New("kernel has no IPVS")

// DefaultIPVSInterval is how often a director's table is looked at.
const DefaultIPVSInterval = 50 * time.Millisecond

// IPVS records the changes of a director's IPVS table.
//
// The kernel tells nobody of such changes, so that the table is sampled: an
// event is late by up to an interval, and what comes and goes in between is not
// seen. A sample is one read of /proc/net/ip_vs; the whole table is asked for
// by netlink only when that has changed.
type IPVS struct {
	rec    *timeline.Recorder
	node   string
	thread *nsthread.Thread
	pump   *pump
	proc   *os.File
	fd     uintptr // of proc

	// What follows is guarded by pump.mu.
	handle *ipvs.Handle // opened at the first change
	text   []byte       // of the last good sample, less counters
	buf    []byte
	table  ipvsTable
	err    error // of the last sample
}

// WatchIPVS begins to sample the table of node's network namespace ns, first
// before it returns and then every interval of lab time; 0 is
// DefaultIPVSInterval. It returns ErrNoIPVS where the kernel has none.
func WatchIPVS(ns netns.NsHandle, node string, interval time.Duration, rec *timeline.Recorder) (*IPVS, error) {
	thread, err := nsthread.New(ns)
	if err != nil {
		return nil, err
	}
	w := &IPVS{rec: rec, node: node, thread: thread, table: ipvsTable{}}
	if err := thread.Do(w.open); err != nil {
		thread.Close()
		return nil, fmt.Errorf("watch IPVS of %s: %w", node, err)
	}
	if interval == 0 {
		interval = DefaultIPVSInterval
	}
	if w.pump, err = newTicker(interval, w.drain); err != nil {
		thread.Close()
		return nil, errors.Join(err, w.proc.Close())
	}
	w.pump.run()
	if err := w.Sample(); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// open opens the table of the thread's namespace, after having the kernel load
// the module where IPVS is one: asking for its netlink family does.
func (w *IPVS) open() error {
	const path = "/proc/thread-self/net/ip_vs"
	var err error
	w.proc, err = os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := netlink.GenlFamilyGet("IPVS"); err != nil {
			return ErrNoIPVS
		}
		if w.proc, err = os.Open(path); errors.Is(err, fs.ErrNotExist) {
			return ErrNoIPVS
		}
	}
	if err != nil {
		return err
	}
	w.fd = w.proc.Fd()
	return nil
}

// drain takes a sample, whether the timer or somebody asked for it. A failure
// is recorded, once a series, as a missing event must not look like a table
// that did not change; the next sample may succeed again.
func (w *IPVS) drain(timer int) error {
	clearTicker(timer)
	said := w.err != nil
	if w.err = w.sample(); w.err != nil && !said {
		w.rec.Record(timeline.Event{Kind: timeline.KindLog, Node: w.node, Log: &timeline.Log{
			Source: "capture", Severity: "err", Text: w.err.Error(),
		}})
	}
	return nil
}

func (w *IPVS) sample() error {
	at := w.rec.Now()
	text, err := w.read()
	if err != nil {
		return fmt.Errorf("sample IPVS of %s: %w", w.node, err)
	}
	if bytes.Equal(text, w.text) {
		return nil
	}
	next, err := w.dump()
	if err != nil {
		return fmt.Errorf("sample IPVS of %s: %w", w.node, err)
	}
	for _, row := range w.table.diff(next) {
		w.rec.Record(timeline.Event{At: at, Kind: timeline.KindIPVS, Node: w.node, IPVS: &row})
	}
	w.table, w.text = next, append(w.text[:0], text...)
	return nil
}

// Sample looks at the table now, records what has changed, and returns the
// error of doing so.
func (w *IPVS) Sample() error {
	if err := w.pump.sync(); err != nil {
		return err
	}
	w.pump.mu.Lock()
	defer w.pump.mu.Unlock()
	return w.err
}

// Sync is Sample, by the name that all sources share.
func (w *IPVS) Sync() error { return w.Sample() }

// Close takes a last sample and ends the sampling. It may be called twice.
func (w *IPVS) Close() error {
	err := w.pump.close(nil)
	w.thread.Close()
	w.pump.mu.Lock()
	defer w.pump.mu.Unlock()
	if w.proc == nil {
		return nil
	}
	if w.handle != nil {
		w.handle.Close()
	}
	err = errors.Join(err, w.err, w.proc.Close())
	w.proc = nil
	return err
}

// read returns the table's text less its counters, in a buffer that the next
// read uses again. Only a read of nothing tells the end: /proc gives a service
// with all its servers at once, or, where they have no room, not yet.
//
// The reads are raw system calls, as they cannot block: plain ones let the Go
// scheduler look after them, which costs a guest more than the calls.
func (w *IPVS) read() ([]byte, error) {
	for n := 0; ; {
		if len(w.buf)-n < os.Getpagesize() {
			w.buf = append(w.buf, make([]byte, len(w.buf)+2*os.Getpagesize())...)
		}
		m, _, errno := unix.RawSyscall6(unix.SYS_PREAD64, w.fd, uintptr(unsafe.Pointer(&w.buf[n])), uintptr(len(w.buf)-n), uintptr(n), 0, 0)
		if errno != 0 {
			return nil, fmt.Errorf("read table: %w", errno)
		}
		if m == 0 {
			return withoutCounters(w.buf[:n]), nil
		}
		n += int(m)
	}
}

// dump asks for the whole table. A service that goes while its destinations are
// asked for is left out; so is it from the next sample's text.
func (w *IPVS) dump() (ipvsTable, error) {
	if w.handle == nil {
		if err := w.thread.Do(w.openHandle); err != nil {
			return nil, err
		}
	}
	services, err := w.handle.GetServices()
	if err != nil {
		return nil, fmt.Errorf("get services: %w", err)
	}
	table := ipvsTable{}
	for _, s := range services {
		destinations, err := w.handle.GetDestinations(s)
		if errors.Is(err, unix.ESRCH) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("get destinations of %s: %w", serviceName(s), err)
		}
		row := serviceRow(s)
		table.add(row)
		for _, d := range destinations {
			table.add(destinationRow(row.Service, d))
		}
	}
	return table, nil
}

// openHandle runs on the namespace's thread: without a path, the handle's
// socket is of the namespace that the thread is in.
func (w *IPVS) openHandle() (err error) {
	if w.handle, err = ipvs.New(""); err != nil {
		w.handle = nil
		return fmt.Errorf("open IPVS handle: %w", err)
	}
	return nil
}
