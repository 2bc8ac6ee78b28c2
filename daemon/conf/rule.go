package conf

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

type prefix = netip.Prefix

// fail reports what keepalived drops a rule for.
func (r *Rule) fail(c *schema.Context, code diag.Code, at word, format string, args ...any) {
	r.drop = true
	c.Errorf(code, at, "%s; the rule is passed over", fmt.Sprintf(format, args...))
}

// act takes what the rule does, once.
func (r *Rule) act(c *schema.Context, at word, a Action) {
	if r.Action != "" {
		r.fail(c, diag.ClashingLimits, at, "%s stands beside %s, and a rule does one thing", at.Text, r.Action)
		return
	}
	r.Action = a
}

// addressed reports whether an address says which family the rule is of.
func (r *Rule) addressed() bool { return r.From.IsValid() || r.To.IsValid() }

func readRulePrefix(at func(*Rule) *prefix) func(c *schema.Context, r *Rule, key, w word) {
	return func(c *schema.Context, r *Rule, _, w word) {
		*at(r) = prefix{}
		switch w.Text {
		case "all", "any", "default":
			return
		}
		p, corrected := readPrefix(c, w)
		r.drop = r.drop || !p.IsValid()
		if corrected {
			r.soft++
		}
		*at(r) = p
	}
}

func readRuleTable(c *schema.Context, r *Rule, key, w word) {
	t := tableNames().ident(c, w, r.fail)
	if t.Known && t.ID == 0 {
		r.fail(c, diag.OutOfRange, w, "there is no table 0")
		return
	}
	r.act(c, key, Lookup)
	r.Table = t
}

func readPreference(c *schema.Context, r *Rule, key, w word) {
	r.Preference = uint32(r.number(c, key, w, 32))
}

func readGoto(c *schema.Context, r *Rule, key, w word) {
	r.act(c, key, Goto)
	r.Target = uint32(r.number(c, key, w, 32))
}

func readTunnel(c *schema.Context, r *Rule, key, w word) {
	r.TunnelID = r.number(c, key, w, 64)
}

// number reads a number of so many bits.
func (r *Rule) number(c *schema.Context, key, w word, bits int) uint64 {
	n, err := strconv.ParseUint(w.Text, 10, bits)
	if err != nil {
		r.fail(c, diag.OutOfRange, w, "%s %q is not a number from 0 to %d", key.Text, w.Text, uint64(math.MaxUint64)>>(64-bits))
	}
	return n
}

func ruleIdent(t nameTable, at func(*Rule) *Ident) func(c *schema.Context, r *Rule, key, w word) {
	return func(c *schema.Context, r *Rule, _, w word) {
		*at(r) = t.ident(c, w, r.fail)
	}
}

func ruleDevice(at func(*Rule) *string) func(c *schema.Context, r *Rule, key, w word) {
	return func(c *schema.Context, r *Rule, _, w word) {
		*at(r) = interfaceName(c, w, r.fail)
	}
}

func readSuppress(c *schema.Context, r *Rule, key, w word) {
	r.SuppressPrefix = int(r.number(c, key, w, 31))
}

func suppressText(r *Rule) string {
	if r.SuppressPrefix < 0 {
		return ""
	}
	return strconv.Itoa(r.SuppressPrefix)
}

func readRuleProtocol(c *schema.Context, r *Rule, key, w word) {
	if n := r.number(c, key, w, 8); !r.drop {
		r.Protocol = Ident{w.Text, uint32(n), true}
	}
}

// ruleProtocolText leaves out the default, which no_track has not.
func ruleProtocolText(r *Rule) string {
	if r.Protocol == ownProtocol() && !r.NoTrack {
		return ""
	}
	return r.Protocol.Text
}

// readActionType reads the names of actions that have no words.
func readActionType(c *schema.Context, r *Rule, key, w word) {
	switch a := Action(w.Text); a {
	case Blackhole, Prohibit, Unreachable, Nop:
		r.act(c, key, a)
	default:
		r.fail(c, diag.BadChoice, w, "type %q is none of blackhole, prohibit, unreachable, nop", w.Text)
	}
}

func (r *Rule) actionType() string {
	switch r.Action {
	case Blackhole, Prohibit, Unreachable:
		return string(r.Action)
	}
	return ""
}

func decimalText(n uint64) string { return strconv.FormatUint(n, 10) }

// positiveText is empty for 0.
func positiveText(n uint64) string {
	if n == 0 {
		return ""
	}
	return decimalText(n)
}
