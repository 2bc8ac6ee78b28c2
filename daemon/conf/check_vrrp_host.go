package conf

import (
	"slices"

	"github.com/viplab/viplab/daemon/conf/schema"
)

// checkHost holds instances and groups against the host: its interfaces, unless
// they may come and go, and its names of numbers.
func checkHost(c *schema.Context, cfg *Config, host *Host) {
	h := &hostCheck{c: c, known: make(map[string]bool, len(host.Interfaces)), names: host.Names}
	for _, name := range host.Interfaces {
		h.known[name] = true
	}
	dynamic := cfg.Global.VRRP.DynamicInterfaces
	for _, i := range cfg.Instances {
		if !dynamic {
			h.instance(i)
		}
		i.Routes, i.Rules = h.routes(i.Routes), h.rules(i.Rules)
		if !h.ident(groupNames(), &i.VMACDevice.Group, &i.Origin, "use_vmac") {
			i.VMACDevice.Group = Ident{}
		}
		if i.IPVLAN != nil && !h.ident(groupNames(), &i.IPVLAN.Group, &i.Origin, "use_ipvlan") {
			i.IPVLAN.Group = Ident{}
		}
	}
	for _, g := range cfg.SyncGroups {
		if !dynamic {
			h.tracked(g.TrackInterfaces)
		}
	}
}

func (h *hostCheck) instance(i *Instance) {
	h.link(i.Interface, &i.Origin, "interface")
	h.link(i.VRF, &i.Origin, "vrf")
	for _, a := range slices.Concat(i.Addresses, i.Excluded) {
		if a.Given("dev") {
			h.link(a.Interface, &a.Origin, "dev")
		}
	}
	h.tracked(i.TrackInterfaces)
}

func (h *hostCheck) tracked(list []Track) {
	for n := range list {
		h.link(list[n].Name, &list[n].Origin)
	}
}
