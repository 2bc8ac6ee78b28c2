package capture

import (
	"errors"
	"io"
	"testing"

	"golang.org/x/sys/unix"
)

func socketPair(t *testing.T) (here, there int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fds[1]) })
	return fds[0], fds[1]
}

// Close must take in what its goroutine had no time for.
func TestPumpCloseDrains(t *testing.T) {
	here, there := socketPair(t)
	got := 0
	p, err := newPump(here, "pair", func(fd int) error {
		for buf := make([]byte, 8); ; got++ {
			if _, err := unix.Read(fd, buf); err != nil {
				return nil
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	close(p.done) // no goroutine: only close reads
	if _, err := unix.Write(there, []byte("last")); err != nil {
		t.Fatal(err)
	}
	if err := p.close(nil); err != nil {
		t.Fatal(err)
	}
	if got != 1 {
		t.Errorf("read %d messages, want 1", got)
	}
}

// The first error ends the goroutine and is told to everyone who asks.
func TestPumpError(t *testing.T) {
	here, there := socketPair(t)
	calls := 0
	p, err := newPump(here, "pair", func(int) error { calls++; return io.ErrUnexpectedEOF })
	if err != nil {
		t.Fatal(err)
	}
	p.run()
	if _, err := unix.Write(there, []byte("x")); err != nil {
		t.Fatal(err)
	}
	<-p.done
	if err := p.sync(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("sync: %v", err)
	}
	if err := p.close(nil); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("close: %v", err)
	}
	if calls != 1 {
		t.Errorf("drained %d times after an error", calls)
	}
}
