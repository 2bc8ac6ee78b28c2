// Package process sets what a process has of the kernel: its name, its place in
// the scheduler, its memory, its limits.
package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// killAfter is how much longer than RLIMIT_RTTIME a real-time thread may run
// without a pause before the kernel ends the process. Up to then it gets SIGXCPU
// each second, for the log. (keepalived's children are killed at the limit itself;
// a garbage collector may reach that in good health.)
const killAfter = 5 * time.Second

// Apply gives this process, all its threads, the settings in p, in place of the
// ones in old, which was applied before (the zero Process at first). It goes on
// where something fails, and returns all failures.
func Apply(old, p *conf.Process) error {
	var errs []error
	if p.Nice != old.Nice {
		errs = append(errs, failed("set nice value", SysNice, eachThread(func(tid int) error { return unix.Setpriority(unix.PRIO_PROCESS, tid, p.Nice) })))
	}
	if p.RTPriority != old.RTPriority || p.RTPriority > 0 && p.RTTime != old.RTTime {
		errs = append(errs, failed("set real-time priority", SysNice, realTime(p)))
	}
	if !slices.Equal(p.CPUs, old.CPUs) {
		errs = append(errs, failed("set CPU affinity", SysNice, affinity(p.CPUs)))
	}
	if p.NoSwap != old.NoSwap {
		errs = append(errs, failed("lock memory", IPCLock, lockMemory(p.NoSwap)))
	}
	return errors.Join(errs...)
}

// failed says what has failed, and which capability it would take.
func failed(what string, takes Capability, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: %w (it takes %v)", what, err, takes)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// realTime makes all threads real-time, also those to come: they inherit it.
func realTime(p *conf.Process) error {
	if p.RTPriority == 0 {
		return eachThread(plain)
	}
	limit := unix.Rlimit{Cur: uint64(p.RTTime.Microseconds()), Max: uint64((p.RTTime + killAfter).Microseconds())}
	if err := unix.Setrlimit(unix.RLIMIT_RTTIME, &limit); err != nil {
		return fmt.Errorf("limit to %v without a pause: %w", p.RTTime, err)
	}
	return eachThread(func(tid int) error {
		return unix.SchedSetAttr(tid, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_RR, Priority: uint32(p.RTPriority)}, 0)
	})
}

// Plain takes real-time priority and a nice value from the calling thread: for
// one that is about to start a program, which inherits both.
func Plain() error {
	if err := plain(0); err != nil {
		return fmt.Errorf("end real-time priority: %w", err)
	}
	// More cannot be had back without permission; keepalived's scripts do without
	// too.
	if nice, err := niceness(0); err == nil && nice < 0 {
		_ = unix.Setpriority(unix.PRIO_PROCESS, 0, 0)
	}
	return nil
}

// niceness is the nice value of a thread; 0 stands for the calling one.
func niceness(tid int) (int, error) {
	n, err := unix.Getpriority(unix.PRIO_PROCESS, tid)
	return 20 - n, err // the system call has no negative results
}

func plain(tid int) error {
	have, err := unix.SchedGetAttr(tid, 0)
	if err != nil || have.Policy == unix.SCHED_NORMAL {
		return err
	}
	nice, err := niceness(tid)
	if err != nil {
		return err
	}
	return unix.SchedSetAttr(tid, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_NORMAL, Nice: int32(nice)}, 0)
}

func affinity(cpus []int) error {
	var set unix.CPUSet
	for _, n := range cpus {
		set.Set(n)
	}
	if len(cpus) == 0 {
		for n := range 1024 { // the kernel takes those that there are
			set.Set(n)
		}
	}
	return eachThread(func(tid int) error { return unix.SchedSetaffinity(tid, &set) })
}

// lockMemory keeps memory from being swapped out, page by page as it is used:
// most of what a Go program reserves it never touches.
func lockMemory(on bool) error {
	if !on {
		return unix.Munlockall()
	}
	return unix.Mlockall(unix.MCL_CURRENT | unix.MCL_FUTURE | unix.MCL_ONFAULT)
}

// eachThread calls set for all threads of the process. It looks until there is
// no new one: a thread that one starts after its turn inherits what was set.
func eachThread(set func(tid int) error) error {
	done := map[int]bool{}
	for {
		list, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		fresh := false
		for _, e := range list {
			tid, err := strconv.Atoi(e.Name())
			if err != nil || done[tid] {
				continue
			}
			done[tid], fresh = true, true
			if err := set(tid); err != nil && !errors.Is(err, unix.ESRCH) { // it may have ended
				return err
			}
		}
		if !fresh {
			return nil
		}
	}
}

// SetName gives the process the name that ps -e and killall know it by, at most 15
// bytes.
func SetName(name string) error {
	if err := os.WriteFile("/proc/self/comm", []byte(name), 0); err != nil {
		return fmt.Errorf("set name of process: %w", err)
	}
	return nil
}

// AllowCore lifts the limit of core files.
func AllowCore() error {
	const all = ^uint64(0) // RLIM_INFINITY
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{Cur: all, Max: all}); err != nil {
		return fmt.Errorf("allow core files: %w", err)
	}
	return nil
}

// corePattern is where the kernel has the name of core files.
const corePattern = "/proc/sys/kernel/core_pattern"

// SetCorePattern has the kernel name core files by pattern (core(5)), for all
// processes of the machine, until restore is called.
func SetCorePattern(pattern string) (restore func() error, err error) {
	old, err := os.ReadFile(corePattern)
	if err == nil {
		err = os.WriteFile(corePattern, []byte(pattern), 0)
	}
	if err != nil {
		return nil, fmt.Errorf("name core files: %w", err)
	}
	return func() error {
		if err := os.WriteFile(corePattern, old, 0); err != nil {
			return fmt.Errorf("name core files as before: %w", err)
		}
		return nil
	}, nil
}
