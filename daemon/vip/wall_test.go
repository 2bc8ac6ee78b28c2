package vip

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/nftables"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

// countTables counts the nftables tables of the namespace.
func countTables() (int, error) {
	c, err := nftables.New()
	if err != nil {
		return 0, err
	}
	list, err := c.ListTables()
	return len(list), err
}

// tableNames are their names.
func (r *rig) tableNames() []string {
	r.t.Helper()
	got := []string{}
	r.Do(func() error {
		c, err := nftables.New()
		if err != nil {
			return err
		}
		list, err := c.ListTables()
		for _, table := range list {
			got = append(got, table.Name)
		}
		return err
	})
	slices.Sort(got)
	return got
}

// TestAcceptMode pings addresses that the host has without owning them.
func TestAcceptMode(t *testing.T) {
	const addresses = "virtual_ipaddress {\n10.0.0.100/24\n}\nvirtual_ipaddress_excluded {\n2001:db8::100/64\n}\n"
	r := newRig(t)
	needFirewall(t, r)
	other := testnet.New(t)
	other.Plug(r.sw, "p2", "10.0.0.2/24")
	other.Address("2001:db8::2/64", true)
	r.Address("2001:db8::1/64", true)
	reaches := func() (n int) {
		for _, way := range [][2]string{{"10.0.0.100", "10.0.0.1"}, {"2001:db8::100", "2001:db8::1"}} {
			ip, sure := netip.MustParseAddr(way[0]), netip.MustParseAddr(way[1])
			for _, known := range []netip.Addr{ip, sure} { // so that none has to be asked for first
				other.Learn(known, r.MAC("eth0"))
			}
			if slices.Contains(other.Ping(ip, sure), ip) {
				n++
			}
		}
		return n
	}
	reached := func() { // ends with the test binary's own time-out: packets overtake each other between CPUs
		for reaches() < 2 {
		}
	}
	deny, accept := r.read("", addresses+"no_accept"), r.read("", addresses)
	e := r.start(deny)[0]
	equal(t, "tables", len(r.tableNames()), 2) // ready before they are needed
	r.act(e.Acquire)
	equal(t, "no_accept", reaches(), 0)
	r.act(func() { e.Reload(accept.Instances[0], true) })
	reached()
	r.act(func() { e.Reload(deny.Instances[0], true) })
	equal(t, "no_accept again", reaches(), 0)
	named := r.read("global_defs {\nnftables other\nnftables_counters\n}", addresses+"no_accept")
	r.act(func() {
		if err := r.host.Reload(named); err != nil {
			t.Error(err)
		}
		e.Reload(named.Instances[0], true)
	})
	equal(t, "tables", r.tableNames(), []string{"other", "other"})
	equal(t, "another table", reaches(), 0)
	r.act(e.Release)
	for _, a := range []string{"10.0.0.100/24", "2001:db8::100/64"} {
		r.Address(a, true)
	}
	reached() // as the host's own
	r.close()
	equal(t, "tables", r.tableNames(), []string{})
}

// TestMuted: a VMAC is muted as long as it is there.
func TestMuted(t *testing.T) {
	r := newRig(t)
	needFirewall(t, r)
	e := r.start(r.read("", "use_vmac\nvirtual_ipaddress {\n10.0.0.100/24\n}"))[0]
	muted := func() (n int) {
		r.Do(func() error {
			c, err := nftables.New()
			if err != nil {
				return err
			}
			tables, err := c.ListTables()
			for _, table := range tables {
				set, err := c.GetSetByName(table, "vmac_set")
				if err != nil {
					return err
				}
				elements, err := c.GetSetElements(set)
				if err != nil {
					return err
				}
				n += len(elements)
			}
			return err
		})
		return n
	}
	equal(t, "muted", muted(), 2) // once a family
	r.act(func() { e.Reload(r.read("", "virtual_ipaddress {\n10.0.0.100/24\n}").Instances[0], false) })
	equal(t, "muted", muted(), 0)
	r.close()
}

// TestNoFirewall: a kernel without nftables is named once, by those who need it.
func TestNoFirewall(t *testing.T) {
	r := newRig(t)
	r.start(r.read("", "virtual_ipaddress {\n10.0.0.100/24\n}"))
	r.host.wall.fire, r.host.wall.missing = nil, errNone
	equal(t, "log", len(r.log), 0)
	for _, i := range r.read("", "no_accept\nvirtual_ipaddress {\n10.0.0.100/24\n}", "no_accept\nvirtual_ipaddress {\n10.0.0.101/24\n}").Instances {
		r.Do(func() error {
			e, err := r.host.Estate(i)
			if err != nil {
				return err
			}
			e.Acquire()
			return nil
		})
	}
	equal(t, "log", r.log[:1], []string{"no firewall, so that no_accept has no effect and switches may see virtual MAC addresses of Backups: none"})
	equal(t, "addresses", r.addresses("eth0"), []string{"10.0.0.1/24", "10.0.0.100/24", "10.0.0.101/24"})
	n := 0
	for _, line := range r.log {
		if line == r.log[0] {
			n++
		}
	}
	equal(t, "times", n, 1)
	r.close()
	equal(t, "addresses", r.addresses("eth0"), []string{"10.0.0.1/24"})
}

type none string

func (n none) Error() string { return string(n) }

const errNone = none("none")
