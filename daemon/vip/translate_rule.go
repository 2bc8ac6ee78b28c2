package vip

import (
	"fmt"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
)

// Actions of rules (linux/fib_rules.h).
const (
	actTable       = 1
	actGoto        = 2
	actNop         = 3
	actBlackhole   = 6
	actUnreachable = 7
	actProhibit    = 8
)

// ruleOf is r as netif has it.
func ruleOf(r *conf.Rule) (netif.Rule, error) {
	to := netif.Rule{Family: netif.IPv4, Not: r.Not, From: r.From, To: r.To, Priority: r.Preference, Input: r.Input, Output: r.Output,
		TunnelID: r.TunnelID, SourcePorts: netif.PortRange(r.SourcePorts), DestPorts: netif.PortRange(r.DestPorts), Target: r.Target}
	t := &translation{}
	if r.IPv6 {
		to.Family = netif.IPv6
	}
	to.TOS = uint8(t.number("TOS", r.TOS, 255))
	to.Table = t.number("table", r.Table, 1<<32-1)
	to.Protocol = uint8(t.number("protocol", r.Protocol, 255))
	to.Transport = uint8(t.number("protocol", r.Transport, 255))
	to.Realms = t.realms(r.Realms)
	if r.Mark != nil {
		to.Mark = &netif.Mark{Value: r.Mark.Value, Mask: r.Mark.Mask}
	}
	if r.UIDs != nil {
		to.UIDs = &netif.UIDRange{First: r.UIDs.First, Last: r.UIDs.Last}
	}
	if r.SuppressPrefix >= 0 {
		to.SuppressPrefix = new(uint32(r.SuppressPrefix))
	}
	if r.SuppressGroup.Given() {
		to.SuppressGroup = new(t.number("interface group", r.SuppressGroup, 1<<32-1))
	}
	to.Action, to.L3MDev = t.action(r.Action)
	if t.err != nil {
		return netif.Rule{}, fmt.Errorf("rule %d: %w", r.Preference, t.err)
	}
	return to, nil
}

func (t *translation) action(a conf.Action) (act uint8, vrf bool) {
	switch a {
	case conf.Lookup:
		return actTable, false
	case conf.VRFLookup:
		return actTable, true
	case conf.Goto:
		return actGoto, false
	case conf.Nop:
		return actNop, false
	case conf.Blackhole:
		return actBlackhole, false
	case conf.Prohibit:
		return actProhibit, false
	case conf.Unreachable:
		return actUnreachable, false
	}
	t.fail(fmt.Errorf("action %s is not known", a))
	return 0, false
}
