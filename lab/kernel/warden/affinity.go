package warden

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A guest kernel and the processes that run its programs take turns: only one of
// them runs at any time, and they switch at every system call of the guest. On one
// CPU such a switch costs a third of what it costs across two (an hour of two
// keepalived: 1.6 s against 4.2 s). So they are kept together on one CPU, which is
// left for an idle one when others want it too.

const (
	// lookInterval is how often the program's CPU is looked at.
	lookInterval = 200 * time.Millisecond
	// crowded is the share of time that the program waits for its CPU from which on
	// it moves, if another CPU is idle for the share roomy.
	crowded = 0.25
	roomy   = 0.6
)

// allowedCPUs are the CPUs that this process may use.
func allowedCPUs() []int {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil
	}
	var cpus []int
	for cpu := 0; cpu < len(set)*64 && len(cpus) < set.Count(); cpu++ {
		if set.IsSet(cpu) {
			cpus = append(cpus, cpu)
		}
	}
	return cpus
}

// pin keeps a process, or the calling thread if pid is 0, on one CPU.
func pin(pid, cpu int) error {
	var set unix.CPUSet
	set.Set(cpu)
	if err := unix.SchedSetaffinity(pid, &set); err != nil {
		return fmt.Errorf("keep process %d on CPU %d: %w", pid, cpu, err)
	}
	return nil
}

// quietest returns the CPU with the fewest running processes, the first of equals
// in the order given.
func quietest(cpus []int, running map[int]int) int {
	best := cpus[0]
	for _, cpu := range cpus {
		if running[cpu] < running[best] {
			best = cpu
		}
	}
	return best
}

// runningPerCPU counts the processes that run or want to.
func runningPerCPU() map[int]int {
	running := map[int]int{}
	for _, stat := range stats() {
		if fields := statFields(stat); len(fields) > statCPU && fields[statState] == "R" {
			if cpu, err := strconv.Atoi(fields[statCPU]); err == nil {
				running[cpu]++
			}
		}
	}
	return running
}

// follow keeps the program and its descendants on a CPU where there is room, until
// done is closed. Where the kernel does not say how long a process waited, it
// stays where it is.
func follow(pid, cpu int, cpus []int, done <-chan struct{}) {
	ticker := time.NewTicker(lookInterval)
	defer ticker.Stop()
	before := look(pid)
	for {
		select {
		case <-done:
			return
		case <-ticker.C:
		}
		now := look(pid)
		if next := nextCPU(cpu, cpus, before, now); next != cpu {
			cpu = next
			move(pid, cpu)
			now = look(pid)
		}
		before = now
	}
}

// move moves a program and all its descendants. New ones start where their parent
// is, so the parent goes first. One that ends meanwhile needs no CPU.
func move(pid, cpu int) {
	_ = pin(pid, cpu)
	for _, child := range descendants(pid, parents()) {
		_ = pin(child, cpu)
	}
}

// glance is what the kernel counted up to a moment.
type glance struct {
	at     time.Time
	waited time.Duration // that the program wanted to run and could not
	idle   map[int]time.Duration
	known  bool
}

// look reads the counters. The ticks of /proc/stat are 10 ms on every Linux.
func look(pid int) glance {
	g := glance{at: time.Now(), idle: map[int]time.Duration{}}
	schedstat, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", pid))
	if err != nil {
		return g
	}
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return g
	}
	g.waited, g.known = parseWaited(schedstat)
	g.idle = parseIdle(stat)
	return g
}

// parseWaited reads /proc/PID/schedstat: nanoseconds run, nanoseconds waited,
// number of turns.
func parseWaited(text []byte) (time.Duration, bool) {
	fields := strings.Fields(string(text))
	if len(fields) != 3 {
		return 0, false
	}
	ns, err := strconv.ParseInt(fields[1], 10, 64)
	return time.Duration(ns), err == nil
}

// parseIdle reads the idle time of each CPU from /proc/stat: "cpu1 user nice
// system idle ...".
func parseIdle(text []byte) map[int]time.Duration {
	idle := map[int]time.Duration{}
	for line := range bytes.Lines(text) {
		fields := strings.Fields(string(line))
		if len(fields) < 5 || !strings.HasPrefix(fields[0], "cpu") {
			continue
		}
		cpu, err := strconv.Atoi(fields[0][len("cpu"):])
		if err != nil {
			continue // the sum of all
		}
		if ticks, err := strconv.ParseInt(fields[4], 10, 64); err == nil {
			idle[cpu] = time.Duration(ticks) * 10 * time.Millisecond
		}
	}
	return idle
}

// nextCPU is where a program should go that has been on current between two
// glances: the idlest of cpus if it had to wait a lot and that one has room.
func nextCPU(current int, cpus []int, before, now glance) int {
	span := now.at.Sub(before.at)
	if !before.known || !now.known || float64(now.waited-before.waited) < crowded*float64(span) {
		return current
	}
	next, most := current, time.Duration(roomy*float64(span))
	for _, cpu := range cpus {
		if idle := now.idle[cpu] - before.idle[cpu]; idle > most {
			next, most = cpu, idle
		}
	}
	return next
}
