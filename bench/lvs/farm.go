package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/bench/internal/gauge"
	"github.com/viplab/viplab/daemon/ipvs"
)

// farm is a director's namespace with a cable to another one, which has the
// addresses of all real servers.
type farm struct {
	director, servers netns.NsHandle
	folder            string // for files
	table             *ipvs.Conn
	door              *door
}

func newFarm(ctx context.Context) (f *farm, err error) {
	f = &farm{director: netns.None(), servers: netns.None()}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.close())
		}
	}()
	if f.folder, err = os.MkdirTemp("", "lvs"); err != nil {
		return f, fmt.Errorf("make folder: %w", err)
	}
	for _, ns := range []*netns.NsHandle{&f.director, &f.servers} {
		if err := gauge.OnThread(netns.None(), func() (err error) { *ns, err = netns.New(); return err }); err != nil {
			return f, fmt.Errorf("make namespace: %w", err)
		}
	}
	if err := gauge.OnThread(f.director, func() (err error) {
		if err := f.wire(); err != nil {
			return err
		}
		f.table, err = ipvs.Open(ctx)
		return err
	}); err != nil {
		return f, err
	}
	return f, gauge.OnThread(f.servers, func() (err error) {
		if err := f.answerForAll(); err != nil {
			return err
		}
		f.door, err = openDoor()
		return err
	})
}

func (f *farm) config() string { return filepath.Join(f.folder, "keepalived.conf") }

// wire connects the two: the director has 10.0.0.1, the real servers are behind
// 10.0.0.2, so that the director needs one neighbour.
func (f *farm) wire() error {
	pair := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "eth0"}, PeerName: "eth0", PeerNamespace: netlink.NsFd(f.servers)}
	if err := netlink.LinkAdd(pair); err != nil {
		return fmt.Errorf("add cable: %w", err)
	}
	for ns, text := range map[netns.NsHandle]string{f.director: "10.0.0.1/24", f.servers: "10.0.0.2/24"} {
		at, err := netlink.NewHandleAt(ns, unix.NETLINK_ROUTE)
		if err != nil {
			return fmt.Errorf("enter namespace: %w", err)
		}
		defer at.Close()
		addr, err := netlink.ParseAddr(text)
		if err != nil {
			return err
		}
		for _, name := range []string{"lo", "eth0"} {
			link, err := at.LinkByName(name)
			if err != nil {
				return fmt.Errorf("find %s: %w", name, err)
			}
			if name == "eth0" {
				err = at.AddrAdd(link, addr)
			}
			if err := errors.Join(err, at.LinkSetUp(link)); err != nil {
				return fmt.Errorf("set up %s: %w", name, err)
			}
		}
	}
	link, err := netlink.LinkByName("eth0")
	if err != nil {
		return fmt.Errorf("find cable: %w", err)
	}
	farm, err := netlink.ParseIPNet("10.1.0.0/16")
	if err != nil {
		return err
	}
	via, err := netlink.ParseIPNet("10.0.0.2/24")
	if err != nil {
		return err
	}
	if err := netlink.RouteAdd(&netlink.Route{LinkIndex: link.Attrs().Index, Dst: farm, Gw: via.IP}); err != nil {
		return fmt.Errorf("add route to real servers: %w", err)
	}
	return nil
}

// answerForAll makes every address of a real server one of this host's.
func (f *farm) answerForAll() error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("find loopback: %w", err)
	}
	farm, err := netlink.ParseIPNet("10.1.0.0/16")
	if err != nil {
		return err
	}
	const local, table = 2, 255 // RTN_LOCAL, RT_TABLE_LOCAL
	route := &netlink.Route{LinkIndex: lo.Attrs().Index, Dst: farm, Type: local, Table: table, Scope: netlink.SCOPE_HOST}
	if err := netlink.RouteAdd(route); err != nil {
		return fmt.Errorf("add addresses of real servers: %w", err)
	}
	for _, name := range []string{"core/somaxconn", "ipv4/tcp_max_syn_backlog"} {
		if err := os.WriteFile("/proc/sys/net/"+name, []byte("65535"), 0); err != nil {
			return fmt.Errorf("let connections wait: %w", err)
		}
	}
	return nil
}

func (f *farm) close() (err error) {
	if f.door != nil {
		err = f.door.close()
	}
	if f.table != nil {
		err = errors.Join(err, f.table.Close())
	}
	return errors.Join(err, f.director.Close(), f.servers.Close(), os.RemoveAll(f.folder))
}
