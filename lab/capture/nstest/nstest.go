// Package nstest makes small networks of namespaces for tests: a switch with
// one bridge and nodes on it, the way a lab has them.
package nstest

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/internal/nsthread"
)

// inUserNS marks the second start of a test binary, as root of a user namespace.
const inUserNS = "VIPLAB_NSTEST_USERNS"

// Main is for a TestMain: it runs the tests, as root of a user namespace of its
// own where the user is an ordinary one, and looks for goroutines and descriptors
// that they have left. It returns the exit status.
func Main(m *testing.M) int {
	if os.Geteuid() == 0 || os.Getenv(inUserNS) != "" {
		return run(m)
	}
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Env = append(os.Environ(), inUserNS+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNET | unix.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "start tests in a user namespace:", err)
		return 1
	}
	return 0
}

// run adds leak checks to the tests' status.
func run(m *testing.M) int {
	before := Descriptors()
	code := m.Run()
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if leaked := Leaked(before); len(leaked) > 0 {
		fmt.Fprintln(os.Stderr, "descriptors left open:", leaked)
		return 1
	}
	return code
}

// Net is a switch and its nodes.
type Net struct {
	Switch netns.NsHandle
	Bridge string
	Nodes  map[string]*Node
}

// Node is a network namespace with one interface, eth0, on the bridge.
type Node struct {
	NS      netns.NsHandle
	Address netip.Prefix
	MAC     string
	Port    int // interface index of the port in the switch's namespace
}

// New makes a network with one node for each name, at 192.0.2.1, 192.0.2.2 ...
// in 192.0.2.0/24, without IPv6 and with quiet bridges, so that nothing is sent
// but what a test sends. It goes with the test.
func New(t testing.TB, names ...string) *Net {
	t.Helper()
	n := &Net{Switch: Namespace(t), Bridge: "lan", Nodes: make(map[string]*Node)}
	In(t, n.Switch, func() error {
		snooping := false // a snooping bridge joins groups and says so
		return link(&netlink.Bridge{LinkAttrs: attrs(n.Bridge), MulticastSnooping: &snooping}, true)
	})
	for i, name := range names {
		n.Nodes[name] = n.node(t, i, name)
	}
	return n
}

func (n *Net) node(t testing.TB, i int, name string) *Node {
	t.Helper()
	node := &Node{
		NS:      Namespace(t),
		Address: netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)}), 24),
		MAC:     fmt.Sprintf("02:00:00:00:00:%02x", i+1),
	}
	port := "port-" + name
	In(t, n.Switch, func() error {
		veth := &netlink.Veth{LinkAttrs: attrs(port), PeerName: "eth0", PeerNamespace: netlink.NsFd(int(node.NS))}
		if err := link(veth, false); err != nil {
			return err
		}
		bridge, err := netlink.LinkByName(n.Bridge)
		if err != nil {
			return err
		}
		l, err := netlink.LinkByName(port)
		if err != nil {
			return err
		}
		node.Port = l.Attrs().Index
		return netlink.LinkSetMaster(l, bridge)
	})
	In(t, node.NS, func() error {
		return configure("eth0", node.MAC, node.Address)
	})
	In(t, n.Switch, func() error {
		l, err := netlink.LinkByIndex(node.Port)
		if err != nil {
			return err
		}
		return errors.Join(netlink.LinkSetUp(l), awaitUp(node.Port))
	})
	return node
}

// awaitUp returns when a link is operational, as the kernel finds only some time
// after it was set up: a bridge passes no frames to a port before that.
func awaitUp(index int) error {
	updates, done := make(chan netlink.LinkUpdate, 64), make(chan struct{})
	if err := netlink.LinkSubscribeWithOptions(updates, done, netlink.LinkSubscribeOptions{ListExisting: true}); err != nil {
		return err
	}
	defer func() {
		close(done)
		for range updates { // ends when the subscription has
		}
	}()
	for u := range updates {
		if u.Attrs().Index == index && u.Attrs().OperState == netlink.OperUp {
			return nil
		}
	}
	return errors.New("subscription to links ended")
}

func attrs(name string) netlink.LinkAttrs {
	a := netlink.NewLinkAttrs()
	a.Name = name
	return a
}

func link(l netlink.Link, up bool) error {
	if err := netlink.LinkAdd(l); err != nil {
		return fmt.Errorf("add link %s: %w", l.Attrs().Name, err)
	}
	if !up {
		return nil
	}
	return netlink.LinkSetUp(l)
}

func configure(name, mac string, addr netip.Prefix) error {
	l, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}
	a, err := netlink.ParseAddr(addr.String())
	if err != nil {
		return err
	}
	hw, err := net.ParseMAC(mac)
	if err != nil {
		return err
	}
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	return errors.Join(netlink.LinkSetUp(lo), netlink.LinkSetHardwareAddr(l, hw),
		netlink.AddrAdd(l, a), netlink.LinkSetUp(l))
}

// Namespace makes a network namespace that goes with the test.
func Namespace(t testing.TB) netns.NsHandle {
	t.Helper()
	host, err := netns.Get()
	if err != nil {
		t.Fatal(err)
	}
	defer host.Close()
	var ns netns.NsHandle
	if err := nsthread.Net(host, func() (err error) {
		if ns, err = netns.New(); err != nil {
			return err
		}
		// /proc/sys/net is that of the thread that opens it. A kernel without
		// IPv6 has no such file.
		err = os.WriteFile("/proc/sys/net/ipv6/conf/default/disable_ipv6", []byte("1"), 0)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return err
	}); err != nil {
		t.Fatalf("make network namespace: %v", err)
	}
	t.Cleanup(func() { ns.Close() })
	return ns
}

// In runs f in the namespace and fails the test if it fails.
func In(t testing.TB, ns netns.NsHandle, f func() error) {
	t.Helper()
	if err := nsthread.Net(ns, f); err != nil {
		t.Fatal(err)
	}
}
