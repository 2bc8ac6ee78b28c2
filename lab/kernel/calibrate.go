package kernel

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

const (
	calibrationWaits = 50
	calibrationWait  = 5 * time.Millisecond
)

// Calibration is how late this kernel wakes a thread that waits for a moment.
type Calibration struct {
	Waits       int
	Median, Max time.Duration // lateness, never negative
}

// Calibrate measures the scheduler's error here and now: how late a thread with
// a timer slack of a nanosecond wakes from 50 waits of 5 ms, each until an
// absolute time (clock_nanosleep(2)). It takes 0.25 s of the runner's time.
func Calibrate(ctx context.Context) (Calibration, error) {
	type outcome struct {
		late []time.Duration
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		// The thread's timer slack is changed, so the thread ends with this goroutine.
		runtime.LockOSThread()
		late, err := measureLateness(ctx)
		done <- outcome{late, err}
	}()
	result := <-done
	if result.err != nil {
		return Calibration{}, result.err
	}
	return summarize(result.late), nil
}

func measureLateness(ctx context.Context) ([]time.Duration, error) {
	if err := unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0); err != nil {
		return nil, fmt.Errorf("set the timer slack: %w", err)
	}
	late := make([]time.Duration, 0, calibrationWaits)
	for range calibrationWaits {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		start, err := monotonic()
		if err != nil {
			return nil, err
		}
		target := start + calibrationWait
		if err := sleepUntil(target); err != nil {
			return nil, err
		}
		now, err := monotonic()
		if err != nil {
			return nil, err
		}
		late = append(late, max(now-target, 0))
	}
	return late, nil
}

// monotonic reads CLOCK_MONOTONIC.
func monotonic() (time.Duration, error) {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		return 0, fmt.Errorf("read the monotonic clock: %w", err)
	}
	return time.Duration(ts.Nano()), nil
}

func sleepUntil(target time.Duration) error {
	ts := unix.NsecToTimespec(int64(target))
	for {
		err := unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &ts, nil)
		if err == nil {
			return nil
		}
		if err != unix.EINTR { // the Go runtime interrupts threads to preempt them
			return fmt.Errorf("wait for a moment: %w", err)
		}
	}
}

func summarize(late []time.Duration) Calibration {
	if len(late) == 0 {
		return Calibration{}
	}
	slices.Sort(late)
	return Calibration{Waits: len(late), Median: late[len(late)/2], Max: late[len(late)-1]}
}
