package check

import (
	"errors"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// serverReason is what an error says about the server, in a few words; empty: it
// says nothing, since it is this host's own.
func serverReason(err syscall.Errno) string {
	switch err {
	case unix.ECONNREFUSED:
		return "connection refused"
	case unix.ECONNRESET, unix.EPIPE, unix.ECONNABORTED:
		return "connection reset"
	case unix.ETIMEDOUT:
		return "timed out"
	case unix.EHOSTUNREACH:
		return "no route to host"
	case unix.ENETUNREACH:
		return "network unreachable"
	case unix.EHOSTDOWN:
		return "host is down"
	case unix.ENETDOWN:
		return "network is down"
	case unix.ENOPROTOOPT, unix.EPROTO, unix.EOPNOTSUPP, unix.EMSGSIZE:
		return err.Error()
	}
	return ""
}

// ownReason says what is wrong with this host.
func ownReason(err syscall.Errno) string {
	switch err {
	case unix.EMFILE, unix.ENFILE:
		return "this host has no free descriptor"
	case unix.ENOBUFS, unix.ENOMEM:
		return "this host has no memory for a socket"
	case unix.EADDRNOTAVAIL, unix.EAGAIN, unix.EADDRINUSE:
		return "this host has no free port"
	case unix.EPERM, unix.EACCES:
		return "this host forbids it (route or firewall)"
	case unix.EINVAL:
		return "this host drops it (route)"
	}
	return "this host cannot: " + err.Error()
}

// connectVerdict is what an error of connecting comes to.
func connectVerdict(err syscall.Errno) verdict {
	if text := serverReason(err); text != "" {
		return failed(text)
	}
	return impossible(ownReason(err))
}

// timedOut is the reason of what took d.
func timedOut(d time.Duration) string { return "timed out after " + inSeconds(d) }

func inSeconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + " s"
}

// exchangeReason is an error of an exchange in a few words.
func exchangeReason(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		if text := serverReason(errno); text != "" {
			return text
		}
	}
	return oneLine(err.Error())
}

// maxReason is how long a reason may be, bytes: part of it may be the server's.
const maxReason = 200

// oneLine makes text of a server fit for a log.
func oneLine(text string) string {
	if len(text) > maxReason {
		text = text[:maxReason]
	}
	out := []rune(text)
	for i, r := range out {
		if r < ' ' || r == 127 || r == '\uFFFD' {
			out[i] = '?'
		}
	}
	return string(out)
}
