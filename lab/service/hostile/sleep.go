package hostile

import (
	"context"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// sleep waits and says whether ctx went on for so long. The timer is the
// kernel's: one of Go's is up to a millisecond late, and how long an answer takes
// is what a checker is measured by.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return false
	}
	timer := os.NewFile(uintptr(fd), "timer")
	defer timer.Close()
	if err := unix.TimerfdSettime(fd, 0, &unix.ItimerSpec{Value: unix.NsecToTimespec(int64(d))}, nil); err != nil {
		return false
	}
	defer context.AfterFunc(ctx, func() { timer.Close() })()
	_, err = timer.Read(make([]byte, 8))
	return err == nil && ctx.Err() == nil
}
