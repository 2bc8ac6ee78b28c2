package kernel

import (
	"encoding/binary"
	"io"
	"sync"
	"time"
)

// spoolWindow is how many pieces of input may wait for a guest.
const spoolWindow = 64

// spool puts the input into files of a guest's run folder. It reads ahead, so
// that a guest on a virtual clock, whose time runs away while it waits, finds
// what is there from the start.
type spool struct {
	dir     string
	from    io.Reader
	changed chan struct{} // there are more pieces
	room    chan struct{} // the guest took some
	full    chan struct{} // closed when the window is full or the input has ended
	stopped chan struct{}
	stop    sync.Once
	fill    sync.Once
	reader  sync.WaitGroup

	mu             sync.Mutex
	written, acked int64
	err            error
}

func newSpool(dir string, from io.Reader) *spool {
	s := &spool{dir: dir, from: from, changed: make(chan struct{}, 1), room: make(chan struct{}, 1),
		full: make(chan struct{}), stopped: make(chan struct{})}
	if from == nil {
		s.add(nil)
		return s
	}
	s.reader.Go(func() { readUntil(from, s.stopped, s.add) })
	return s
}

// add writes one piece, the empty one at the end, and reports whether to go on.
func (s *spool) add(piece []byte) bool {
	s.mu.Lock()
	for s.written-s.acked >= spoolWindow {
		s.mu.Unlock()
		s.fill.Do(func() { close(s.full) })
		select {
		case <-s.room:
		case <-s.stopped:
			return false
		}
		s.mu.Lock()
	}
	defer s.mu.Unlock()
	if s.err = writePiece(s.dir, s.written, piece); s.err != nil {
		piece = nil
	} else {
		s.written++
		poke(s.changed)
	}
	if len(piece) == 0 {
		s.fill.Do(func() { close(s.full) })
	}
	return len(piece) > 0
}

// ahead waits until the spool is full or the input has ended, but not longer
// than patience, and returns how many pieces there are.
func (s *spool) ahead(patience time.Duration) (int64, error) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-s.full:
	case <-timer.C:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.written, s.err
}

func (s *spool) taken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = removePiece(s.dir, s.acked) // the folder's end removes what this does not
	s.acked++
	poke(s.room)
}

func (s *spool) feed(send func(frameKind, []byte) error, over <-chan struct{}) {
	defer s.close()
	for {
		select {
		case <-s.changed:
			s.mu.Lock()
			count := binary.LittleEndian.AppendUint64(nil, uint64(s.written))
			s.mu.Unlock()
			if send(framePieces, count) != nil {
				return
			}
		case <-over:
			return
		}
	}
}

func (s *spool) close() {
	s.stop.Do(func() { close(s.stopped) })
	if canInterrupt(s.from) {
		s.reader.Wait()
	}
}
