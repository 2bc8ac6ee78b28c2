package conf

import (
	"math"
	"strconv"

	"github.com/viplab/viplab/daemon/conf/schema"
)

func fileKind() checkerKind {
	return checkerKind{name: "FILE_CHECK", doc: "take a server's state from a file", probe: func() Probe { return new(FileProbe) }, rows: []schema.Keyword{
		{Name: "track_file", Else: "required", Doc: "follow a track_file", Field: trackFileField()},
		{Name: "weight", Else: "file weight", Doc: "multiply the number of the file", Field: probeOf[FileProbe](fileWeight()), Fill: asBegun},
	}, end: func(c *schema.Context, ch *Checker, at word) bool {
		f := ch.Probe.(*FileProbe)
		return !f.unknown && needs(c, ch, at, "track_file", f.TrackFile != "")
	}}
}

// trackFileField is track_file of FILE_CHECK: a name that is defined before.
func trackFileField() schema.Field {
	f := probeOf[FileProbe](formed("STRING name", schema.String(func(f *FileProbe) *string { return &f.TrackFile })))
	f.Read = func(c *schema.Context, obj any, words []word) {
		ch := obj.(*Checker)
		p := ch.Probe.(*FileProbe)
		d, ok := schema.Up[Config](c).trackers.find("track_file", words[1])
		p.TrackFile, p.unknown = words[1].Text, !ok
		if !ch.Given("weight") {
			p.Weight, p.Reverse = d.weight, d.reverse
		}
	}
	return f
}

// find looks up an object that is tracked by name.
func (ts *trackers) find(kind string, name word) (defaults, bool) {
	d, ok := ts.known[tracker{kind, name.Text}]
	if !ok {
		ts.missing = append(ts.missing, missing{tracker{kind, name.Text}, name})
	}
	return d, ok
}

func fileWeight() schema.Field {
	return schema.Field{Form: "INT [reverse|noreverse]", Kind: schema.List, Min: 1, Max: 2,
		Read: func(c *schema.Context, obj any, words []word) {
			n, ok := c.Int(words[0], words[1], -math.MaxInt32, math.MaxInt32)
			way := "noreverse"
			if len(words) > 2 && ok {
				way, ok = c.Choice(words[0], words[2], []string{"reverse", "noreverse"})
			}
			if ok {
				f := obj.(*FileProbe)
				f.Weight, f.Reverse = n, way == "reverse"
			}
		},
		Print: func(obj any) [][]string {
			f := obj.(*FileProbe)
			if f.Reverse {
				return [][]string{{strconv.Itoa(f.Weight), "reverse"}}
			}
			return printed(strconv.Itoa(f.Weight))
		}}
}

func bfdKind() checkerKind {
	name := probeOf[BFDProbe](schema.String(func(b *BFDProbe) *string { return &b.Name }))
	name.Read = func(c *schema.Context, obj any, words []word) {
		p := obj.(*Checker).Probe.(*BFDProbe)
		_, ok := schema.Up[Config](c).trackers.find("BFD_CHECK", words[1])
		p.Name, p.unknown = words[1].Text, !ok
	}
	return checkerKind{name: "BFD_CHECK", doc: "take a server's state from a BFD session", probe: func() Probe { return new(BFDProbe) }, rows: []schema.Keyword{
		{Name: "name", Else: "required", Doc: "follow a bfd_instance", First: true, Field: name},
		alphaRow(),
	}, end: func(c *schema.Context, ch *Checker, at word) bool {
		b := ch.Probe.(*BFDProbe)
		return !b.unknown && needs(c, ch, at, "name", b.Name != "")
	}}
}
