package testnet

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Host is a network namespace.
type Host struct {
	t    testing.TB
	ns   *os.File
	work chan func()
}

// New makes a host with its loopback up. It skips the test, with the reason,
// where namespaces are forbidden.
func New(t testing.TB) *Host {
	t.Helper()
	h := &Host{t: t, work: make(chan func())}
	started, gone := make(chan error), make(chan struct{})
	go h.live(started, gone)
	if err := <-started; errors.Is(err, unix.EPERM) {
		t.Skipf("cannot make a network namespace (%v): run the test as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1)", err)
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { close(h.work); <-gone; h.ns.Close() })
	h.Do(func() error {
		lo, err := netlink.LinkByName("lo")
		if err != nil {
			return err
		}
		return netlink.LinkSetUp(lo)
	})
	return h
}

// live is the thread that holds the namespace; it ends with it.
func (h *Host) live(started chan<- error, gone chan<- struct{}) {
	defer close(gone)
	runtime.LockOSThread()
	err := unix.Unshare(unix.CLONE_NEWNET)
	if err == nil {
		h.ns, err = os.Open(fmt.Sprintf("/proc/self/task/%d/ns/net", unix.Gettid()))
	}
	started <- err
	if err != nil {
		return
	}
	for f := range h.work {
		f()
	}
}

// Do runs f in the namespace and fails the test on an error.
func (h *Host) Do(f func() error) {
	h.t.Helper()
	result := make(chan error)
	h.work <- func() { result <- f() }
	if err := <-result; err != nil {
		h.t.Fatal(err)
	}
}

// Go runs f on a thread of its own in the namespace. The channel that it
// returns is closed when f has returned.
func (h *Host) Go(f func()) <-chan struct{} {
	done, started := make(chan struct{}), make(chan error)
	go func() {
		defer close(done)
		runtime.LockOSThread()
		err := unix.Setns(int(h.ns.Fd()), unix.CLONE_NEWNET)
		started <- err
		if err == nil {
			f()
		}
	}()
	if err := <-started; err != nil {
		h.t.Fatalf("enter namespace: %v", err)
	}
	return done
}

// Switch makes h a switch: its bridge is br0.
func (h *Host) Switch() {
	h.t.Helper()
	h.Do(func() error {
		br := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: "br0"}, MulticastSnooping: new(bool)}
		if err := netlink.LinkAdd(br); err != nil {
			return fmt.Errorf("add bridge: %w", err)
		}
		return netlink.LinkSetUp(br)
	})
}

// Plug connects h to sw: h gets eth0 with addr, sw the port called name. Both
// pass frames when it returns.
func (h *Host) Plug(sw *Host, name, addr string) {
	h.t.Helper()
	sw.Do(func() error {
		port := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: name}, PeerName: "eth0", PeerNamespace: netlink.NsFd(h.ns.Fd())}
		if err := netlink.LinkAdd(port); err != nil {
			return fmt.Errorf("add veth: %w", err)
		}
		br, err := netlink.LinkByName("br0")
		if err != nil {
			return err
		}
		return errors.Join(netlink.LinkSetMaster(port, br), netlink.LinkSetUp(port))
	})
	h.Do(func() error {
		eth, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		a, err := netlink.ParseAddr(addr)
		if err != nil {
			return err
		}
		return errors.Join(netlink.AddrAdd(eth, a), netlink.LinkSetUp(eth), settle("eth0"))
	})
	sw.Do(func() error { return settle(name) })
}

// settle waits until an interface is ready. The kernel notices a carrier a
// moment after it is there, and until then drops what is sent.
func settle(name string) error {
	for { // ends with the carrier, or with the test binary's own time-out
		l, err := netlink.LinkByName(name)
		if err != nil || l.Attrs().OperState == netlink.OperUp {
			return err
		}
		time.Sleep(time.Millisecond)
	}
}

// Link sets the interface called name up or down.
func (h *Host) Link(name string, up bool) {
	h.t.Helper()
	h.Do(func() error {
		l, err := netlink.LinkByName(name)
		if err != nil {
			return err
		}
		if up {
			return netlink.LinkSetUp(l)
		}
		return netlink.LinkSetDown(l)
	})
}

// MAC is the hardware address of the interface called name.
func (h *Host) MAC(name string) (mac net.HardwareAddr) {
	h.t.Helper()
	h.Do(func() error {
		l, err := netlink.LinkByName(name)
		if err == nil {
			mac = l.Attrs().HardwareAddr
		}
		return err
	})
	return mac
}

// Labels returns the IPv4 addresses of eth0, each with its prefix and label.
func (h *Host) Labels() map[netip.Prefix]string {
	h.t.Helper()
	got := map[netip.Prefix]string{}
	h.Do(func() error {
		l, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		list, err := netlink.AddrList(l, netlink.FAMILY_V4)
		for _, a := range list {
			got[netip.MustParsePrefix(a.IPNet.String())] = a.Label
		}
		return err
	})
	return got
}

// Address adds addr to eth0, or removes it. An IPv6 address works at once:
// nothing asks first whether it is another's.
func (h *Host) Address(addr string, present bool) {
	h.t.Helper()
	h.Do(func() error {
		l, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		a, err := netlink.ParseAddr(addr)
		if err != nil {
			return err
		}
		if a.IP.To4() == nil {
			a.Flags = unix.IFA_F_NODAD
		}
		if present {
			return netlink.AddrAdd(l, a)
		}
		return netlink.AddrDel(l, a)
	})
}

// LinkScope adds addr to eth0 with link scope, which the kernel lists before
// all global addresses.
func (h *Host) LinkScope(addr string) {
	h.t.Helper()
	h.Do(func() error {
		l, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		a, err := netlink.ParseAddr(addr)
		if err != nil {
			return err
		}
		a.Scope = unix.RT_SCOPE_LINK
		return netlink.AddrAdd(l, a)
	})
}

// Remove deletes the interface called name.
func (h *Host) Remove(name string) {
	h.t.Helper()
	h.Do(func() error {
		l, err := netlink.LinkByName(name)
		if err != nil {
			return err
		}
		return netlink.LinkDel(l)
	})
}

// Veth connects h to sw once more: h gets the interface called name, sw the port.
func (h *Host) Veth(sw *Host, name, port string) {
	h.t.Helper()
	sw.Do(func() error {
		l := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: port}, PeerName: name, PeerNamespace: netlink.NsFd(h.ns.Fd())}
		if err := netlink.LinkAdd(l); err != nil {
			return fmt.Errorf("add veth: %w", err)
		}
		return netlink.LinkSetUp(l)
	})
	h.Link(name, true)
	h.Do(func() error { return settle(name) })
}
