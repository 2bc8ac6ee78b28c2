package notify

import (
	"errors"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Bounds of what goes from commands to the log.
const (
	maxOutput  = 4 << 10 // bytes of a command
	maxLine    = 512     // bytes of a line; the rest makes the next one
	maxLines   = 100     // lines of a source within lineWindow
	lineWindow = time.Minute
	// maxCaptures is how many pipes may be open. A process that a command leaves
	// behind holds one for as long as it runs.
	maxCaptures = 512
	// drainPause keeps a command that prints without end from using up a
	// processor here: it may print a pipe full a millisecond.
	drainPause = time.Millisecond
	pipeSize   = 64 << 10 // what a pipe holds, bytes
	// lastOutput is how long the end waits for pipes that are still held open.
	lastOutput = 100 * time.Millisecond
)

// captures are the pipes that commands print to.
type captures struct {
	log     Logger
	budgets budgets

	mu     sync.Mutex
	closed bool
	open   map[*os.File]struct{}
	wg     sync.WaitGroup
}

func newCaptures(log Logger) *captures {
	return &captures{log: log, budgets: budgets{list: map[string]*budget{}, now: time.Now}, open: map[*os.File]struct{}{}}
}

// pipe returns what c is to print to, nil for nowhere: where that is wanted,
// and where pipes have run out.
func (k *captures) pipe(c Command, discard bool) *os.File {
	if discard {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed || len(k.open) >= maxCaptures {
		return nil
	}
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return nil
	}
	// Only our end must not block: a command would get EAGAIN.
	if err := unix.SetNonblock(fds[0], true); err != nil {
		_ = errors.Join(unix.Close(fds[0]), unix.Close(fds[1]))
		return nil
	}
	r, w := os.NewFile(uintptr(fds[0]), "output"), os.NewFile(uintptr(fds[1]), "output")
	k.open[r] = struct{}{}
	k.wg.Add(1)
	go k.drain(r, c)
	return w
}

// drain reads to the end, which comes when all who could write have ended.
func (k *captures) drain(r *os.File, c Command) {
	defer k.wg.Done()
	x := excerpt{left: maxOutput, line: func(text string) {
		switch n := k.budgets.take(c.Source); {
		case n <= maxLines:
			k.log.Printf("%s: %s", c.Label, text)
		case n == maxLines+1:
			k.log.Printf("%s: more than %d lines within %v, the rest is not shown", c.Label, maxLines, lineWindow)
		}
	}}
	buf := make([]byte, maxOutput)
	for {
		n, err := r.Read(buf)
		x.write(buf[:n])
		if err != nil {
			break
		}
		if x.dropped > 0 && len(buf) == maxOutput {
			buf = make([]byte, pipeSize)
		} else if n > pipeSize/2 {
			time.Sleep(drainPause)
		}
	}
	x.flush()
	if x.dropped > 0 {
		k.log.Printf("%s: %d more bytes of output are not shown", c.Label, x.dropped)
	}
	k.mu.Lock()
	delete(k.open, r)
	k.mu.Unlock()
	_ = r.Close()
}

// close waits for what commands have printed, and ends the reading where
// somebody could still print.
func (k *captures) close() {
	read := make(chan struct{})
	go func() {
		k.wg.Wait()
		close(read)
	}()
	k.mu.Lock()
	k.closed = true
	k.mu.Unlock()
	select {
	case <-read:
		return
	case <-time.After(lastOutput):
	}
	k.mu.Lock()
	for r := range k.open {
		_ = r.SetReadDeadline(time.Now().Add(-time.Second)) // a pipe has deadlines
	}
	k.mu.Unlock()
	<-read
}

// budgets bounds how many lines a source may log.
type budgets struct {
	mu   sync.Mutex
	list map[string]*budget
	now  func() time.Time
}

type budget struct {
	since time.Time
	used  int
}

// take counts a line of source and returns how many it has had within the
// window.
func (b *budgets) take(source string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := b.now()
	u := b.list[source]
	if u == nil || at.Sub(u.since) >= lineWindow {
		u = &budget{since: at}
		b.list[source] = u
	}
	u.used++
	return u.used
}
