package conf

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// router is what tells virtual routers apart on the wire: adverts to other
// groups or other peers are not heard.
type router struct {
	link   string
	family Family
	vrid   int
	to     netip.Addr
}

// routers yields the routers that i would be.
func (i *Instance) routers() []router {
	if i.VRID == 0 || i.Interface == "" && len(i.UnicastPeers) == 0 {
		return nil
	}
	r := router{i.Interface, i.Family, i.VRID, i.MulticastGroup}
	if len(i.UnicastPeers) == 0 {
		return []router{r}
	}
	list := make([]router, len(i.UnicastPeers))
	for n, p := range i.UnicastPeers {
		r.to = p.Address
		list[n] = r
	}
	return list
}

// checkClashes finds virtual routers that two instances claim.
func checkClashes(c *schema.Context, cfg *Config) {
	seen := make(map[router]*Instance, len(cfg.Instances))
	for _, i := range cfg.Instances {
		var rival *Instance
		for _, r := range i.routers() {
			if first := seen[r]; first == nil {
				seen[r] = i
			} else if first != i {
				rival = first
			}
		}
		if rival == nil {
			continue
		}
		c.Report(diag.Diagnostic{Span: placed(i.Where("virtual_router_id"), "virtual_router_id").Span, Severity: diag.Fatal, Code: diag.VRIDClash,
			Text:  fmt.Sprintf("virtual_router_id %d of IPv%d on %s is that of vrrp_instance %s already", i.VRID, i.Family, i.Interface, rival.Name),
			Help:  "give each instance on the interface a number of its own",
			Notes: []diag.Note{{Pos: rival.Where("virtual_router_id"), Text: "first used here"}}})
	}
}

// checkDevices finds VMACs and ipvlans that two instances claim.
func checkDevices(c *schema.Context, cfg *Config) {
	type mac struct{ link, mac string }
	devices, macs := map[string]*Instance{}, map[mac]*Instance{}
	for _, i := range cfg.Instances {
		names := []*string{&i.VMACDevice.Name}
		if i.IPVLAN != nil {
			names = append(names, &i.IPVLAN.Name)
		}
		for _, name := range names {
			if first := devices[*name]; first != nil && first != i {
				c.Errorf(diag.DuplicateName, deviceWord(i),
					"device %s is that of vrrp_instance %s; the name is passed over", *name, first.Name)
				*name = ""
			} else if *name != "" {
				devices[*name] = i
			}
		}
		key := mac{i.Interface, i.VMACDevice.MAC}
		if first := macs[key]; first != nil {
			c.Warnf(diag.DuplicateAddress, placed(i.Where("use_vmac"), "use_vmac"),
				"MAC address %s on %s is that of vrrp_instance %s already", key.mac, key.link, first.Name)
		} else if key.mac != "" {
			macs[key] = i
		}
	}
}

// deviceWord is the keyword that gives i a device.
func deviceWord(i *Instance) word {
	if pos := i.Where("use_vmac"); pos.Known() {
		return placed(pos, "use_vmac")
	}
	return placed(i.Where("use_ipvlan"), "use_ipvlan")
}

// checkDuplicates finds addresses that stand twice: in two instances both hold
// it, in one the second changes nothing. A second one in virtual_ipaddress stays:
// adverts count it, and those of other hosts with the same list must agree.
func checkDuplicates(c *schema.Context, cfg *Config) {
	type place struct {
		ip  netip.Addr
		dev string
	}
	type holder struct {
		instance *Instance
		pos      Pos
	}
	seen := map[place]holder{}
	for _, i := range cfg.Instances {
		twice := func(a Address) bool {
			p := place{a.Prefix.Addr(), a.Interface}
			first, ok := seen[p]
			if !ok {
				seen[p] = holder{i, a.Pos}
				return false
			}
			d := diag.Diagnostic{Span: where(&a.Origin, p.ip.String()).Span, Code: diag.DuplicateAddress, Notes: []diag.Note{{Pos: first.pos, Text: "first given here"}}}
			if first.instance == i {
				d.Text = p.ip.String() + " stands twice in vrrp_instance " + i.Name
				d.Help = "leave one out, here and on the other hosts"
			} else {
				d.Text = p.ip.String() + " is an address of vrrp_instance " + first.instance.Name + " too: two hosts may hold it at a time"
				d.Help = "give each instance addresses of its own"
			}
			c.Report(d)
			return first.instance == i
		}
		for _, a := range i.Addresses {
			twice(a)
		}
		i.Excluded = slices.DeleteFunc(i.Excluded, twice)
	}
}
