package router

import (
	"net/netip"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

var (
	vip1 = conf.Address{Prefix: netip.MustParsePrefix("10.0.0.100/24"), Interface: "eth0"}
	vip2 = conf.Address{Prefix: netip.MustParsePrefix("10.0.0.101/24"), Interface: "eth0"}
)

// instance is a virtual router with keepalived's defaults and a change.
func instance(prio int, change ...func(*conf.Instance)) *conf.Instance {
	i := &conf.Instance{Name: "V", Interface: "eth0", Family: conf.IPv4, VRID: 51, Priority: prio, Version: 2, AdvertInt: time.Second,
		Preempt: true, DownTimerAdverts: 3, Accept: true, Addresses: []conf.Address{vip1}, MulticastGroup: netip.MustParseAddr("224.0.0.18"),
		Unicast: conf.Unicast{TTL: 255},
		GARP:    conf.GARP{Repeat: 5, Delay: 5 * time.Second, RefreshTimes: 1, LowerRepeat: 5, LowerDelay: 5 * time.Second}}
	for _, f := range change {
		f(i)
	}
	return i
}

func vips(list ...conf.Address) []conf.Address { return list }

// skewOf is Skew_Time of version 2, written out from RFC 3768 6.1.
func skewOf(prio int) time.Duration { return time.Second - time.Duration(prio)*3906250 }

// toIPv6 makes a virtual router of IPv6.
func toIPv6(i *conf.Instance) {
	i.Family, i.Version, i.MulticastGroup = conf.IPv6, 3, netip.MustParseAddr("ff02::12")
	i.Addresses = vips(
		conf.Address{Prefix: netip.MustParsePrefix("fe80::100/64"), Interface: "eth0"},
		conf.Address{Prefix: netip.MustParsePrefix("fd00::100/64"), Interface: "eth0"})
}
