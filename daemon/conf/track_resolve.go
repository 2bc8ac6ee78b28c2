package conf

import (
	"strconv"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
	"github.com/viplab/viplab/internal/suggest"
)

// trackers are the objects that can be tracked, while a file is read: keepalived
// only finds those that are defined before they are named.
type trackers struct {
	known   map[tracker]defaults
	missing []missing
	members []missing // of track_groups, whose instances may come later

	sessions   map[[2]addr]bool // neighbour and source of BFD sessions
	neighbours map[addr]bool
	unordered  uint32 // rules without a preference so far

	list *[]Track // whose names are in seen
	seen map[string]bool
}

// tracker is the name of an object; kind is the block that tracks it.
type tracker struct{ kind, name string }

// defaults are what an object gives to those who track it.
type defaults struct {
	weight  int
	reverse bool
	at      diag.Pos
}

// missing is a name that was not known where it stood.
type missing struct {
	tracker
	word syntax.Word
}

// define makes an object known from here on, unless it has the name of another,
// whose place is then returned.
func (ts *trackers) define(kind string, name syntax.Word, weight int, reverse bool) *diag.Pos {
	if old, ok := ts.known[tracker{kind, name.Text}]; ok {
		return &old.at
	}
	if ts.known == nil {
		ts.known = map[tracker]defaults{}
	}
	ts.known[tracker{kind, name.Text}] = defaults{weight, reverse, name.Span.Pos}
	return nil
}

// resolve completes t with the defaults of what it names, and reports whether
// that is known.
func (ts *trackers) resolve(kind string, t *Track, w syntax.Word) bool {
	if kind == "track_interface" {
		return true
	}
	d, ok := ts.known[tracker{kind, t.Name}]
	if !ok {
		ts.missing = append(ts.missing, missing{tracker{kind, t.Name}, w})
		return false
	}
	if !t.Given("weight") {
		t.Weight = d.weight
	}
	if !t.Given("reverse") && !t.Given("noreverse") {
		t.Reverse = d.reverse
	}
	return true
}

// repeated reports whether list has the name, and remembers the name for it. A
// long list is not searched again for each line.
func (ts *trackers) repeated(list *[]Track, name string) bool {
	const short = 16
	if len(*list) < short {
		for i := range *list {
			if (*list)[i].Name == name {
				return true
			}
		}
		return false
	}
	if ts.list != list {
		ts.list, ts.seen = list, make(map[string]bool, 2*short)
		for i := range *list {
			ts.seen[(*list)[i].Name] = true
		}
	}
	old := ts.seen[name]
	ts.seen[name] = true
	return old
}

// defined makes an object of the configuration known under the name at, and
// reports whether it is the first of its name: that is the one that is used.
func (c *Config) defined(ctx *schema.Context, block, kind string, at syntax.Word, weight int, reverse bool) bool {
	if first := c.trackers.define(kind, at, weight, reverse); first != nil {
		ctx.Report(diag.Diagnostic{Span: at.Span, Severity: diag.Warning, Code: diag.DuplicateName,
			Text:  block + " " + at.Text + " is defined a second time; this one is never used",
			Notes: []diag.Note{{Pos: *first, Text: "first defined here"}}})
		return false
	}
	return true
}

// checkTrack reports the names that were not known where they stood, and
// forgets what was only needed for reading.
func checkTrack(c *schema.Context, cfg *Config) {
	names := map[string][]string{}
	for t := range cfg.trackers.known {
		names[t.kind] = append(names[t.kind], t.name)
	}
	for n, m := range cfg.trackers.missing {
		known := names[m.kind]
		if n >= maxSuggestions {
			known = nil
		}
		c.Report(cfg.trackers.unknown(m, known))
	}
	cfg.trackers = trackers{}
}

// unknown says why a name means nothing where it stands; names are those that
// mean something.
func (ts *trackers) unknown(m missing, names []string) diag.Diagnostic {
	d := diag.Diagnostic{Span: m.word.Span, Severity: diag.Error, Code: diag.UnknownName}
	object := objectOf(m.kind) + " " + m.word.Text
	later, found := ts.known[tracker{m.kind, m.word.Text}]
	_, other := ts.known[tracker{objectOf(m.kind), m.word.Text}]
	switch {
	case found:
		d.Code = diag.UsedBefore
		d.Text = m.kind + ": " + object + " is defined further down, and is not known here; it is passed over"
		d.Help = "put the definition before the first use"
		d.Notes = []diag.Note{{Pos: later.at, Text: "defined here"}}
	case other:
		user, word := "health checks", "vrrp"
		if m.kind == "BFD_CHECK" {
			user, word = "VRRP", "checker"
		}
		d.Text = m.kind + ": " + object + " is for " + user + "; it is passed over"
		d.Help = "write " + word + " in it"
	default:
		d.Text = m.kind + ": there is no " + object + "; it is passed over"
		d.Help = didYouMean(m.word.Text, names)
	}
	return d
}

// maxSuggestions is how many names that were not known are compared with those
// that are: a file may have very many of both.
const maxSuggestions = 50

// didYouMean is the help for a name that is not known.
func didYouMean(name string, known []string) string {
	near := suggest.Nearest(name, known)
	if near == "" {
		return ""
	}
	return "did you mean " + strconv.Quote(near) + "?"
}

// objectOf is the block that defines what a kind of block tracks.
func objectOf(kind string) string {
	switch kind {
	case "track_script":
		return "vrrp_script"
	case "track_process":
		return "vrrp_track_process"
	case "track_bfd", "BFD_CHECK":
		return "bfd_instance"
	}
	return kind
}
