package chart

import (
	"fmt"
	"math"
	"strconv"

	"github.com/viplab/viplab/lab/timeline"
)

// axisLabels writes the seconds over the plot.
func (p *painter) axisLabels(y float64) {
	p.d.Texts = append(p.d.Texts, Text{4, y + bandHeight - 2, "start", "lane", "seconds"})
	step := p.stride()
	for _, t := range p.marks(step) {
		p.d.Texts = append(p.d.Texts, Text{p.x(t), y + bandHeight - 2, "middle", "axis", axisLabel(t, step)})
	}
}

// grid draws a line at each label of the axis.
func (p *painter) grid(top float64) {
	for _, t := range p.marks(p.stride()) {
		p.d.Lines = append(p.d.Lines, Line{X: p.x(t), Y1: top - 2, Y2: p.d.Height, Class: "grid"})
	}
}

// stride is the distance of the axis's labels: 1, 2 or 5 times a power of ten,
// about 90 units apart.
func (p *painter) stride() timeline.Time {
	length := float64(p.span.To - p.span.From)
	if length <= 0 {
		return 1
	}
	wanted := length / (p.plot / 90)
	base := math.Pow(10, math.Floor(math.Log10(wanted)))
	for _, m := range []float64{1, 2, 5, 10} {
		if m*base >= wanted {
			return max(timeline.Time(m*base), 1)
		}
	}
	return max(timeline.Time(10*base), 1)
}

func (p *painter) marks(step timeline.Time) []timeline.Time {
	var marks []timeline.Time
	first := (p.span.From + step - 1) / step * step
	for t := first; t <= p.span.To && p.span.To > p.span.From; t += step {
		marks = append(marks, t)
	}
	return marks
}

// axisLabel writes an instant with as many decimals as the stride needs.
func axisLabel(t, step timeline.Time) string {
	decimals := 0
	for s := step; s < 1e9; s *= 10 {
		decimals++
	}
	if decimals > 9 {
		return fmt.Sprint(t.Seconds())
	}
	return strconv.FormatFloat(t.Seconds(), 'f', decimals, 64)
}
