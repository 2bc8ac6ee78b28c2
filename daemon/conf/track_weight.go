package conf

import (
	"strconv"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// maxFileWeight is the highest weight of files and processes, whose product or
// count may reach FAULT; others end at one less.
const maxFileWeight = 254

// trackWeight is the weight of a line that tracks something. keepalived cuts
// 254 down for interfaces and scripts, and takes no other number outside of the
// range.
func trackWeight(kind string, limit int) schema.Field {
	return schema.Field{Form: "INT (interface, script, bfd -253..253; file, process -254..254)", Kind: schema.Number,
		Max: 1, Take: func([]syntax.Word) int { return 1 },
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			t := obj.(*Track)
			if len(words) < 2 {
				c.Errorf(diag.MissingWord, words[0], "weight needs a number; the line is passed over")
				return
			}
			t.weighed = true
			n, err := strconv.Atoi(words[1].Text)
			switch {
			case err == nil && (n == maxFileWeight || n == -maxFileWeight) && limit < maxFileWeight && kind != "track_bfd":
				t.Weight = max(-limit, min(n, limit))
				c.Errorf(diag.OutOfRange, words[1], "weight %d is not from %d to %d; %d is used", n, -limit, limit, t.Weight)
			default:
				if n, ok := c.Int(words[0], words[1], -limit, limit); ok {
					t.Weight = n
				} else {
					t.forget("weight")
				}
			}
		},
		Print: func(obj any) [][]string {
			t := obj.(*Track)
			if t.Weight == 0 && !t.Reverse && !t.Given("weight") {
				return nil
			}
			return [][]string{{strconv.Itoa(t.Weight)}}
		}}
}

// forget undoes that the file gives the keyword: its value was none.
func (t *Track) forget(keyword string) {
	if n := len(t.Set); n > 0 && t.Set[n-1].Keyword == keyword {
		t.Set = t.Set[:n-1]
	}
}
