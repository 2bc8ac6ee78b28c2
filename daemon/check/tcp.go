package check

import "golang.org/x/sys/unix"

// tcp is TCP_CHECK: the server takes a connection.
type tcp struct{}

func (tcp) begin(l *loop, c *checker) {
	if l.openSocket(c, unix.SOCK_STREAM, 0) {
		l.dial(c, passed)
	}
}

// dial connects the socket of c. If that succeeds at once, the attempt has come to
// v.
func (l *loop) dial(c *checker, v verdict) {
	switch err := c.connect(); err {
	case 0:
		l.end(c, l.now(), v)
	case unix.EINPROGRESS:
		l.await(c, outgoing)
	default:
		l.end(c, l.now(), connectVerdict(err))
	}
}

// connected is what came of dial: an error, or 0.
func (c *checker) connected(flags uint32) (reason string) {
	if flags&(unix.EPOLLERR|unix.EPOLLHUP) == 0 {
		return ""
	}
	err := c.socketError()
	if err == 0 {
		return ""
	}
	if text := serverReason(err); text != "" {
		return text
	}
	return err.Error()
}

func (tcp) ready(l *loop, c *checker, flags uint32) {
	if reason := c.connected(flags); reason != "" {
		l.end(c, l.now(), failed(reason))
		return
	}
	l.end(c, l.now(), passed)
}

func (tcp) expire(l *loop, c *checker) { l.timeOut(c) }

// timeOut ends an attempt whose time is over. It was over when the alarm was due,
// not now.
func (l *loop) timeOut(c *checker) {
	l.end(c, c.at, failed(timedOut(c.spec.Checker.ConnectTimeout)))
}
