package kernel

import (
	"encoding/binary"
	"fmt"
	"os"
	"sync"
)

// outputWindow is how much output a guest may be ahead of its host's reader.
const outputWindow = 64 << 20

// eventLog sends frames to the host: on the host's kernel through a pipe, in a
// guest by appending to a file of the host. A file, because a guest that had to
// wait for a full pipe would see its virtual clock run away meanwhile.
type eventLog struct {
	file *os.File

	mu       sync.Mutex
	room     sync.Cond
	sent     int64
	consumed int64
}

func newEventLog(file *os.File) *eventLog {
	l := &eventLog{file: file}
	l.room.L = &l.mu
	return l
}

// emit sends one frame. When it returns, the host can read it: hostfs writes
// through (hostfs_write_end in fs/hostfs/hostfs_kern.c).
func (l *eventLog) emit(kind frameKind, payload []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.send(kind, payload)
}

// emitOutput is emit for output, which waits while the host is too far behind.
func (l *eventLog) emitOutput(kind frameKind, payload []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.sent-l.consumed > outputWindow {
		l.room.Wait()
	}
	return l.send(kind, payload)
}

func (l *eventLog) send(kind frameKind, payload []byte) error {
	if err := writeFrame(l.file, kind, payload); err != nil {
		return fmt.Errorf("send frame %q: %w", kind, err)
	}
	l.sent += int64(frameHeader + len(payload))
	return nil
}

// setConsumed takes the host's word on how much it has read.
func (l *eventLog) setConsumed(payload []byte) {
	if len(payload) != 8 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.consumed = int64(binary.LittleEndian.Uint64(payload))
	l.room.Broadcast()
}
