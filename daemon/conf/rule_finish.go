package conf

import (
	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// firstPreference is what the first rule without a preference gets; each further
// one gets one less.
const firstPreference = 16384

// finish makes the checks that need the whole line, and reports whether the rule
// is to be taken. at is the line's first word; ok says that no word was wrong.
func (r *Rule) finish(c *schema.Context, at word, ok bool) bool {
	if r.drop || !ok && r.soft == 0 {
		return false
	}
	r.soft = 0
	if r.Action == "" {
		r.fail(c, diag.MissingKeyword, at, "the rule says nothing of what is to be done: table, goto, nop, blackhole, prohibit or unreachable")
		return false
	}
	if !r.oneFamily(c, at) {
		return false
	}
	if cfg := schema.Up[Config](c); !r.Given("preference") && cfg != nil {
		r.Preference = firstPreference - cfg.trackers.unordered
		cfg.trackers.unordered++
		c.Report(diag.Diagnostic{Span: at.Span, Severity: diag.Error, Code: diag.NoPreference,
			Text: "the rule has no preference, and gets " + decimalText(uint64(r.Preference)) + ": which of such rules comes first changes with every change of state", Help: "add preference N"})
	}
	if r.Action == Goto && r.Target <= r.Preference {
		r.fail(c, diag.ClashingLimits, optionAt(&r.Origin, "goto", at), "goto %d does not lead to a later rule than %d", r.Target, r.Preference)
		return false
	}
	r.tracking(c, at)
	return true
}

// oneFamily finds the family of the rule, which all of its addresses must have.
func (r *Rule) oneFamily(c *schema.Context, at word) bool {
	for _, p := range []prefix{r.From, r.To} {
		if !p.IsValid() {
			continue
		}
		six := p.Addr().Is6()
		mixed := r.From.IsValid() && r.To.IsValid() && r.From.Addr().Is6() != r.To.Addr().Is6()
		if mixed || r.Given("inet") && six || r.Given("inet6") && !six {
			r.fail(c, diag.BadFamily, at, "the addresses of a rule are to be of one family")
			return false
		}
		r.IPv6 = six
	}
	return true
}

// tracking finds out whether the loss of the rule can be noticed.
func (r *Rule) tracking(c *schema.Context, at word) {
	if (tracking{"rule", &r.Origin, r.NoTrack, r.TrackGroup, &r.Protocol}).untracked(c, at) {
		return
	}
	if r.TrackGroup != "" && r.Input == "" {
		c.Errorf(diag.NotTracked, optionAt(&r.Origin, "track_group", at), "a rule without iif is in no track_group; that is passed over")
		r.TrackGroup = ""
	}
}
