package netif

import (
	"errors"
	"fmt"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// addVMAC makes the device of v, down, on parent, in the VRF of that one.
func (c *Conn) addVMAC(v *VMAC, name string, parent *Link) error {
	req := nl.NewNetlinkRequest(unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL|unix.NLM_F_ACK)
	req.AddData(nl.NewIfInfomsg(unix.AF_UNSPEC))
	putText(req, unix.IFLA_IFNAME, name)
	put32(req, unix.IFLA_LINK, uint32(parent.Index))
	if v.Group != 0 {
		put32(req, unix.IFLA_GROUP, v.Group)
	}
	if parent.Master != 0 {
		if master, err := c.LinkAt(parent.Master); err == nil && master.Kind == "vrf" {
			put32(req, unix.IFLA_MASTER, uint32(parent.Master))
		}
	}
	info := nested(req, unix.IFLA_LINKINFO)
	put(info, unix.IFLA_INFO_KIND, []byte(v.kind()))
	data := nested(info, unix.IFLA_INFO_DATA)
	if v.IPVLAN {
		put16(data, unix.IFLA_IPVLAN_MODE, ipvlanL2)
		put16(data, unix.IFLA_IPVLAN_FLAGS, uint16(v.Spread))
	} else {
		put(req, unix.IFLA_ADDRESS, v.mac())
		put32(data, unix.IFLA_MACVLAN_MODE, macvlanPrivate)
	}
	if _, err := c.do(req); err != nil {
		return fmt.Errorf("make %s %s on %s: %w", v.kind(), name, parent.Name, err)
	}
	return nil
}

// removeLink deletes an interface. One that is gone is no error.
func (c *Conn) removeLink(l *Link) error {
	req := nl.NewNetlinkRequest(unix.RTM_DELLINK, unix.NLM_F_ACK)
	msg := nl.NewIfInfomsg(unix.AF_UNSPEC)
	msg.Index = int32(l.Index)
	req.AddData(msg)
	if _, err := c.do(req); err != nil && !errors.Is(err, unix.ENODEV) {
		return fmt.Errorf("remove interface %s: %w", l.Name, err)
	}
	return nil
}

// setUp makes a device of ours administratively up, and marks it.
func (c *Conn) setUp(l *Link) error {
	req := nl.NewNetlinkRequest(unix.RTM_NEWLINK, unix.NLM_F_ACK)
	msg := nl.NewIfInfomsg(unix.AF_UNSPEC)
	msg.Index, msg.Flags, msg.Change = int32(l.Index), unix.IFF_UP, unix.IFF_UP
	req.AddData(msg)
	putText(req, unix.IFLA_IFALIAS, mark)
	if _, err := c.do(req); err != nil {
		return fmt.Errorf("set interface %s up: %w", l.Name, err)
	}
	return nil
}
