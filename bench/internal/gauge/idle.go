package gauge

import (
	"context"
	"fmt"
	"os"
	"time"
)

// Idle is how long the CPUs have had nothing to do since boot, added up
// (proc(5), /proc/stat).
func Idle() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, fmt.Errorf("read idle time: %w", err)
	}
	var user, nice, system, idle int64
	if _, err := fmt.Sscanf(string(text), "cpu %d %d %d %d", &user, &nice, &system, &idle); err != nil {
		return 0, fmt.Errorf("read idle time: %w", err)
	}
	return time.Duration(idle) * tick, nil
}

// Sleep waits for a time, or until ctx ends, and returns its error then.
func Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
