package netif

import (
	"errors"
	"testing"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// TestRule adds a rule twice, compares what the kernel has with it, and removes
// it twice.
func TestRule(t *testing.T) {
	rows := []struct {
		name string
		add  Rule
	}{
		{"nothing", Rule{Priority: 100}},
		{"IPv6", Rule{Priority: 100, Family: IPv6, Table: 1000}},
		{"from and to", Rule{Priority: 100, From: prefix("10.1.0.0/16"), To: prefix("10.2.0.0/16"), Table: 100}},
		{"not", Rule{Priority: 100, Not: true, From: prefix("10.1.0.0/16"), Table: 100}},
		{"IPv6 from", Rule{Priority: 100, From: prefix("2001:db8::/32"), Table: 100}},
		{"interfaces", Rule{Priority: 100, Input: "eth0", Output: "lo", Table: 100}},
		{"interface that is not there", Rule{Priority: 100, Input: "eth7", Table: 100}},
		{"mark", Rule{Priority: 100, Mark: &Mark{7, 0xff}, Table: 100}},
		{"mark 0", Rule{Priority: 100, Mark: &Mark{0, 0xff}, Table: 100}},
		{"tos", Rule{Priority: 100, TOS: 0x10, Table: 100}},
		{"realms", Rule{Priority: 100, Realms: Realms{5, 6}, Table: 100}},
		{"ports", Rule{Priority: 100, Transport: unix.IPPROTO_TCP, SourcePorts: PortRange{10, 20}, DestPorts: PortRange{80, 80}, Table: 100}},
		{"user", Rule{Priority: 100, UIDs: &UIDRange{0, 0}, Table: 100}},
		{"tunnel", Rule{Priority: 100, TunnelID: 7, Table: 100}},
		{"suppress", Rule{Priority: 100, Table: 100, SuppressPrefix: new(uint32(0)), SuppressGroup: new(uint32(3))}},
		{"goto", Rule{Priority: 100, Action: unix.FR_ACT_GOTO, Target: 200}},
		{"nop", Rule{Priority: 100, Action: unix.FR_ACT_NOP, From: prefix("10.1.0.0/16")}},
		{"blackhole", Rule{Priority: 100, Action: unix.FR_ACT_BLACKHOLE, From: prefix("10.1.0.0/16")}},
		{"prohibit", Rule{Priority: 100, Action: unix.FR_ACT_PROHIBIT, From: prefix("2001:db8::/32")}},
		{"unreachable", Rule{Priority: 100, Action: unix.FR_ACT_UNREACHABLE, From: prefix("10.1.0.0/16")}},
		{"VRF", Rule{Priority: 100, L3MDev: true}},
	}
	h := routed(t)
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			with(t, h, func(c *Conn, _ *Link) error {
				if err := errors.Join(c.AddRule(row.add), c.AddRule(row.add)); err != nil {
					return err
				}
				got, err := c.OwnRules()
				if d := diff([]Rule{row.add.withDefaults()}, got); d != "" {
					t.Errorf("added (-want +got)\n%s", d)
				} else if !row.add.Same(&got[0]) {
					t.Error("it is not the same as the kernel's")
				}
				err = errors.Join(err, c.RemoveRule(row.add), c.RemoveRule(row.add))
				if left, _ := c.OwnRules(); len(left) > 0 {
					t.Errorf("left: %+v", left)
				}
				return err
			})
		})
	}
}

// TestCleanRules removes what a crash has left of both families, but for what is
// to stay, and nothing of others.
func TestCleanRules(t *testing.T) {
	h := routed(t)
	with(t, h, func(c *Conn, _ *Link) error {
		stays := Rule{From: prefix("10.1.0.0/16"), Priority: 100, Table: 100}
		theirs := netlink.NewRule()
		theirs.Priority, theirs.Table, theirs.Src = 102, 100, ipnet("10.3.0.0/16")
		err := errors.Join(c.AddRule(stays), c.AddRule(Rule{From: prefix("10.2.0.0/16"), Priority: 101, Table: 100}),
			c.AddRule(Rule{Family: IPv6, Priority: 101, Table: 100}), netlink.RuleAdd(theirs))
		if err != nil {
			return err
		}
		if err := c.RemoveRule(Rule{From: prefix("10.3.0.0/16"), Priority: 102, Table: 100}); err != nil {
			return err
		}
		n, err := c.CleanRules([]Rule{stays})
		left, e := c.OwnRules()
		if n != 2 || len(left) != 1 || !stays.Same(&left[0]) {
			t.Errorf("%d removed, left: %+v", n, left)
		}
		list, e2 := netlink.RuleListFiltered(netlink.FAMILY_V4, theirs, netlink.RT_FILTER_PRIORITY)
		if len(list) != 1 {
			t.Errorf("the rule of others is gone")
		}
		return errors.Join(err, e, e2)
	})
}

// TestRuleUsers: an ordinary user's namespace has one user only, so that the
// kernel cannot be asked.
func TestRuleUsers(t *testing.T) {
	rule := Rule{Priority: 100, UIDs: &UIDRange{100, 200}}
	req := nl.NewNetlinkRequest(unix.RTM_NEWRULE, 0)
	rule.request(req)
	got, ok := parseRule(req.Serialize()[unix.SizeofNlMsghdr:])
	if d := diff(rule.withDefaults(), got); d != "" || !ok {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestRuleSame(t *testing.T) {
	rule := Rule{From: prefix("10.1.0.0/16"), Priority: 100, Table: 100}
	for _, row := range []struct {
		name string
		o    Rule
		want bool
	}{
		{"itself", rule, true},
		{"with its defaults", rule.withDefaults(), true},
		{"without a priority", Rule{From: prefix("10.1.0.0/16"), Table: 100}, true},
		{"another table", Rule{From: prefix("10.1.0.0/16"), Priority: 100, Table: 101}, false},
		{"another protocol", Rule{From: prefix("10.1.0.0/16"), Priority: 100, Table: 100, Protocol: 4}, false},
		{"another sender", Rule{From: prefix("10.1.0.0/17"), Priority: 100, Table: 100}, false},
	} {
		if got := rule.Same(&row.o); got != row.want {
			t.Errorf("%s: %v", row.name, got)
		}
	}
}
