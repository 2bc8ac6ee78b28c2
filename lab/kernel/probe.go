package kernel

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// findings is what a probe in a runner found.
type findings struct {
	Release  string    `json:"release"`
	Features []Feature `json:"features"`
}

// probe finds out what this runner's kernel can do and tells the host.
func (r *runner) probe() error {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return fmt.Errorf("read the kernel's name: %w", err)
	}
	release, _, _ := bytes.Cut(name.Release[:], []byte{0})
	data, err := json.Marshal(findings{Release: string(release), Features: tryFeatures()})
	if err != nil {
		return fmt.Errorf("encode what was found: %w", err)
	}
	return r.events.emit(frameProbe, data)
}

// tryWatchdog is the host time that a kernel gets to show what it can do. The
// slowest known needs two seconds.
const tryWatchdog = time.Minute

// Try starts a runner that finds out what its kernel can do, and returns the
// kernel with its release and features filled in.
func (k Kernel) Try(ctx context.Context) (Kernel, error) {
	c := Command{Args: []string{"probe"}, Self: true, Env: []string{}, Dir: "/", Watchdog: tryWatchdog}
	j, err := newJob(k, c)
	if err != nil {
		return Kernel{}, err
	}
	j.Probe = true
	s, _, err := k.runJob(ctx, j, c)
	if err != nil {
		return Kernel{}, err
	}
	var found findings
	if err := json.Unmarshal(s.probed, &found); err != nil {
		return Kernel{}, fmt.Errorf("read what the kernel can do: %w", err)
	}
	k.Release, k.Features = found.Release, found.Features
	return k, nil
}
