package conf

import (
	"strings"
	"testing"
)

// FuzzLines reads any text as lines of the blocks of this package: what is
// printed of them must be read as the same again.
func FuzzLines(f *testing.F) {
	for _, lines := range []string{
		"10.0.0.1/24 dev eth0 brd + label x scope link", "2001:db8::1 peer 2001:db8::2 preferred_lft 5 -nodad",
		"blackhole 10.0.0.0/8 no_track", "default via 10.0.0.5 dev eth0 mtu lock 1400 rtt 5s encap ip id 5 dst 10.0.0.1",
		"10.0.0.0/8 dev eth0 nexthop via 10.0.0.5 weight 2 realms 1/2 nexthop dev eth1 encap mpls 1/2",
		"not from 10.0.0.0/8 table main preference 5 fwmark 1/2 uidrange 1-2 sport 5", "goto 7 preference 5 iif eth0 sup_pl 3",
		"s weight 5 reverse", "f weight -254 noreverse", "eth0 1.5 2", "eth0 MII", "V W",
	} {
		for block := range len(fuzzBlocks()) {
			f.Add(uint8(block), lines)
		}
	}
	f.Fuzz(func(t *testing.T, block uint8, lines string) {
		blocks := fuzzBlocks()
		lineFile(t, blocks[int(block)%len(blocks)](strings.Map(plain, lines)))
	})
}

// fuzzBlocks put lines into each kind of block.
func fuzzBlocks() []func(lines string) string {
	var list []func(string) string
	for _, name := range []string{"virtual_ipaddress", "virtual_ipaddress_excluded", "virtual_routes", "virtual_rules",
		"track_script", "track_interface", "track_file", "track_process", "track_bfd"} {
		list = append(list, func(lines string) string { return tracked + in(name, lines) })
	}
	for _, name := range []string{"static_ipaddress", "static_routes", "static_rules", "linkbeat_interfaces", "interface_up_down_delays", "garp_group",
		"vrrp_script s", "track_file f", "vrrp_track_process p", "bfd_instance b", "track_group G"} {
		list = append(list, func(lines string) string { return name + " {\n" + lines + "\n}\n" })
	}
	return list
}

// plain leaves out what has a meaning to the syntax, which has fuzz targets of
// its own.
func plain(r rune) rune {
	if r == '\n' || r > ' ' && r < 0x7f && !strings.ContainsRune("\"\\{}$#!~@'", r) {
		return r
	}
	return ' '
}
