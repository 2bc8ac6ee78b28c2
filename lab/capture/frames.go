package capture

import (
	"fmt"
	"io"
	"time"

	"github.com/vishvananda/netns"

	"github.com/viplab/viplab/lab/internal/nsthread"
	"github.com/viplab/viplab/lab/timeline"
)

// Port is a port of a lab's switch: the end that stays there of the veth pair
// whose other end is Node's Interface.
type Port struct {
	Index     int // interface index in the switch's namespace
	Node      string
	Interface string
	Network   string
}

// String names the port as the capture file does: "web1:eth0@lan".
func (p Port) String() string { return p.Node + ":" + p.Interface + "@" + p.Network }

// Frames captures every frame on the ports of a switch. Frames that enter the
// switch become events of the node behind the port; these and those that leave
// it go to the capture file.
//
// Times are the kernel's, taken as it handed the frame to the port.
type Frames struct {
	rec    *timeline.Recorder
	pump   *pump
	batch  *batch
	decode *Decoder
	clock  *wallClock

	// What follows is guarded by pump.mu.
	ports  map[int]openPort
	ids    map[string]int // interfaces of the capture file, by their name
	pcap   *pcapWriter    // nil when no file is wanted
	seen   int
	missed int
}

type openPort struct {
	Port
	id int
}

// OpenFrames begins to listen in the network namespace sw. Events go to rec,
// whose clock must be the kernel's CLOCK_MONOTONIC less a constant. If pcap is
// not nil it gets pcapng, flushed after each batch. Ports are told with AddPort
// before they carry traffic; frames on other interfaces (the bridges) are left
// out. It needs CAP_NET_RAW in the namespace.
func OpenFrames(sw netns.NsHandle, rec *timeline.Recorder, pcap io.Writer) (*Frames, error) {
	f := &Frames{
		rec:    rec,
		batch:  newBatch(),
		decode: NewDecoder(),
		clock:  newWallClock(rec.Now, realtime),
		ports:  make(map[int]openPort),
		ids:    make(map[string]int),
	}
	if pcap != nil {
		var err error
		if f.pcap, err = newPcapWriter(pcap); err != nil {
			return nil, err
		}
	}
	fd := -1
	if err := nsthread.Net(sw, func() (err error) {
		fd, err = openPacketSocket()
		return err
	}); err != nil {
		return nil, err
	}
	p, err := newPump(fd, "packet socket", f.drain)
	if err != nil {
		return nil, err
	}
	f.pump = p
	p.run()
	return f, nil
}

// AddPort tells whose frames come in on an interface of the switch. A port that
// comes back, with a new index, goes on under its name in the capture file.
func (f *Frames) AddPort(p Port) error {
	f.pump.mu.Lock()
	defer f.pump.mu.Unlock()
	id, known := f.ids[p.String()]
	if !known && f.pcap != nil {
		var err error
		if id, err = f.pcap.addInterface(p.String()); err != nil {
			return err
		}
		f.ids[p.String()] = id
	}
	f.ports[p.Index] = openPort{p, id}
	return nil
}

// RemovePort forgets an interface, after recording what it has carried.
func (f *Frames) RemovePort(index int) error {
	err := f.pump.sync()
	f.pump.mu.Lock()
	defer f.pump.mu.Unlock()
	delete(f.ports, index)
	return err
}

// Note writes a line into the capture file, between the frames, at the time of
// the call. Without a file it does nothing.
func (f *Frames) Note(text string) {
	if f.pcap == nil {
		return
	}
	_ = f.pump.sync() // what came before stands before; errors come out of Close
	f.pump.mu.Lock()
	defer f.pump.mu.Unlock()
	f.pcap.note(time.Unix(0, realtime()), text)
	f.pcap.flush()
}

// Sync returns when all frames that were on a port before the call are recorded
// and written. It returns the first error of the socket or of the file; events
// are recorded on after an error of the file.
func (f *Frames) Sync() error {
	if err := f.pump.sync(); err != nil {
		return err
	}
	f.pump.mu.Lock()
	defer f.pump.mu.Unlock()
	return f.fileError()
}

// Close does what Sync does, records as a log line of the lab how many frames
// were captured and how many the kernel had no room for, and ends the capture.
func (f *Frames) Close() error {
	missed := -1
	err := f.pump.close(func(fd int) {
		f.pump.mu.Lock()
		defer f.pump.mu.Unlock()
		if n, err := drops(fd); err == nil {
			f.missed += n
		}
		missed = f.missed
	})
	if missed < 0 {
		return err // closed before
	}
	f.pump.mu.Lock()
	defer f.pump.mu.Unlock()
	severity := "info"
	if missed > 0 {
		severity = "warning"
	}
	f.rec.Record(timeline.Event{Kind: timeline.KindLog, Log: &timeline.Log{
		Source: "capture", Severity: severity,
		Text: fmt.Sprintf("%d frames captured, %d missed", f.seen, missed),
	}})
	if err != nil {
		return err
	}
	return f.fileError()
}

func (f *Frames) fileError() error {
	if f.pcap == nil {
		return nil
	}
	return f.pcap.err
}

// drain takes in all frames that are there.
func (f *Frames) drain(fd int) error {
	for {
		f.clock.asking()
		n, err := f.batch.receive(fd)
		if n > 0 {
			f.clock.measure()
		}
		for i := range n {
			f.take(f.batch.frame(i))
		}
		if err != nil || n < batchSize {
			f.clock.emptied()
			if f.pcap != nil {
				f.pcap.flush()
			}
			return err
		}
	}
}

func (f *Frames) take(fr frame) {
	port, ok := f.ports[fr.index]
	if !ok {
		return
	}
	f.seen++
	if fr.stamp == 0 {
		fr.stamp = realtime()
	}
	if f.pcap != nil {
		f.pcap.packet(port.id, time.Unix(0, fr.stamp), fr.data, fr.length, !fr.outgoing)
	}
	if fr.outgoing {
		return
	}
	e := f.decode.Decode(fr.data, fr.length)
	e.Network, e.Port = port.Network, port.Interface
	f.rec.Record(timeline.Event{At: f.clock.at(fr.stamp), Kind: timeline.KindFrame, Node: port.Node, Frame: e})
}
