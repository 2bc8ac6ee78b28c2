package conf

import (
	"strconv"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

func routeTOS(r *Route) *Ident      { return &r.TOS }
func routeTable(r *Route) *Ident    { return &r.Table }
func routeProtocol(r *Route) *Ident { return &r.Protocol }
func routeScope(r *Route) *Ident    { return &r.Scope }

// identOf reads a number that may have a name.
func identOf(t nameTable, at func(*Route) *Ident) func(*schema.Context, *Route, []word) {
	return func(c *schema.Context, r *Route, words []word) {
		*at(r) = t.ident(c, words[1], r.fail)
	}
}

func identWords(at func(*Route) *Ident) func(*Route) [][]string {
	return func(r *Route) [][]string { return printed(at(r).Text) }
}

// protocolWords leaves out the default, which no_track has not.
func protocolWords(r *Route) [][]string {
	if r.Protocol == ownProtocol() && !r.NoTrack {
		return nil
	}
	return printed(r.Protocol.Text)
}

// ownProtocol marks what the daemon has made, RTPROT_KEEPALIVED
// (linux/rtnetlink.h): by it the daemon notices a loss.
func ownProtocol() Ident { return Ident{"18", 18, true} }

// readRealms reads "[FROM/]TO".
func readRealms(c *schema.Context, w word, fail failure) Realms {
	from, to, both := strings.Cut(w.Text, "/")
	if !both {
		from, to = "", w.Text
	}
	if to == "" || both && from == "" {
		fail(c, diag.MissingWord, w, "realms %q lacks a realm", w.Text)
		return Realms{}
	}
	r := Realms{To: realmNames().ident(c, word{Text: to, Span: w.Span}, fail)}
	if both {
		r.From = realmNames().ident(c, word{Text: from, Span: w.Span}, fail)
	}
	return r
}

func (r Realms) text() string {
	if r.From.Given() {
		return r.From.Text + "/" + r.To.Text
	}
	return r.To.Text
}

// number is a number as the words of an option; none where it is 0.
func number(n uint64) [][]string {
	if n == 0 {
		return nil
	}
	return printed(strconv.FormatUint(n, 10))
}

// flagged is an option without words, if it is set.
func flagged(set bool) [][]string {
	if !set {
		return nil
	}
	return [][]string{{}}
}

// printed is e as the words of an option.
func (e *Encap) printed() [][]string {
	if e == nil {
		return nil
	}
	return [][]string{e.words()}
}
