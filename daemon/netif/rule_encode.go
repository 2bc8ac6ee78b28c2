package netif

import (
	"encoding/binary"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// request writes r as the kernel reads it (linux/fib_rules.h).
func (r *Rule) request(req *nl.NetlinkRequest) {
	full := r.withDefaults()
	full.header(req)
	if full.From.IsValid() {
		put(req, unix.FRA_SRC, full.From.Addr().AsSlice())
	}
	if full.To.IsValid() {
		put(req, unix.FRA_DST, full.To.Addr().AsSlice())
	}
	numbers := []struct {
		kind int
		v    uint32
	}{
		{unix.FRA_PRIORITY, full.Priority}, {unix.FRA_TABLE, full.Table}, {unix.FRA_GOTO, full.Target}, {unix.FRA_FLOW, full.Realms.flow()},
	}
	for _, n := range numbers {
		if n.v != 0 {
			put32(req, n.kind, n.v)
		}
	}
	if full.Mark != nil {
		put32(req, unix.FRA_FWMARK, full.Mark.Value)
		put32(req, unix.FRA_FWMASK, full.Mark.Mask)
	}
	full.selectors(req)
	if full.SuppressPrefix != nil {
		put32(req, unix.FRA_SUPPRESS_PREFIXLEN, *full.SuppressPrefix)
	}
	if full.SuppressGroup != nil {
		put32(req, unix.FRA_SUPPRESS_IFGROUP, *full.SuppressGroup)
	}
	put8(req, unix.FRA_PROTOCOL, full.Protocol)
}

// header writes the fixed part, struct fib_rule_hdr, which has the shape of
// struct rtmsg.
func (r *Rule) header(req *nl.NetlinkRequest) {
	msg := &nl.RtMsg{}
	msg.Family, msg.Tos, msg.Type = uint8(r.Family), r.TOS, r.Action
	if r.From.IsValid() {
		msg.Src_len = uint8(r.From.Bits())
	}
	if r.To.IsValid() {
		msg.Dst_len = uint8(r.To.Bits())
	}
	if r.Table < 256 {
		msg.Table = uint8(r.Table)
	}
	if r.Not {
		msg.Flags = unix.FIB_RULE_INVERT
	}
	req.AddData(msg)
}

// selectors writes what packets the rule is for, beside their addresses.
func (r *Rule) selectors(req *nl.NetlinkRequest) {
	if r.Input != "" {
		putText(req, unix.FRA_IIFNAME, r.Input)
	}
	if r.Output != "" {
		putText(req, unix.FRA_OIFNAME, r.Output)
	}
	if r.TunnelID != 0 {
		put(req, unix.FRA_TUN_ID, nl.BEUint64Attr(r.TunnelID))
	}
	if r.UIDs != nil {
		put(req, unix.FRA_UID_RANGE, append(nl.Uint32Attr(r.UIDs.First), nl.Uint32Attr(r.UIDs.Last)...))
	}
	if r.Transport != 0 {
		put8(req, unix.FRA_IP_PROTO, r.Transport)
	}
	if r.L3MDev {
		put8(req, unix.FRA_L3MDEV, 1)
	}
	r.SourcePorts.put(req, unix.FRA_SPORT_RANGE)
	r.DestPorts.put(req, unix.FRA_DPORT_RANGE)
}

func (p PortRange) put(at attrs, kind int) {
	if p != (PortRange{}) {
		put(at, kind, binary.NativeEndian.AppendUint16(nl.Uint16Attr(p.First), p.Last))
	}
}
