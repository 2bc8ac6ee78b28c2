package netif

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// Rule is a policy rule as ip-rule(8) describes it. The zero value sends all
// IPv4 packets to the main table.
type Rule struct {
	Family   Family // zero: that of From or To, else IPv4
	Not      bool   // the rule is for what its selectors do not match
	From, To netip.Prefix
	Priority uint32 // its place among rules; 0: the kernel's choice
	TOS      uint8
	Mark     *Mark // of the packet; nil: any
	Realms   Realms
	Input    string // the interface by which the packet came
	Output   string // the interface that the sender's socket is bound to
	TunnelID uint64 // 0: any
	UIDs     *UIDRange
	// Transport is the IP protocol; 0: any.
	Transport              uint8
	SourcePorts, DestPorts PortRange

	Action uint8  // FR_ACT_* (linux/fib_rules.h), default FR_ACT_TO_TBL
	Table  uint32 // to look in, default RT_TABLE_MAIN
	L3MDev bool   // look in the table of the packet's VRF, whatever Table says
	Target uint32 // of FR_ACT_GOTO: the priority of the rule to go on with

	SuppressPrefix *uint32 // pass over routes with a prefix that is no longer; nil: none
	SuppressGroup  *uint32 // pass over routes to interfaces of that group; nil: none
	Protocol       uint8   // default Origin
}

// Mark is a firewall mark with the bits of it that count.
type Mark struct{ Value, Mask uint32 }

// UIDRange is the user numbers from First to Last.
type UIDRange struct{ First, Last uint32 }

// PortRange is the ports from First to Last; zero: any.
type PortRange struct{ First, Last uint16 }

// withDefaults returns r with what its zero values stand for.
func (r *Rule) withDefaults() Rule {
	full := *r
	if full.Family == 0 {
		full.Family = IPv4
		for _, p := range []netip.Prefix{r.From, r.To} {
			if p.IsValid() {
				full.Family = FamilyOf(p.Addr())
			}
		}
	}
	for _, p := range []*netip.Prefix{&full.From, &full.To} {
		if p.Bits() == 0 { // all, which is no selector
			*p = netip.Prefix{}
		}
	}
	if full.Action == 0 {
		full.Action = unix.FR_ACT_TO_TBL
	}
	if full.Action != unix.FR_ACT_TO_TBL || full.L3MDev {
		full.Table = unix.RT_TABLE_UNSPEC
	} else if full.Table == 0 {
		full.Table = unix.RT_TABLE_MAIN
	}
	if full.Protocol == 0 {
		full.Protocol = Origin
	}
	return full
}

// Same reports whether r and o are the same rule.
func (r *Rule) Same(o *Rule) bool {
	a, b := r.withDefaults(), o.withDefaults()
	if r.Priority == 0 || o.Priority == 0 {
		a.Priority, b.Priority = 0, 0
	}
	message := func(r *Rule) []byte {
		req := nl.NewNetlinkRequest(unix.RTM_NEWRULE, 0)
		req.Seq = 0
		r.request(req)
		return req.Serialize()
	}
	return string(message(&a)) == string(message(&b))
}

// AddRule adds r. One that is there already is no error.
func (c *Conn) AddRule(r Rule) error {
	req := nl.NewNetlinkRequest(unix.RTM_NEWRULE, unix.NLM_F_CREATE|unix.NLM_F_EXCL|unix.NLM_F_ACK)
	r.request(req)
	if _, err := c.do(req); err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("add rule %d: %w", r.Priority, err)
	}
	return nil
}

// RemoveRule removes r. One that is gone, or is not of r's protocol, is no
// error.
func (c *Conn) RemoveRule(r Rule) error {
	req := nl.NewNetlinkRequest(unix.RTM_DELRULE, unix.NLM_F_ACK)
	r.request(req)
	if _, err := c.do(req); err != nil && !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("remove rule %d: %w", r.Priority, err)
	}
	return nil
}

// OwnRules returns the rules of both families that are known as this package's
// by their protocol. Kernels before 4.17 know of none.
func (c *Conn) OwnRules() ([]Rule, error) {
	var list []Rule
	for _, f := range []Family{IPv4, IPv6} {
		req := nl.NewNetlinkRequest(unix.RTM_GETRULE, unix.NLM_F_DUMP)
		req.AddData(&nl.RtMsg{RtMsg: unix.RtMsg{Family: uint8(f)}}) // struct fib_rule_hdr has its shape
		answers, err := c.do(req)
		if unsupported(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("list rules: %w", err)
		}
		for _, m := range answers {
			if r, ok := parseRule(m); ok && r.Protocol == Origin && r.Family == f {
				list = append(list, r)
			}
		}
	}
	return list, nil
}

// CleanRules removes those of OwnRules that are not among keep: what a crash
// has left. It returns how many.
func (c *Conn) CleanRules(keep []Rule) (int, error) {
	list, err := c.OwnRules()
	if err != nil {
		return 0, err
	}
	removed := 0
	var failed []error
	for _, r := range list {
		if slices.ContainsFunc(keep, func(k Rule) bool { return k.Same(&r) }) {
			continue
		}
		if err := c.RemoveRule(r); err != nil {
			failed = append(failed, err)
			continue
		}
		removed++
	}
	return removed, errors.Join(failed...)
}
