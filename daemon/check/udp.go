package check

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// udp is UDP_CHECK: no ICMP message says that nobody listens, or, with
// require_reply, there is an answer. Without it an answer is as good as the end of
// the time.
type udp struct{}

func (udp) begin(l *loop, c *checker) {
	if !l.openSocket(c, unix.SOCK_DGRAM, 0) {
		return
	}
	err := c.connect()
	if err == 0 {
		err = c.send(c.spec.Checker.Probe.(*conf.UDPProbe).Payload)
	}
	if err != 0 && err != unix.EAGAIN {
		l.end(c, l.now(), connectVerdict(err))
		return
	}
	l.await(c, unix.EPOLLIN)
}

func (udp) ready(l *loop, c *checker, _ uint32) {
	p := c.spec.Checker.Probe.(*conf.UDPProbe)
	answer, size, err := l.receive(c, p.MaxLen)
	switch {
	case err == unix.EAGAIN:
	case err != 0:
		l.end(c, l.now(), connectVerdict(err))
	case !p.RequireReply:
		l.end(c, l.now(), passed)
	default:
		l.end(c, l.now(), judgeAnswer(p, answer, size))
	}
}

func (udp) expire(l *loop, c *checker) {
	if c.spec.Checker.Probe.(*conf.UDPProbe).RequireReply {
		l.timeOut(c)
		return
	}
	l.end(c, c.at, passed)
}

// judgeAnswer compares an answer of size bytes, of which there are as many as may
// matter.
func judgeAnswer(p *conf.UDPProbe, answer []byte, size int) verdict {
	switch {
	case size < p.MinLen:
		return failed(fmt.Sprintf("answer of %d bytes, want %d at least", size, p.MinLen))
	case size > p.MaxLen:
		return failed(fmt.Sprintf("answer of %d bytes, want %d at most", size, p.MaxLen))
	}
	for i := 0; i < min(len(answer), len(p.Reply), len(p.Mask)); i++ {
		if (answer[i]^p.Reply[i])&p.Mask[i] != 0 {
			return failed(fmt.Sprintf("answer differs at byte %d", i))
		}
	}
	return passed
}

// send sends a datagram.
func (c *checker) send(data []byte) syscall.Errno {
	var none byte
	at := &none
	if len(data) > 0 {
		at = &data[0]
	}
	_, _, err := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(c.fd), uintptr(unsafe.Pointer(at)), uintptr(len(data)), unix.MSG_NOSIGNAL, 0, 0)
	return err
}

// receive reads a datagram, of which it returns so many bytes, and its true size.
func (l *loop) receive(c *checker, most int) ([]byte, int, syscall.Errno) {
	most = max(most, 1)
	if len(l.buffer) < most {
		l.buffer = make([]byte, max(most, 512)) // 64 KiB at most
	}
	n, _, err := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(c.fd), uintptr(unsafe.Pointer(&l.buffer[0])), uintptr(len(l.buffer)), unix.MSG_TRUNC, 0, 0)
	if err != 0 {
		return nil, 0, err
	}
	return l.buffer[:min(int(n), len(l.buffer))], int(n), 0
}
