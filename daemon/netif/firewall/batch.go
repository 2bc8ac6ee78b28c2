package firewall

import (
	"encoding/binary"
	"errors"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/netif"
)

// batch is changes to the table of a family that are to be made at once. The
// names of chains and sets are those that keepalived has.
type batch struct {
	conn   *nftables.Conn
	family netif.Family
	table  *nftables.Table
	vips   *nftables.Set // addresses
	local  *nftables.Set // link-local addresses with their interfaces, IPv6 only
	muted  *nftables.Set // interfaces
}

func newBatch(conn *nftables.Conn, name string, family netif.Family) *batch {
	table := &nftables.Table{Name: name, Family: nftables.TableFamilyIPv4}
	key := nftables.TypeIPAddr
	b := &batch{conn: conn, family: family, table: table}
	if family == netif.IPv6 {
		table.Family = nftables.TableFamilyIPv6
		key = nftables.TypeIP6Addr
		b.local = &nftables.Set{Table: table, Name: "vips_link_local", Concatenation: true,
			KeyType: nftables.MustConcatSetType(nftables.TypeIP6Addr, nftables.TypeIFIndex)}
	}
	b.vips = &nftables.Set{Table: table, Name: "vips", KeyType: key}
	b.muted = &nftables.Set{Table: table, Name: "vmac_set", KeyType: nftables.TypeIFIndex, KeyByteOrder: binaryutil.NativeEndian}
	return b
}

// drop removes the table, be it there or not.
func (b *batch) drop() {
	b.conn.AddTable(b.table)
	b.conn.DelTable(b.table)
}

// create makes the table with its sets, chains and rules.
func (b *batch) create(o Options) error {
	b.conn.AddTable(b.table)
	var failed []error
	for n, s := range []*nftables.Set{b.vips, b.local, b.muted} {
		if s != nil {
			// What the library numbers by itself it counts in a variable of its own that
			// two threads must not use at once. A number is one's own in a transaction.
			s.ID = uint32(10*int(b.table.Family) + n + 1)
			failed = append(failed, b.conn.AddSet(s, nil))
		}
	}
	chain := func(name string, hook *nftables.ChainHook) *nftables.Chain {
		accept := nftables.ChainPolicyAccept
		return b.conn.AddChain(&nftables.Chain{Name: name, Table: b.table, Type: nftables.ChainTypeFilter, Hooknum: hook,
			Priority: nftables.ChainPriorityRef(nftables.ChainPriority(*o.Priority)), Policy: &accept})
	}
	in, out := chain("in", nftables.ChainHookInput), chain("out", nftables.ChainHookOutput)
	source, destination := uint32(12), uint32(16) // in the IPv4 header
	if b.family == netif.IPv6 {
		source, destination = 8, 24
		b.rule(in, discovery(), o.Counters, expr.VerdictAccept)
		b.rule(out, discovery(), o.Counters, expr.VerdictAccept)
		b.rule(in, b.localMatch(destination, expr.MetaKeyIIF), o.Counters, expr.VerdictDrop)
		b.rule(out, b.localMatch(source, expr.MetaKeyOIF), o.Counters, expr.VerdictDrop)
	}
	b.rule(in, []expr.Any{b.load(destination), lookup(b.vips)}, o.Counters, expr.VerdictDrop)
	b.rule(out, []expr.Any{b.load(source), lookup(b.vips)}, o.Counters, expr.VerdictDrop)
	b.rule(out, b.membership(), o.Counters, expr.VerdictDrop)
	return errors.Join(failed...)
}

// rule adds a rule: what matches is counted, if wanted, and judged.
func (b *batch) rule(chain *nftables.Chain, match []expr.Any, counted bool, verdict expr.VerdictKind) {
	if counted {
		match = append(match, &expr.Counter{})
	}
	b.conn.AddRule(&nftables.Rule{Table: b.table, Chain: chain, Exprs: append(match, &expr.Verdict{Kind: verdict})})
}

