package expect

import (
	"net/netip"
	"testing"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

const vmac51 = "00:00:5e:00:01:33"

func (s *story) link(t float64, node, iface, mac string) {
	s.add(t, node, timeline.KindLink, func(e *timeline.Event) {
		e.Link = &timeline.Link{Change: timeline.Added, Interface: iface, MAC: mac}
	})
}

// from makes every frame of a node come from another hardware address.
func (s *story) from(node, mac string) {
	for i := range s.events {
		if f := s.events[i].Frame; f != nil && s.events[i].Node == node {
			f.Src = mac
		}
	}
}

func web1s(change func(*conf.Instance)) func(map[string]*conf.Config) {
	return func(c map[string]*conf.Config) { change(c["web1"].Instances[0]) }
}

func TestAdvertsComeFromTheRightHardware(t *testing.T) {
	item := Item{Adverts: &Adverts{VRID: 51, Node: "web1"}}
	vmac := web1s(func(i *conf.Instance) { i.VMAC = true })
	own := func(s *story) { s.link(0, "web1", "enp0s3", macs["web1"]) }
	run(t, steady, []row{
		{name: "own", doctor: own, item: item, to: 20},
		{name: "another interface's", doctor: func(s *story) {
			own(s)
			s.from("web1", "02:00:00:00:00:77")
		}, item: item, to: 20, id: "R3768-7.2-01", got: "02:00:00:00:00:77 at 1.000000 s"},
		{name: "virtual without use_vmac", doctor: func(s *story) {
			own(s)
			s.from("web1", vmac51)
		}, item: item, to: 20, id: "R3768-7.2-01"},
		{name: "virtual", configs: vmac, doctor: func(s *story) { s.from("web1", vmac51) }, item: item, to: 20},
		{name: "own with use_vmac", configs: vmac, doctor: own, item: item, to: 20, id: "R3768-7.2-01", want: vmac51},
		{name: "configured", configs: web1s(func(i *conf.Instance) { i.VMAC, i.VMACDevice.MAC = true, "02:00:00:00:00:99" }),
			doctor: func(s *story) { s.from("web1", "02:00:00:00:00:99") }, item: item, to: 20},
		{name: "vmac_xmit_base", configs: web1s(func(i *conf.Instance) { i.VMAC, i.TransmitBase = true, true }), doctor: own, item: item, to: 20},
		{name: "virtual with vmac_xmit_base", configs: web1s(func(i *conf.Instance) { i.VMAC, i.TransmitBase = true, true }),
			doctor: func(s *story) {
				own(s)
				s.from("web1", vmac51)
			}, item: item, to: 20, id: "R3768-7.2-01"},
	})
}

func TestUnicastAdverts(t *testing.T) {
	item := Item{Adverts: &Adverts{VRID: 51, Node: "web1"}}
	unicast := web1s(func(i *conf.Instance) {
		i.MulticastGroup, i.Source, i.Unicast.TTL = netip.Addr{}, ips["web1"], 255
		i.UnicastPeers = []conf.UnicastPeer{{Address: ips["web2"]}, {Address: ips["web3"]}}
	})
	to := func(ip netip.Addr, mac string) func(*story) {
		return func(s *story) {
			for i := range s.events {
				s.events[i].Frame.IPDst, s.events[i].Frame.Dst = ip, mac
			}
		}
	}
	run(t, steady, []row{
		{name: "to a peer", configs: unicast, doctor: to(ips["web3"], macs["web3"]), item: item, to: 20},
		{name: "to the group", configs: unicast, item: item, to: 20, id: "R3768-5.2.2-01", want: "192.168.0.4, 192.168.0.6"},
		{name: "to a peer, but to all", configs: unicast, doctor: to(ips["web3"], broadcastMAC), item: item, to: 20, id: "R3768-5.2.2-01"},
		{name: "another TTL", configs: unicast, doctor: func(s *story) {
			to(ips["web2"], macs["web2"])(s)
			s.events[3].Frame.TTL = 64
		}, item: item, to: 20, id: "R3768-5.2.3-01", want: "255", got: "64 at"},
		{name: "from another address", configs: unicast, doctor: func(s *story) {
			to(ips["web2"], macs["web2"])(s)
			s.events[3].Frame.IPSrc = ips["web3"]
		}, item: item, to: 20, id: "R3768-5.2.1-01", want: "192.168.0.3", got: "192.168.0.6"},
	})
}

func TestAnnouncementsOfAVirtualMAC(t *testing.T) {
	item := Item{GARP: &GARP{Address: vip, Node: "web2"}}
	vmac := func(base bool) func(map[string]*conf.Config) {
		return func(c map[string]*conf.Config) {
			i := c["web2"].Instances[0]
			i.VMAC, i.TransmitBase = true, base
		}
	}
	announced := func(s *story) {
		for _, e := range s.frames(isGARP) {
			e.Frame.Src, e.Frame.ARP.SenderMAC = vmac51, vmac51
		}
	}
	run(t, crash, []row{
		{name: "virtual, as the adverts", configs: vmac(false), doctor: func(s *story) {
			announced(s)
			s.from("web2", vmac51)
		}, item: item, from: 10.1, to: 20},
		{name: "virtual, with vmac_xmit_base", configs: vmac(true), doctor: announced, item: item, from: 10.1, to: 20},
		{name: "own, with vmac_xmit_base", configs: vmac(true), item: item, from: 10.1, to: 20, id: "R5227-1.1-2.3-01", want: vmac51},
		{name: "virtual without use_vmac", doctor: announced, item: item, from: 10.1, to: 20, id: "R5227-1.1-2.3-01"},
		{name: "an address of another interface", configs: func(c map[string]*conf.Config) {
			vmac(true)(c)
			c["web2"].Instances[0].Addresses[0].Interface = "enp0s8"
		}, item: item, from: 10.1, to: 20},
		// What the kernel of the dead router answers to the announcement.
		{name: "an answer to the same virtual MAC", configs: vmac(true), doctor: func(s *story) {
			announced(s)
			s.arp(14, "web1", "reply", vmac51, vip, vip)
			e := &s.events[len(s.events)-1]
			e.Frame.ARP.TargetMAC, e.Frame.Dst = vmac51, vmac51
		}, item: item, from: 10.1, to: 20},
	})
}

func TestVirtualMACOfIPv6(t *testing.T) {
	i := instance(conf.Backup, 50)
	i.Addresses = []conf.Address{{Prefix: netip.MustParsePrefix("fe80::50/64")}}
	if got := (router{inst: i}).virtualMAC(); got != "00:00:5e:00:02:33" {
		t.Errorf("got %s", got)
	}
}
