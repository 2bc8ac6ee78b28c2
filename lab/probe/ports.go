package probe

import (
	"errors"
	"fmt"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// Ports are source ports of TCP connections, each of which is given once before
// any comes again. The kernel's own choice comes again after some hundred
// connections; and to a director, which remembers connections for minutes
// after they have ended, a client with the same port is the same connection: it is
// sent where that went, or nowhere if that server is gone
// (net/netfilter/ipvs/ip_vs_core.c, ip_vs_in_hook).
//
// The zero value is ready for use, by several clients at once.
type Ports struct{ given atomic.Uint32 }

// The ports are below those that kernels choose (net.ipv4.ip_local_port_range),
// and above those of most servers.
const (
	firstPort = 10_000
	endOfPort = 32_768
)

func (p *Ports) next() int { return firstPort + int((p.given.Add(1)-1)%(endOfPort-firstPort)) }

// bind gives the socket fd a port that nobody else has.
func (p *Ports) bind(fd, domain int) error {
	const tries = 100 // others may listen there
	for range tries {
		port := p.next()
		var from unix.Sockaddr = &unix.SockaddrInet4{Port: port}
		if domain == unix.AF_INET6 {
			from = &unix.SockaddrInet6{Port: port}
		}
		if err := unix.Bind(fd, from); err == nil {
			return nil
		} else if !errors.Is(err, unix.EADDRINUSE) {
			return fmt.Errorf("bind: %w", err)
		}
	}
	return fmt.Errorf("bind: %d ports in a row are taken", tries)
}
