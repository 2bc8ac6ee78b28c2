package conf

import (
	"slices"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// How many addresses an advert has room for: what its 8-bit count allows, and
// what an Ethernet frame of 1500 bytes holds of IPv6.
const maxAddresses, maxAddresses6 = 255, 89

// addresses completes the addresses and checks them as a whole.
func (f *finisher) addresses() {
	f.devices(&f.i.Addresses)
	f.devices(&f.i.Excluded)
	f.present()
	f.overflow()
	i := f.i
	if i.Family != IPv6 || len(i.Addresses) == 0 || len(i.UnicastPeers) > 0 {
		return
	}
	if a := &i.Addresses[0]; !a.Prefix.Addr().IsLinkLocalUnicast() {
		severity := diag.Warning
		if i.Strict {
			severity = diag.Error
		}
		f.report(where(&a.Origin, a.Prefix.Addr().String()), severity, diag.FirstNotLinkLocal,
			"the first IPv6 address is not link-local: other makes of routers may drop the adverts", "write an address of fe80::/64 first")
	}
}

// devices gives the instance's interface to addresses without one.
func (f *finisher) devices(list *[]Address) {
	for n := range *list {
		if a := &(*list)[n]; a.Interface == "" {
			a.Interface = f.i.Interface
		}
	}
	if f.i.Interface != "" || len(f.i.UnicastPeers) == 0 { // the instance's own lack is reported
		return
	}
	*list = slices.DeleteFunc(*list, func(a Address) bool {
		if a.Interface == "" {
			f.report(where(&a.Origin, addressText(a.Prefix)), diag.Error, diag.MissingInterface, addressText(a.Prefix)+" has no interface; it is passed over",
				"write dev and an interface behind it")
		}
		return a.Interface == ""
	})
}

// present reports an instance without addresses, unless it says that this is
// meant.
func (f *finisher) present() {
	i := f.i
	if len(i.Addresses) > 0 || i.NoAddresses {
		return
	}
	text, help := "vrrp_instance "+i.Name+" has no virtual_ipaddress", "write virtual_ipaddress { ADDRESS }"
	if len(i.Excluded) > 0 {
		help = "write one address at least in virtual_ipaddress"
	}
	switch {
	case i.Strict:
		f.missing(diag.Fatal, diag.NoVirtualAddress, "virtual_ipaddress", text+", which strict mode demands", help)
	case i.Version == 3 || i.Family == IPv6:
		f.missing(diag.Fatal, diag.NoVirtualAddress, "virtual_ipaddress", text+", which version 3 demands", help)
	default:
		f.missing(diag.Error, diag.NoVirtualAddress, "virtual_ipaddress", text+": as Master it holds nothing", help)
	}
}

// overflow moves to the excluded addresses what an advert has no room for.
func (f *finisher) overflow() {
	i, limit := f.i, maxAddresses
	if i.Family == IPv6 {
		limit = maxAddresses6
	}
	if len(i.Addresses) <= limit {
		return
	}
	first := &i.Addresses[limit]
	f.c.Errorf(diag.TooManyAddresses, where(&first.Origin, addressText(first.Prefix)),
		"an advert has room for %d of %d addresses; from this one on they are held without being advertised", limit, len(i.Addresses))
	i.Excluded = append(i.Excluded, i.Addresses[limit:]...)
	i.Addresses = i.Addresses[:limit:limit]
}
