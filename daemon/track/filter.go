package track

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// filter is a program of the kernel (classic BPF) that lets pass what parseChange
// takes, and answers. Threads come and go by the thousand on some hosts.
func filter() *unix.SockFprog {
	const (
		load  = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		same  = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_X
		give  = unix.BPF_RET | unix.BPF_K
		all   = 0xffffffff
	)
	// Words are loaded in network order.
	is := func(w what, then, otherwise uint8) unix.SockFilter {
		var b [4]byte
		binary.NativeEndian.PutUint32(b[:], uint32(w))
		return unix.SockFilter{Code: equal, K: binary.BigEndian.Uint32(b[:]), Jt: then, Jf: otherwise}
	}
	program := []unix.SockFilter{
		{Code: load, K: atWhat},
		is(acknowledged, 14, 0),
		is(execed, 13, 0),
		is(forked, 3, 0),
		is(renamed, 6, 0),
		is(exited, 5, 0),
		{Code: give, K: 0},
		{Code: load, K: atData + 8}, // fork: the thread and its process
		{Code: unix.BPF_MISC | unix.BPF_TAX},
		{Code: load, K: atData + 12},
		{Code: same, Jt: 5, Jf: 4},
		{Code: load, K: atData}, // others
		{Code: unix.BPF_MISC | unix.BPF_TAX},
		{Code: load, K: atData + 4},
	}
	program = append(program,
		unix.SockFilter{Code: same, Jt: 1, Jf: 0},
		unix.SockFilter{Code: give, K: 0},
		unix.SockFilter{Code: give, K: all},
	)
	return &unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
}
