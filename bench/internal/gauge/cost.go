// Package gauge measures what daemons cost and sums up what was measured.
package gauge

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Cost is what a daemon and its children take.
type Cost struct {
	CPU       time.Duration
	PSS, RSS  int64 // KiB; pages that processes share count once in PSS
	Processes int
}

// Tree adds up a process and all below it.
func Tree(pid int) (c Cost, err error) {
	parents, err := parents()
	if err != nil {
		return c, err
	}
	for todo := []int{pid}; len(todo) > 0; todo = todo[1:] {
		if err := c.add(todo[0]); err != nil {
			return c, err
		}
		for child, parent := range parents {
			if parent == todo[0] {
				todo = append(todo, child)
			}
		}
	}
	return c, nil
}

// parents maps each process to its parent. Few kernels list the children of one.
func parents() (map[int]int, error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	list := make(map[int]int, len(files))
	for _, file := range files {
		s, err := readStat(file)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) {
			continue // it has ended
		}
		if err != nil {
			return nil, err
		}
		list[s.pid] = s.parent
	}
	return list, nil
}

// tick is USER_HZ, the kernel's unit of time in /proc.
const tick = 10 * time.Millisecond

// stat is what /proc/PID/stat has of a process.
type stat struct {
	pid, parent int
	cpu         time.Duration
}

func readStat(file string) (s stat, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return s, fmt.Errorf("read process: %w", err)
	}
	// The name in parentheses may hold anything.
	pid, rest, _ := bytes.Cut(text, []byte(" ("))
	fields := bytes.Fields(rest[bytes.LastIndexByte(rest, ')')+1:])
	const parent, user, system = 1, 11, 12
	if len(fields) <= system {
		return s, fmt.Errorf("read %s: %q", file, text)
	}
	var ticks [2]int64
	for value, field := range map[any][]byte{&s.pid: pid, &s.parent: fields[parent], &ticks[0]: fields[user], &ticks[1]: fields[system]} {
		if _, err := fmt.Sscan(string(field), value); err != nil {
			return s, fmt.Errorf("read %s: %w", file, err)
		}
	}
	s.cpu = time.Duration(ticks[0]+ticks[1]) * tick
	return s, nil
}

// add reads what one process has used (proc(5)): nanoseconds of its threads
// from schedstat, or hundredths of seconds where the kernel has none; memory from
// smaps_rollup.
func (c *Cost) add(pid int) error {
	c.Processes++
	stats, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil {
		return err
	}
	if len(stats) == 0 {
		s, err := readStat(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return err
		}
		c.CPU += s.cpu
	}
	for _, file := range stats {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		var ns int64
		if _, err := fmt.Sscan(string(text), &ns); err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
		c.CPU += time.Duration(ns)
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return fmt.Errorf("read memory: %w", err)
	}
	for line := range bytes.Lines(text) {
		var kib int64
		if _, err := fmt.Sscanf(string(line), "Pss: %d kB", &kib); err == nil {
			c.PSS += kib
		}
		if _, err := fmt.Sscanf(string(line), "Rss: %d kB", &kib); err == nil {
			c.RSS += kib
		}
	}
	return nil
}
