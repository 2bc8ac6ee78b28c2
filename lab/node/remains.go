package node

import (
	"fmt"
	"syscall"

	"github.com/prometheus/procfs"
)

// Remains returns the process IDs, as this process sees them, of what p started
// and left behind: those of its session. Call it after Done.
func (p *Process) Remains() ([]int, error) {
	procs, err := procfs.AllProcs()
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	var left []int
	for _, proc := range procs {
		// One that cannot be read has ended since; a zombie waits for the init only.
		if stat, err := proc.Stat(); err == nil && stat.Session == p.PID() && stat.State != "Z" {
			left = append(left, proc.PID)
		}
	}
	return left, nil
}

// SignalRemains sends sig to each of Remains.
func (p *Process) SignalRemains(sig syscall.Signal) error {
	left, err := p.Remains()
	if err != nil {
		return err
	}
	for _, pid := range left {
		if err := signal1(pid, sig); err != nil {
			return err
		}
	}
	return nil
}
