package conf

import (
	"iter"
	"math"
	"strconv"
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// trackRoot are the root blocks of what can be tracked.
func trackRoot() []schema.Keyword {
	return append([]schema.Keyword{scriptRow(), fileRow("track_file", ""), processRow(), fileRow("vrrp_track_file", "track_file")}, bfdRow())
}

func scriptRow() schema.Keyword {
	b := &schema.Block{Path: "vrrp_script", New: func() any { return &Script{} }, Keywords: []schema.Keyword{
		{Name: "script", Doc: "run the script again and again", Else: "required",
			Field: asCommand(func(s *Script) *Command { return &s.Command }, scriptField())},
		{Name: "interval", Doc: "wait that long between runs of the script", Default: "1",
			Field: seconds("SECONDS decimal", time.Microsecond, math.MaxUint32*time.Microsecond, func(s *Script) *time.Duration { return &s.Interval })},
		{Name: "timeout", Doc: "count a script that runs longer as failed", Else: "0 = interval", Fill: func(_, obj any) { obj.(*Script).defaultTimeout() },
			Field: seconds("SECONDS decimal", time.Microsecond, math.MaxUint32*time.Microsecond, func(s *Script) *time.Duration { return &s.Timeout })},
		{Name: "weight", Doc: "change priorities by the script's weight", Default: "0",
			Field: weightField(253, func(s *Script) (*int, *bool) { return &s.Weight, &s.Reverse })},
		{Name: "rise", Doc: "wait for that many successes", Default: "1", Field: schema.Int(1, math.MaxInt32, func(s *Script) *int { return &s.Rise })},
		{Name: "fall", Doc: "wait for that many failures", Default: "1", Field: schema.Int(1, math.MaxInt32, func(s *Script) *int { return &s.Fall })},
		{Name: "user", Doc: "run the script as that user", Else: "script_user", Field: userField(func(s *Script) *Command { return &s.Command })},
		{Name: "init_fail", Doc: "take the script for failed at first", Else: "off", Field: schema.Flag(true, func(s *Script) *bool { return &s.InitFail })},
	}}
	return schema.Keyword{Name: "vrrp_script", Many: true, Doc: "run the script that instances track", Block: b,
		Field: objects("STRING name + block", b, func(c *Config) *[]*Script { return &c.Scripts }, func(s *Script) *string { return &s.Name }, endScript)}
}

// fileRow is the row of track_file, and of its older name.
func fileRow(name, instead string) schema.Keyword {
	b := &schema.Block{Path: name, New: func() any { return &TrackFile{} }, Keywords: []schema.Keyword{
		{Name: "file", Doc: "watch the file", Else: "required", Many: true, Field: fileField()},
		{Name: "weight", Doc: "multiply the number in the file", Default: "1",
			Field: weightField(254, func(f *TrackFile) (*int, *bool) { return &f.Weight, &f.Reverse })},
		{Name: "init_file", Doc: "write the file at start", Field: initFileField(), Fill: settled},
	}}
	k := schema.Keyword{Name: name, Instead: instead, Many: true, Doc: "watch the file that instances track", Block: b,
		Field: objects("STRING name + block", b, func(c *Config) *[]*TrackFile { return &c.TrackFiles }, func(f *TrackFile) *string { return &f.Name }, endTrackFile)}
	if instead != "" { // all are printed under the newer name
		k.Field.Each = func(any) iter.Seq2[[]string, any] { return func(func([]string, any) bool) {} }
	}
	return k
}

// objects is the Field of a root keyword that makes a named object. It comes
// into the list at the end of its block, unless end says that it lacks what it
// needs.
func objects[T any](form string, b *schema.Block, list func(*Config) *[]*T, name func(*T) *string, end func(c *schema.Context, cfg *Config, o *T, at syntax.Word) bool) schema.Field {
	return schema.Field{Form: form, Min: 1, Max: 1,
		Begin: func(_ *schema.Context, _ any, s *syntax.Statement) any {
			o := schema.New[T](b)
			*name(o) = s.Words[1].Text
			return o
		},
		End: func(c *schema.Context, child any, s *syntax.Statement) {
			o, cfg := child.(*T), schema.Up[Config](c)
			if end(c, cfg, o, s.Words[1]) {
				*list(cfg) = append(*list(cfg), o)
			}
		},
		Each: func(obj any) iter.Seq2[[]string, any] {
			return func(yield func([]string, any) bool) {
				for _, o := range *list(obj.(*Config)) {
					if !yield([]string{*name(o)}, o) {
						return
					}
				}
			}
		}}
}

// seconds is schema.Seconds with the form of the reference, which leaves a
// bound out.
func seconds[O any](form string, low, high time.Duration, at func(*O) *time.Duration) schema.Field {
	f := schema.Seconds(low, high, at)
	f.Form = form
	return f
}

// weightField is "N [reverse]", N from -limit to limit.
func weightField[O any](limit int, at func(*O) (*int, *bool)) schema.Field {
	return schema.Field{Form: "INT -" + strconv.Itoa(limit) + ".." + strconv.Itoa(limit) + " [reverse]", Kind: schema.Number, Min: 1, Max: 2,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			weight, reverse := at(obj.(*O))
			if n, ok := c.Int(words[0], words[1], -limit, limit); ok {
				*weight = n
			}
			if len(words) < 3 {
				return
			}
			if words[2].Text != "reverse" {
				c.Errorf(diag.BadChoice, words[2], "only reverse may stand behind a weight; %q is passed over", words[2].Text)
				return
			}
			*reverse = true
		},
		Print: func(obj any) [][]string {
			weight, reverse := at(obj.(*O))
			if *reverse {
				return [][]string{{strconv.Itoa(*weight), "reverse"}}
			}
			return [][]string{{strconv.Itoa(*weight)}}
		}}
}
