package checkd

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/logs"
	"github.com/viplab/viplab/daemon/netif"
)

// locals watches which addresses this host has.
type locals struct {
	log     *logs.Log
	changed func(map[netip.Addr]bool) // is called when they may be others
	monitor *netif.Monitor
	file    *os.File // the monitor's socket, as Go waits for it
	closing atomic.Bool
	done    chan struct{}
}

// watchLocals begins to watch, and has called changed once when it returns. close
// must follow.
func watchLocals(log *logs.Log, changed func(map[netip.Addr]bool)) (*locals, error) {
	m, err := netif.NewMonitor(netif.WatchIPv6)
	if err != nil {
		return nil, err
	}
	fd, err := unix.FcntlInt(uintptr(m.FD()), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		m.Close()
		return nil, fmt.Errorf("watch addresses: %w", err)
	}
	l := &locals{log: log, changed: changed, monitor: m, file: os.NewFile(uintptr(fd), "addresses"), done: make(chan struct{})}
	l.look()
	go l.run()
	return l, nil
}

// close ends the watch. changed is not called any more when it returns.
func (l *locals) close() {
	l.closing.Store(true)
	_ = l.file.Close() // it is only read
	<-l.done
	l.monitor.Close()
}

func (l *locals) run() {
	defer close(l.done)
	conn, err := l.file.SyscallConn()
	for err == nil {
		if err = l.wait(conn); err == nil {
			l.look()
		}
	}
	if !l.closing.Load() {
		l.log.Printf("ha_suspend follows addresses no longer: %v", err)
	}
}

// wait returns when something about addresses has changed.
func (l *locals) wait(conn syscall.RawConn) error {
	var failed error
	err := conn.Read(func(uintptr) bool {
		events, err := l.monitor.Read()
		failed = err
		for _, e := range events {
			switch e.Kind {
			case netif.AddressAdded, netif.AddressGone, netif.Overrun:
				return true
			}
		}
		return err != nil
	})
	return errors.Join(err, failed)
}

// look reads the addresses.
func (l *locals) look() {
	list, err := net.InterfaceAddrs()
	if err != nil {
		l.log.Printf("read this host's addresses: %v", err)
		return
	}
	have := make(map[netip.Addr]bool, len(list))
	for _, a := range list {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			have[p.Addr().Unmap()] = true
		}
	}
	l.changed(have)
}
