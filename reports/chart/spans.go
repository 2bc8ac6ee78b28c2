package chart

import "github.com/viplab/viplab/lab/timeline"

// without returns what of a is not in b. Both are in order and do not overlap
// themselves.
func without(a, b []timeline.Span) []timeline.Span {
	var left []timeline.Span
	for _, s := range a {
		for _, cut := range b {
			if cut.To <= s.From || cut.From >= s.To {
				continue
			}
			if cut.From > s.From {
				left = append(left, timeline.Span{From: s.From, To: cut.From})
			}
			s.From = min(cut.To, s.To)
		}
		if s.From < s.To {
			left = append(left, s)
		}
	}
	return left
}

// common returns what is in both a and b.
func common(a, b []timeline.Span) []timeline.Span {
	return without(a, without(a, b))
}
