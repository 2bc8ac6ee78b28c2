package kernel

import (
	"errors"
	"fmt"
	"net"
	"os"
	"unsafe"

	"github.com/google/nftables"
	"github.com/moby/ipvs"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Feature names something that a kernel can do for a lab.
type Feature string

// The features. Each is found by trying it in a runner, not by the kernel's
// version or configuration.
const (
	FeatureVeth     Feature = "veth"
	FeatureBridge   Feature = "bridge"
	FeatureMacvlan  Feature = "macvlan"
	FeatureVLAN     Feature = "vlan" // 802.1Q
	FeatureVRF      Feature = "vrf"
	FeatureDummy    Feature = "dummy"
	FeatureIPv6     Feature = "ipv6"
	FeatureIPVS     Feature = "ipvs"
	FeatureNetem    Feature = "netem" // delay and loss on a link
	FeatureNftables Feature = "nftables"
	FeatureIptables Feature = "iptables" // the legacy filter table
	FeatureTunnels  Feature = "tunnels"  // the ends of GRE and GUE tunnels
	FeatureOverlay  Feature = "overlay"  // the file system that nodes' roots need
)

// Features lists all features, in the order in which they are shown.
func Features() []Feature {
	return []Feature{FeatureIPVS, FeatureNetem, FeatureVeth, FeatureBridge, FeatureMacvlan, FeatureVLAN, FeatureVRF,
		FeatureDummy, FeatureIPv6, FeatureNftables, FeatureIptables, FeatureTunnels, FeatureOverlay}
}

// tryFeatures returns the features that this runner's kernel has. Traces of the
// trial stay in the runner, which ends after it.
func tryFeatures() []Feature {
	trials := map[Feature]func() error{
		FeatureVeth:     tryVeth,
		FeatureBridge:   tryLink(&netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: "trybr"}}),
		FeatureMacvlan:  tryOnVeth(func(a netlink.LinkAttrs) netlink.Link { return &netlink.Macvlan{LinkAttrs: a} }),
		FeatureVLAN:     tryOnVeth(func(a netlink.LinkAttrs) netlink.Link { return &netlink.Vlan{LinkAttrs: a, VlanId: 7} }),
		FeatureVRF:      tryLink(&netlink.Vrf{LinkAttrs: netlink.LinkAttrs{Name: "tryvrf"}, Table: 7}),
		FeatureDummy:    tryLink(&netlink.Dummy{LinkAttrs: netlink.LinkAttrs{Name: "trydummy"}}),
		FeatureIPv6:     tryIPv6,
		FeatureIPVS:     tryIPVS,
		FeatureNetem:    tryNetem,
		FeatureNftables: tryNftables,
		FeatureIptables: tryIptables,
		FeatureTunnels:  tryTunnels,
		FeatureOverlay:  tryOverlay,
	}
	var found []Feature
	for _, f := range Features() {
		if trials[f]() == nil {
			found = append(found, f)
		}
	}
	return found
}

func tryLink(link netlink.Link) func() error {
	return func() error { return netlink.LinkAdd(link) }
}

func tryVeth() error {
	return netlink.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "tryveth"}, PeerName: "trypeer"})
}

// tryOnVeth makes a link on top of a pair's end that tryVeth made.
func tryOnVeth(make func(netlink.LinkAttrs) netlink.Link) func() error {
	return func() error {
		lower, err := netlink.LinkByName("tryveth")
		if err != nil {
			return err
		}
		link := make(netlink.LinkAttrs{ParentIndex: lower.Attrs().Index})
		link.Attrs().Name = "try" + link.Type()
		return netlink.LinkAdd(link)
	}
}

func tryIPv6() error {
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return unix.Close(fd)
}

func tryIPVS() error {
	// Without the family the ipvs package takes every answer for success.
	if _, err := netlink.GenlFamilyGet("IPVS"); err != nil {
		return err
	}
	h, err := ipvs.New("")
	if err != nil {
		return err
	}
	defer h.Close()
	return h.NewService(&ipvs.Service{
		Address: net.IPv4(127, 0, 0, 1).To4(), AddressFamily: unix.AF_INET, Netmask: 0xffffffff,
		Protocol: unix.IPPROTO_TCP, Port: 1, SchedName: "rr",
	})
}

func tryNetem() error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	attrs := netlink.QdiscAttrs{LinkIndex: lo.Attrs().Index, Handle: netlink.MakeHandle(1, 0), Parent: netlink.HANDLE_ROOT}
	qdisc := netlink.NewNetem(attrs, netlink.NetemQdiscAttrs{Latency: 1})
	return errors.Join(netlink.QdiscAdd(qdisc), netlink.QdiscDel(qdisc))
}

func tryNftables() error {
	c, err := nftables.New()
	if err != nil {
		return err
	}
	table := c.AddTable(&nftables.Table{Family: nftables.TableFamilyINet, Name: "try"})
	c.AddChain(&nftables.Chain{Name: "input", Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookInput, Priority: nftables.ChainPriorityFilter})
	return c.Flush()
}

// tryIptables asks for the filter table as iptables does: IPT_SO_GET_INFO of
// linux/netfilter_ipv4/ip_tables.h with struct ipt_getinfo.
func tryIptables() error {
	const iptSoGetInfo = 64
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_RAW)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	var info struct {
		name       [32]byte
		validHooks uint32
		hookEntry  [5]uint32
		underflow  [5]uint32
		entries    uint32
		size       uint32
	}
	copy(info.name[:], "filter")
	size := uint32(unsafe.Sizeof(info))
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.IPPROTO_IP, iptSoGetInfo,
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// tryTunnels makes an end of GRE, and asks for what makes those of GUE.
func tryTunnels() error {
	gre := &netlink.Gretun{
		LinkAttrs: netlink.LinkAttrs{Name: "trygre"},
		Local:     net.IPv4(127, 0, 0, 1), Remote: net.IPv4(127, 0, 0, 2),
	}
	_, err := netlink.GenlFamilyGet(netlink.FOU_GENL_NAME)
	return errors.Join(netlink.LinkAdd(gre), err)
}

// tryOverlay mounts what a node's root is made of: the runner's own files below,
// memory above. In a user namespace that cannot be "/" itself.
func tryOverlay() error {
	base := runnerDir + "/try"
	for _, dir := range []string{"/upper", "/work", "/root"} {
		if err := os.MkdirAll(base+dir, 0o755); err != nil {
			return err
		}
	}
	return unix.Mount("overlay", base+"/root", "overlay", 0,
		fmt.Sprintf("lowerdir=/usr,upperdir=%[1]s/upper,workdir=%[1]s/work", base))
}
