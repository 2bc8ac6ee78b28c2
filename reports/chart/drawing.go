package chart

import (
	"cmp"
	"math"
	"slices"

	"github.com/viplab/viplab/lab/timeline"
)

// Drawing is a chart on paper. Lengths are in SVG user units, about a pixel.
type Drawing struct {
	Width, Height float64
	Rects         []Rect
	Lines         []Line
	Texts         []Text
}

// Rect is a filled rectangle.
type Rect struct {
	X, Y, W, H   float64
	Class, Title string
}

// Line is a vertical line.
type Line struct {
	X, Y1, Y2    float64
	Class, Title string
}

// Text is a line of text; Anchor is start, middle or end.
type Text struct {
	X, Y          float64
	Anchor, Class string
	Text          string
}

// The measures of a drawing.
const (
	gutter     = 190.0 // left of the plot: names of nodes and lanes
	margin     = 14.0  // right of the plot
	rowHeight  = 19.0
	bandHeight = 13.0
	groupGap   = 8.0
	charWidth  = 6.1 // of the small font, on average
)

// Draw lays c out on width units. However long the chart is, it draws no more
// than a few rectangles per unit of width and lane.
func (c *Chart) Draw(width float64) *Drawing {
	p := &painter{d: &Drawing{Width: width}, span: c.Span, plot: width - gutter - margin}
	p.axisLabels(p.row())
	top := p.y
	p.stepRow(c.Steps)
	faultTop := p.y
	p.faultRows(c.Faults)
	for _, g := range c.Groups {
		p.y += groupGap
		p.d.Texts = append(p.d.Texts, Text{4, p.y + bandHeight - 2, "start", "node", shorten(g.Name, 84)})
		for _, l := range g.Lanes {
			p.lane(l)
		}
	}
	p.d.Height = p.y + groupGap
	p.grid(top)
	p.faultLines(c.Faults, faultTop)
	return p.d
}

type painter struct {
	d    *Drawing
	span timeline.Span
	plot float64
	y    float64 // where the next row begins
}

// x is where an instant lies, on the plot even if it does not.
func (p *painter) x(t timeline.Time) float64 {
	length := float64(p.span.To - p.span.From)
	if length <= 0 {
		return gutter
	}
	share := float64(t-p.span.From) / length
	return round(gutter + p.plot*min(max(share, 0), 1))
}

// round keeps two decimals: the page is read by people and holds thousands.
func round(v float64) float64 { return math.Round(v*100) / 100 }

// row reserves the next row and returns its top.
func (p *painter) row() float64 {
	y := p.y
	p.y += rowHeight
	return y
}

func (p *painter) lane(l Lane) {
	y := p.row()
	p.d.Texts = append(p.d.Texts, Text{gutter - 8, y + bandHeight - 2.5, "end", "lane", shorten(l.Label, gutter-92)})
	p.d.Rects = append(p.d.Rects, Rect{X: gutter, Y: y, W: p.plot, H: bandHeight, Class: "track"})
	p.bands(l.Bands, y)
	p.ticks(l.Ticks, y)
}

// bands draws states. Those too short to be seen side by side become one.
func (p *painter) bands(bands []Band, y float64) {
	first := len(p.d.Rects)
	for _, b := range bands {
		x := p.x(b.From)
		w := max(round(p.x(b.To)-x), 1)
		if n := len(p.d.Rects) - 1; n >= first && w <= 1 {
			last := &p.d.Rects[n]
			if last.W <= 1 && math.Floor(last.X) == math.Floor(x) && last.Class == b.Class {
				last.Title += "; more in this place"
				if len(last.Title) > 200 {
					last.Title = "several: " + b.Class
				}
				continue
			}
		}
		class := b.Class
		if class == "gap" && w < 4 {
			class = "bad" // too narrow to be seen in a pale colour
		}
		p.d.Rects = append(p.d.Rects, Rect{x, y, w, bandHeight, class, b.Title})
		if width := float64(len([]rune(b.Label))) * charWidth; b.Label != "" && width+6 < w {
			p.d.Texts = append(p.d.Texts, Text{round(x + w/2), y + bandHeight - 3.5, "middle", "in " + b.Class, b.Label})
		}
	}
}

func (p *painter) stepRow(steps []Band) {
	if len(steps) == 0 {
		return
	}
	y := p.row()
	p.d.Texts = append(p.d.Texts, Text{4, y + bandHeight - 2, "start", "node", "steps"})
	for _, s := range steps {
		x := p.x(s.From)
		w := max(round(p.x(s.To)-x), 1)
		p.d.Rects = append(p.d.Rects, Rect{x, y, w, bandHeight + 2, s.Class, s.Title})
		if label := shorten(s.Label, w-8); label != "" {
			p.d.Texts = append(p.d.Texts, Text{x + 4, y + bandHeight - 2, "start", "in step", label})
		}
	}
}

// shorten cuts s to what fits into width; nothing if hardly anything does.
func shorten(s string, width float64) string {
	r := []rune(s)
	fit := int(width / charWidth)
	if len(r) <= fit {
		return s
	}
	if fit < 4 {
		return ""
	}
	return string(r[:fit-1]) + "…"
}

// faultRows puts each fault's name where it begins, on the first row that is
// free there. What finds no row keeps its line and its title.
func (p *painter) faultRows(faults []Band) {
	if len(faults) == 0 {
		return
	}
	const most = 4
	var ends []float64
	top := p.y
	for _, name := range p.faultNames(faults) {
		width := float64(len([]rune(name.Text)))*charWidth + 10
		name.X = round(min(name.X, gutter+p.plot-width))
		row := slices.IndexFunc(ends, func(end float64) bool { return end <= name.X })
		if row < 0 {
			row = len(ends)
			ends = append(ends, 0)
		}
		if row >= most {
			ends = ends[:most]
			continue
		}
		ends[row] = name.X + width
		name.Y = top + float64(row)*rowHeight + bandHeight - 2
		p.d.Texts = append(p.d.Texts, name)
	}
	p.d.Texts = append(p.d.Texts, Text{4, top + bandHeight - 2, "start", "node", "faults"})
	p.y = top + float64(len(ends))*rowHeight
}

// faultNames are the names from left to right. Of a fault begun before the
// chart only its heal is to be seen.
func (p *painter) faultNames(faults []Band) []Text {
	names := make([]Text, len(faults))
	for i, f := range faults {
		names[i] = Text{p.x(f.From) + 5, 0, "start", "fault-name", f.Label}
		if f.From < p.span.From {
			names[i] = Text{p.x(f.To) + 5, 0, "start", "heal-name", "healed: " + f.Label}
		}
	}
	slices.SortStableFunc(names, func(a, b Text) int { return cmp.Compare(a.X, b.X) })
	return names
}

// faultLines draws the beginning of each fault and its heal through all lanes,
// over everything.
func (p *painter) faultLines(faults []Band, top float64) {
	for _, f := range faults {
		if f.From >= p.span.From {
			p.d.Lines = append(p.d.Lines, Line{p.x(f.From), top, p.d.Height, "fault", f.Title})
		}
		if f.To > f.From && f.To <= p.span.To {
			p.d.Lines = append(p.d.Lines, Line{p.x(f.To), top, p.d.Height, "heal", f.Title})
		}
	}
}