// load takes an address from the IP header.
func (b *batch) load(offset uint32) *expr.Payload {
	size := uint32(4)
	if b.family == netif.IPv6 {
		size = 16
	}
	return &expr.Payload{DestRegister: unix.NFT_REG_1, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: size}
}

// lookup goes on if what was loaded is in s.
func lookup(s *nftables.Set) *expr.Lookup {
	return &expr.Lookup{SourceRegister: unix.NFT_REG_1, SetName: s.Name, SetID: s.ID}
}

// localMatch matches a link-local address together with the interface.
func (b *batch) localMatch(offset uint32, key expr.MetaKey) []expr.Any {
	return []expr.Any{b.load(offset), &expr.Meta{Key: key, Register: unix.NFT_REG_2}, lookup(b.local)}
}

// protocol matches the protocol behind the IP header.
func protocol(number byte) []expr.Any {
	return []expr.Any{&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: unix.NFT_REG_1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: unix.NFT_REG_1, Data: []byte{number}}}
}

// icmp6 loads the type of ICMPv6.
func icmp6() []expr.Any {
	return append(protocol(unix.IPPROTO_ICMPV6), &expr.Payload{DestRegister: unix.NFT_REG_1, Base: expr.PayloadBaseTransportHeader, Len: 1})
}

// discovery matches neighbour solicitations and advertisements (RFC 4861 4.3
// and 4.4), without which nobody could use the address to route.
func discovery() []expr.Any {
	return append(icmp6(), &expr.Range{Op: expr.CmpOpEq, Register: unix.NFT_REG_1, FromData: []byte{135}, ToData: []byte{136}})
}

// membership matches reports of group memberships that a muted interface sends:
// IGMP, and MLDv2 (RFC 9777 5.2).
func (b *batch) membership() []expr.Any {
	const report = 143
	match := protocol(unix.IPPROTO_IGMP)
	if b.family == netif.IPv6 {
		match = append(icmp6(), &expr.Cmp{Op: expr.CmpOpEq, Register: unix.NFT_REG_1, Data: []byte{report}})
	}
	return append(match, &expr.Meta{Key: expr.MetaKeyOIF, Register: unix.NFT_REG_1}, lookup(b.muted))
}

// refuse puts places into the sets, accept takes them out.
func (b *batch) refuse(list []Place) error { return b.places(list, b.conn.SetAddElements) }

func (b *batch) accept(list []Place) error { return b.places(list, b.conn.SetDeleteElements) }

func (b *batch) places(list []Place, do func(*nftables.Set, []nftables.SetElement) error) error {
	var vips, local []nftables.SetElement
	for _, p := range list {
		if key := p.IP.AsSlice(); p.linkLocal() {
			local = append(local, nftables.SetElement{Key: append(key, index(p.Index)...)})
		} else {
			vips = append(vips, nftables.SetElement{Key: key})
		}
	}
	var failed []error
	if len(vips) > 0 {
		failed = append(failed, do(b.vips, vips))
	}
	if len(local) > 0 {
		failed = append(failed, do(b.local, local))
	}
	return errors.Join(failed...)
}

// mute puts interfaces into their set, unmute takes them out.
func (b *batch) mute(list []int) error { return b.interfaces(list, b.conn.SetAddElements) }

func (b *batch) unmute(list []int) error { return b.interfaces(list, b.conn.SetDeleteElements) }

func (b *batch) interfaces(list []int, do func(*nftables.Set, []nftables.SetElement) error) error {
	var elements []nftables.SetElement
	for _, n := range list {
		elements = append(elements, nftables.SetElement{Key: index(n)})
	}
	if len(elements) == 0 {
		return nil
	}
	return do(b.muted, elements)
}

func index(n int) []byte { return binary.NativeEndian.AppendUint32(nil, uint32(n)) }
