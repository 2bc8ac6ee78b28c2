package kernel

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"syscall"
)

// take does what one frame of the runner says.
func (s *session) take(f frame) error {
	switch f.kind {
	case frameStdout:
		return write(s.command.Stdout, f.payload)
	case frameStderr:
		return write(s.command.Stderr, f.payload)
	case frameStdinDone:
		s.inst.input().taken()
		return nil
	case frameReady:
		close(s.ready)
		return nil
	case frameReport:
		s.note(func() { s.what = string(f.payload) })
		if s.command.Progress != nil {
			s.command.Progress(string(f.payload))
		}
		return nil
	}
	s.note(func() { s.takeEnd(f) })
	return nil
}

// takeEnd takes what matters for the result. Unknown kinds do not.
func (s *session) takeEnd(f frame) {
	switch f.kind {
	case frameDeadline:
		s.deadline = true
	case frameFailed:
		s.failed = string(f.payload)
	case frameProbe:
		s.probed = f.payload
	case frameExit:
		if len(f.payload) == 4 {
			s.status, s.finished = int(binary.LittleEndian.Uint32(f.payload)), true
		}
	}
}

func (s *session) note(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// passSignals sends the caller's signals on until the runner's frames end.
func (s *session) passSignals() {
	for {
		select {
		case <-s.over:
			return
		case sig, ok := <-s.command.Signals:
			if !ok {
				return
			}
			if number, ok := sig.(syscall.Signal); ok {
				_ = s.send(frameSignal, []byte{byte(number)}) // if it is gone, over follows
			}
		}
	}
}

// inheritable reports whether a reader is a file that a child can inherit as it
// is. A terminal is not: a process group in its background may not read from it.
func inheritable(r io.Reader) bool {
	file, ok := r.(*os.File)
	if !ok || file == nil {
		return false
	}
	info, err := file.Stat()
	return err == nil && (info.Mode()&os.ModeCharDevice == 0 || isNull(info))
}

func isNull(info os.FileInfo) bool {
	null, err := os.Stat(os.DevNull)
	return err == nil && os.SameFile(info, null)
}

// describe adds what a failed runner said on its console to an error.
func describe(err error, console string) error {
	if console == "" {
		return err
	}
	return fmt.Errorf("%w; its last words:\n%s", err, console)
}

// write writes output to a caller's writer, nil for one who does not care.
func write(w io.Writer, data []byte) error {
	if w == nil {
		return nil
	}
	if _, err := w.Write(data); err != nil {
		return fmt.Errorf("pass output on: %w", err)
	}
	return nil
}

// relay takes the runner's frames until they end.
func (s *session) relay(events io.Reader) error {
	for {
		f, err := readFrame(events)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read from the runner: %w", err)
		}
		poke(s.life)
		if err := s.take(f); err != nil {
			return err
		}
		s.acknowledge(frameHeader + len(f.payload))
	}
}

// acknowledge tells a guest now and then how much of its output is taken.
func (s *session) acknowledge(size int) {
	const step = outputWindow / 16
	before := s.read / step
	s.read += int64(size)
	if s.job.Kernel.Backend != BackendUML || s.read/step == before {
		return
	}
	select {
	case <-s.ready:
		// A guest that is gone needs no acknowledgement.
		_ = s.send(frameConsumed, binary.LittleEndian.AppendUint64(nil, uint64(s.read)))
	default: // this is who would take its word that it listens; the next one will do
	}
}
