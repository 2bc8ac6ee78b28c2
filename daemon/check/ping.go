package check

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// ping is PING_CHECK: the server answers ICMP echo. The socket is one for echo,
// which the kernel gives an identifier and nothing but its answers; where this
// process's group may not have one (net.ipv4.ping_group_range) it is a raw one.
type ping struct{}

// echo is what a ping keeps between its beginning and its end.
type echo struct {
	raw bool
	id  uint16
	seq uint16
}

const pingSize = 64 // bytes: header and data

func (ping) begin(l *loop, c *checker) {
	e, _ := c.private.(*echo)
	if e == nil {
		l.pings++
		e = &echo{id: l.pings}
		c.private = e
	}
	e.seq++
	if !l.openPing(c, e) {
		return
	}
	err := c.connect()
	if err == 0 {
		err = c.send(l.echoRequest(c, e))
	}
	if err != 0 && err != unix.EAGAIN {
		l.end(c, l.now(), connectVerdict(err))
		return
	}
	l.await(c, unix.EPOLLIN)
}

// openPing opens a socket for echo, or a raw one.
func (l *loop) openPing(c *checker, e *echo) bool {
	protocol := unix.IPPROTO_ICMP
	if c.target.family() == unix.AF_INET6 {
		protocol = unix.IPPROTO_ICMPV6
	}
	err := c.socket(unix.SOCK_DGRAM, protocol)
	if e.raw = err == unix.EACCES || err == unix.EPERM; e.raw {
		err = c.socket(unix.SOCK_RAW, protocol)
	}
	return l.opened(c, err, false)
}

// echoRequest is a request. The kernel sets identifier and checksum but for raw
// IPv4; there both are ours.
func (l *loop) echoRequest(c *checker, e *echo) []byte {
	b := l.request[:]
	clear(b)
	copy(b[8:], "vipd PING_CHECK")
	b[0] = 8
	if c.target.family() == unix.AF_INET6 {
		b[0] = 128
	}
	binary.BigEndian.PutUint16(b[4:], e.id)
	binary.BigEndian.PutUint16(b[6:], e.seq)
	if b[0] == 8 {
		binary.BigEndian.PutUint16(b[2:], checksum(b))
	}
	return b
}

// checksum is that of RFC 1071 over an even number of bytes.
func checksum(b []byte) uint16 {
	var sum uint32
	for i := 0; i+1 < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

func (ping) ready(l *loop, c *checker, _ uint32) {
	e := c.private.(*echo)
	for range 16 { // a raw socket gets what is for others, too
		b, _, err := l.receive(c, 512)
		switch {
		case err == unix.EAGAIN:
			return
		case err != 0:
			l.end(c, l.now(), connectVerdict(err))
			return
		case e.answeredBy(b, c.target.family()):
			l.end(c, l.now(), passed)
			return
		}
	}
}

// answeredBy reports whether b is the answer, whatever data it brings back.
func (e *echo) answeredBy(b []byte, family int) bool {
	reply := byte(129)
	if family == unix.AF_INET {
		reply = 0
		if e.raw {
			if len(b) < 20 || int(b[0]&15)*4 > len(b) {
				return false
			}
			b = b[int(b[0]&15)*4:]
		}
	}
	return len(b) >= 8 && b[0] == reply && b[1] == 0 && (!e.raw || binary.BigEndian.Uint16(b[4:]) == e.id) && binary.BigEndian.Uint16(b[6:]) == e.seq
}

func (ping) expire(l *loop, c *checker) { l.timeOut(c) }
