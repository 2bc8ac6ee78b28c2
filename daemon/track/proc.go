package track

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// proc is a process as /proc shows it. It is used again for the next one.
type proc struct {
	comm    []byte // its name, 15 bytes at most
	command []byte // the command line, each word with a NUL behind it; empty for the kernel's own

	buf []byte
}

// maxCommand is how much of a command line is looked at, bytes.
const maxCommand = 64 << 10

// read looks at a process, and reports whether there is one that has not ended.
// The command line is read only if it is wanted.
func (p *proc) read(pid int, command bool) bool {
	dir := "/proc/" + strconv.Itoa(pid)
	stat, err := p.file(dir + "/stat")
	if err != nil {
		return false
	}
	comm, ended, ok := parseStat(stat)
	if !ok || ended {
		return false
	}
	p.comm = append(p.comm[:0], comm...)
	p.command = p.command[:0]
	if command {
		line, err := p.file(dir + "/cmdline")
		if err != nil {
			return false
		}
		p.command = append(p.command, line...)
	}
	return true
}

// parseStat reads the beginning of /proc/N/stat, "1 (name) S": there may be
// anything in the name. A zombie has ended.
func parseStat(stat []byte) (comm []byte, ended, ok bool) {
	begin, end := bytes.IndexByte(stat, '('), bytes.LastIndexByte(stat, ')')
	if begin < 0 || end < begin || end+2 >= len(stat) {
		return nil, false, false
	}
	state := stat[end+2]
	return stat[begin+1 : end], state == 'Z' || state == 'X', true
}

// file reads a file of /proc.
func (p *proc) file(path string) ([]byte, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	if p.buf == nil {
		p.buf = make([]byte, maxCommand)
	}
	n := 0
	for n < len(p.buf) {
		got, err := unix.Read(fd, p.buf[n:])
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return nil, err
		}
		if got == 0 {
			break
		}
		n += got
	}
	return p.buf[:n], nil
}

// everyProcess calls f with the number of each process that /proc shows.
func everyProcess(f func(pid int)) error {
	dir, err := os.Open("/proc")
	if err != nil {
		return err
	}
	defer dir.Close()
	for {
		names, err := dir.Readdirnames(1024)
		for _, name := range names {
			if pid, err := strconv.Atoi(name); err == nil {
				f(pid)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
