package firewall

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/nftables"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

// tables are the names of all tables of h.
func tables(h *testnet.Host) []string {
	got := []string{}
	h.Do(func() error {
		conn, err := nftables.New()
		if err != nil {
			return err
		}
		list, err := conn.ListTables()
		for _, table := range list {
			got = append(got, fmt.Sprintf("%d %s", table.Family, table.Name))
		}
		slices.Sort(got)
		return err
	})
	return got
}

// TestOtherTables: leftovers of a crash go, other tables stay.
func TestOtherTables(t *testing.T) {
	_, h, other, index := lan(t)
	crashed := open(t, h, Options{})
	h.Do(func() error {
		conn, err := nftables.New()
		if err != nil {
			return err
		}
		for _, table := range []nftables.Table{{Name: "filter", Family: nftables.TableFamilyIPv4}, {Name: "keepalived", Family: nftables.TableFamilyINet}} {
			conn.AddChain(&nftables.Chain{Name: "in", Table: conn.AddTable(&table)})
		}
		return errors.Join(conn.Flush(), crashed.Refuse(Place{netip.MustParseAddr("10.0.0.100"), index}, Place{netip.MustParseAddr("2001:db8::100"), index}))
	})
	if d := cmp.Diff([]string{"1 keepalived", "10 keepalived", "2 filter", "2 keepalived"}, tables(h)); d != "" {
		t.Errorf("the test is no test (-want +got)\n%s", d)
	}
	expect(t, "crashed", other, "fe80::100")
	h.Do(func() error { _, err := Open(Options{}); return err })
	if d := cmp.Diff([]string{"1 keepalived", "2 filter"}, tables(h)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	expect(t, "started again", other, "10.0.0.100", "2001:db8::100", "fe80::100")
}

// TestRepair: a table that somebody has removed or emptied is made again.
func TestRepair(t *testing.T) {
	_, h, other, index := lan(t)
	f := open(t, h, Options{Table: "mine"})
	places := []Place{{netip.MustParseAddr("10.0.0.100"), index}, {netip.MustParseAddr("10.0.0.101"), index}}
	ruin := func(what func(conn *nftables.Conn, table *nftables.Table)) {
		h.Do(func() error {
			conn, err := nftables.New()
			if err != nil {
				return err
			}
			what(conn, &nftables.Table{Name: "mine", Family: nftables.TableFamilyIPv4})
			return conn.Flush()
		})
	}
	h.Do(func() error { return f.Refuse(places[0]) })
	ruin(func(conn *nftables.Conn, table *nftables.Table) { conn.DelTable(table) })
	expect(t, "table removed", other, "10.0.0.100", "2001:db8::100", "fe80::100")
	h.Do(func() error { return f.Refuse(places[1]) })
	expect(t, "made again", other, "2001:db8::100", "fe80::100")
	ruin(func(conn *nftables.Conn, table *nftables.Table) {
		conn.FlushSet(&nftables.Set{Name: "vips", Table: table})
	})
	h.Do(func() error { return f.Accept(places[1]) })
	expect(t, "filled again", other, "2001:db8::100", "fe80::100")
}

// TestLazy: Refuse makes the table itself where nobody has prepared it.
func TestLazy(t *testing.T) {
	_, h, other, index := lan(t)
	f := open(t, h, Options{})
	h.Do(f.Close)
	h.Do(func() error { return f.Refuse(Place{netip.MustParseAddr("10.0.0.100"), index}) })
	expect(t, "refused", other, "2001:db8::100", "fe80::100")
	if d := cmp.Diff([]string{"2 keepalived"}, tables(h)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// TestMany refuses more than one message holds.
func TestMany(t *testing.T) {
	_, h, _, index := lan(t)
	f := open(t, h, Options{})
	var list []Place
	for n := range 2500 {
		high, low := byte(n>>8), byte(n)
		list = append(list, Place{netip.AddrFrom4([4]byte{10, 1, high, low}), index},
			Place{netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 14: high, 15: low}), index},
			Place{netip.AddrFrom16([16]byte{0xfe, 0x80, 14: high, 15: low}), index})
	}
	size := func(family nftables.TableFamily, set string) (n int) {
		h.Do(func() error {
			conn, err := nftables.New()
			if err != nil {
				return err
			}
			s, err := conn.GetSetByName(&nftables.Table{Name: "keepalived", Family: family}, set)
			if err != nil {
				return err
			}
			list, err := conn.GetSetElements(s)
			n = len(list)
			return err
		})
		return n
	}
	check := func(want int) {
		t.Helper()
		for _, row := range []struct {
			family nftables.TableFamily
			set    string
		}{{nftables.TableFamilyIPv4, "vips"}, {nftables.TableFamilyIPv6, "vips"}, {nftables.TableFamilyIPv6, "vips_link_local"}} {
			if got := size(row.family, row.set); got != want {
				t.Errorf("%d in %s of family %d, want %d", got, row.set, row.family, want)
			}
		}
	}
	h.Do(func() error { return f.Refuse(list...) })
	check(2500)
	h.Do(func() error { return f.Accept(list[:len(list)-3]...) })
	check(1)
	h.Do(func() error { return f.Refuse(list...) })
	check(2500)
}
