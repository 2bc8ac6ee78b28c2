package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/bench/internal/gauge"
)

// door is where checks come in: a listener for all real servers, and a packet
// socket that sees each connection begin.
//
// Both are emptied now and then, so that this program wakes little while a daemon
// works: the kernel answers meanwhile, and notes the time.
type door struct {
	listener, frames int
	buf              [64]byte
	oob              [64]byte
}

// visit is a check: a SYN, by the kernel's clock.
type visit struct {
	server netip.Addr
	at     time.Time
}

// openDoor opens a door in the calling thread's namespace.
func openDoor() (d *door, err error) {
	d = &door{listener: -1, frames: -1}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close())
		}
	}()
	const kind = unix.SOCK_NONBLOCK | unix.SOCK_CLOEXEC
	if d.listener, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|kind, 0); err != nil {
		return d, fmt.Errorf("open listener: %w", err)
	}
	if err := errors.Join(unix.Bind(d.listener, &unix.SockaddrInet4{Port: port}), unix.Listen(d.listener, 65535)); err != nil {
		return d, fmt.Errorf("listen: %w", err)
	}
	if d.frames, err = unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|kind, 0); err != nil {
		return d, fmt.Errorf("open packet socket: %w", err)
	}
	filter, err := connects()
	if err != nil {
		return d, err
	}
	if err := errors.Join(
		unix.SetsockoptSockFprog(d.frames, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}),
		unix.SetsockoptInt(d.frames, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1),
		unix.SetsockoptInt(d.frames, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 32<<20),
		unix.Bind(d.frames, &unix.SockaddrLinklayer{Protocol: binary.NativeEndian.Uint16([]byte{0x08, 0x00})}),
	); err != nil {
		return d, fmt.Errorf("set up packet socket: %w", err)
	}
	return d, nil
}

// connects is a filter for IP packets that begin a TCP connection to the port.
func connects() ([]unix.SockFilter, error) {
	const syn, ack = 2, 16
	list, err := bpf.Assemble([]bpf.Instruction{
		bpf.LoadAbsolute{Off: 9, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.IPPROTO_TCP, SkipTrue: 7},
		bpf.LoadMemShift{Off: 0},
		bpf.LoadIndirect{Off: 2, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: port, SkipTrue: 4},
		bpf.LoadIndirect{Off: 13, Size: 1},
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: syn | ack},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: syn, SkipTrue: 1},
		bpf.RetConstant{Val: 40},
		bpf.RetConstant{Val: 0},
	})
	if err != nil {
		return nil, fmt.Errorf("assemble filter: %w", err)
	}
	var filter []unix.SockFilter
	for _, i := range list {
		filter = append(filter, unix.SockFilter{Code: i.Op, Jt: i.Jt, Jf: i.Jf, K: i.K})
	}
	return filter, nil
}

// empty lets in who waits, closes the connections, and appends the checks that
// have begun to list. A daemon has most likely closed its end by then, as one
// does that only wants to know whether it could connect.
func (d *door) empty(list []visit) ([]visit, error) {
	for {
		fd, _, err := unix.Accept4(d.listener, unix.SOCK_CLOEXEC)
		if errors.Is(err, unix.EAGAIN) {
			break
		} else if errors.Is(err, unix.ECONNABORTED) || errors.Is(err, unix.EINTR) {
			continue
		} else if err != nil {
			return list, fmt.Errorf("accept: %w", err)
		}
		unix.Close(fd)
	}
	for {
		n, oobn, _, _, err := unix.Recvmsg(d.frames, d.buf[:], d.oob[:], 0)
		if errors.Is(err, unix.EAGAIN) {
			return list, nil
		} else if errors.Is(err, unix.EINTR) {
			continue
		} else if err != nil {
			return list, fmt.Errorf("read packet: %w", err)
		}
		if n >= 20 {
			list = append(list, visit{netip.AddrFrom4([4]byte(d.buf[16:20])), gauge.Stamp(d.oob[:oobn])})
		}
	}
}

func (d *door) close() (err error) {
	for _, fd := range []int{d.listener, d.frames} {
		if fd >= 0 {
			err = errors.Join(err, unix.Close(fd))
		}
	}
	return err
}
