package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"

	"github.com/viplab/viplab/bench/internal/gauge"
)

// host is a network namespace with interfaces for a daemon. The far ends are in
// a namespace of their own, where the measuring is done.
type host struct {
	near, far netns.NsHandle
	links     int
	config    string // a folder for files
	load      string
}

// newHost makes a host with links interfaces eth0, eth1 ...; ethN has the
// address 10.N.0.1/16, its far end 10.N.0.2/16.
func newHost(links int) (h *host, err error) {
	h = &host{near: netns.None(), far: netns.None(), links: links}
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	if h.config, err = os.MkdirTemp("", "timing"); err != nil {
		return h, fmt.Errorf("make folder: %w", err)
	}
	for _, ns := range []*netns.NsHandle{&h.near, &h.far} {
		if err := gauge.OnThread(netns.None(), func() (err error) { *ns, err = netns.New(); return err }); err != nil {
			return h, fmt.Errorf("make namespace: %w", err)
		}
	}
	return h, gauge.OnThread(h.near, func() error {
		for n := range links {
			if err := h.wire(n); err != nil {
				return err
			}
		}
		return nil
	})
}

// wire makes a pair of interfaces.
func (h *host) wire(n int) error {
	name := fmt.Sprintf("eth%d", n)
	pair := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: name}, PeerName: name, PeerNamespace: netlink.NsFd(h.far)}
	if err := netlink.LinkAdd(pair); err != nil {
		return fmt.Errorf("add %s: %w", name, err)
	}
	far, err := netlink.NewHandleAt(h.far)
	if err != nil {
		return fmt.Errorf("enter far namespace: %w", err)
	}
	defer far.Close()
	near, err := netlink.NewHandle()
	if err != nil {
		return fmt.Errorf("open netlink: %w", err)
	}
	defer near.Close()
	for last, at := range map[int]*netlink.Handle{1: near, 2: far} {
		link, err := at.LinkByName(name)
		if err != nil {
			return fmt.Errorf("find %s: %w", name, err)
		}
		addr, err := netlink.ParseAddr(fmt.Sprintf("10.%d.0.%d/16", n, last))
		if err != nil {
			return err
		}
		if err := errors.Join(at.AddrAdd(link, addr), at.LinkSetUp(link)); err != nil {
			return fmt.Errorf("set up %s: %w", name, err)
		}
	}
	return nil
}

func (h *host) close() {
	h.near.Close()
	h.far.Close()
	os.RemoveAll(h.config)
}
