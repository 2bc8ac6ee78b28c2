package conf

import (
	"net/netip"
	"strconv"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// asksUnicast returns the word that asks for unicast, if one does.
func (f *finisher) asksUnicast() (at word, ok bool) {
	for _, k := range []string{"unicast_peer", "unicast_src_ip", "unicast_fault_no_peer", "check_unicast_src", "old_unicast_checksum"} {
		if f.i.Given(k) {
			return f.at(k), true
		}
	}
	return at, false
}

// unicast decides between the group and the peers.
func (f *finisher) unicast() {
	i := f.i
	if i.IPVLAN != nil && !i.Source.IsValid() {
		i.Source = i.IPVLAN.Address.Addr()
	}
	if i.TrackSource && !i.Source.IsValid() {
		f.c.Warnf(diag.NoEffect, f.at("track_src_ip"), "track_src_ip has no effect: no source is given")
		i.TrackSource = false
	}
	if len(i.UnicastPeers) == 0 {
		f.noPeers()
		return
	}
	if i.Given("mcast_dst_ip") {
		f.errorf(diag.NoEffect, "mcast_dst_ip", "mcast_dst_ip has no effect: adverts go to the peers")
	}
	i.MulticastGroup = netip.Addr{}
	if i.Strict {
		f.report(f.at("unicast_peer"), diag.Warning, diag.StrictViolation, "strict mode: there is no unicast where the interface can do multicast",
			"keepalived 2.4 does not run the instance there; leave strict mode or unicast_peer out")
	}
	for n := range i.UnicastPeers {
		p := &i.UnicastPeers[n]
		if p.Given("min_ttl") || p.Given("max_ttl") {
			i.Unicast.CheckSource = true
		}
		if p.Address == i.Source {
			f.report(where(&p.Origin, p.Address.String()), diag.Warning, diag.PeerIsSelf, "unicast_peer "+p.Address.String()+" is the instance's own source",
				"list the addresses of the other routers")
		}
	}
}

// noPeers reports what is said of unicast where there is none.
func (f *finisher) noPeers() {
	i := f.i
	i.Unicast.CheckSource = false
	if i.Given("unicast_ttl") {
		f.errorf(diag.NoEffect, "unicast_ttl", "unicast_ttl has no effect: there is no unicast_peer")
		i.Unicast.TTL = 255
	}
	at, ok := f.asksUnicast()
	if !ok || i.Unicast.FaultNoPeer {
		return
	}
	lack := " asks for unicast, and there is no unicast_peer"
	if at.Text == "unicast_peer" {
		lack = " has no address"
	}
	f.report(at, diag.Error, diag.UnicastNoPeer, at.Text+lack+": adverts go to the group "+i.MulticastGroup.String(),
		"list the addresses of the other routers in unicast_peer")
}

// vmac holds the devices of an instance to what they can do.
func (f *finisher) vmac() {
	i := f.i
	if _, ok := f.asksUnicast(); ok && i.VMAC {
		f.vmacUnicast()
	}
	if i.IPVLAN != nil && i.Family == IPv4 && !i.IPVLAN.Address.IsValid() {
		f.report(f.at("use_ipvlan"), diag.Error, diag.MissingFeature, "use_ipvlan has no address, and the instance stays in FAULT", "write use_ipvlan ADDRESS")
	}
	d := &i.VMACDevice
	if i.Strict && d.MAC != "" {
		f.strict("use_vmac", "the MAC address is that of the virtual router, not %s", d.MAC)
		d.MAC = ""
	}
	if len(d.MAC) == len("02:00:00:00:01") {
		d.MAC += ":" + strconv.FormatInt(0x100+int64(i.VRID), 16)[1:]
	}
	if i.TransmitBase && i.VMAC && i.Strict {
		f.strict("vmac_xmit_base", "adverts come from the VMAC; vmac_xmit_base is passed over")
		i.TransmitBase = false
	}
	if i.TransmitBase && !i.VMAC {
		f.errorf(diag.NoEffect, "vmac_xmit_base", "vmac_xmit_base has no effect without use_vmac")
		i.TransmitBase = false
	}
	if i.PromoteSecondaries && (i.VMAC || i.IPVLAN != nil) {
		f.errorf(diag.NoEffect, "promote_secondaries", "promote_secondaries has no effect: the device of the instance has it anyway")
		i.PromoteSecondaries = false
	}
}

// vmacUnicast: unicast adverts leave from the interface below a VMAC.
func (f *finisher) vmacUnicast() {
	i := f.i
	switch {
	case i.Interface == "":
		f.errorf(diag.VMACUnicast, "use_vmac", "use_vmac is passed over: unicast without an interface has nothing to put it on")
		i.VMAC, i.VMACDevice = false, VMACDevice{}
	case !i.TransmitBase:
		f.report(f.at("use_vmac"), diag.Error, diag.VMACUnicast, "use_vmac with unicast sends from the interface itself", "write vmac_xmit_base")
		i.TransmitBase = true
	}
}
