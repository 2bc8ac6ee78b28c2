package capture

import (
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// newTicker returns a pump that calls tick every interval, and when synced.
//
// The timer is the kernel's. One of Go's wakes the runtime's monitor twice and
// is rounded up to whole milliseconds, which makes it cost a guest with a
// virtual clock several times as much.
func newTicker(interval time.Duration, tick func(fd int) error) (*pump, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("create timer: %w", err)
	}
	every := unix.NsecToTimespec(int64(interval))
	if err := unix.TimerfdSettime(fd, 0, &unix.ItimerSpec{Interval: every, Value: every}, nil); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("set timer to %v: %w", interval, err)
	}
	return newPump(fd, "timer", tick)
}

// clearTicker starts the timer's next interval. Nothing is to be read when it
// was not the timer that called.
func clearTicker(fd int) {
	var expired [8]byte
	_, _, _ = unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&expired)), uintptr(len(expired)))
}
