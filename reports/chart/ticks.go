package chart

import (
	"fmt"
	"math"
)

// rank orders classes of ticks where several fall on one place: what matters
// most is what must be seen.
var rank = map[string]int{"bad": 5, "resign": 4, "garp": 3, "ipvs": 2}

// pile is the ticks of one unit of width.
type pile struct {
	unit  int
	class string
	n     int
	title string
}

// ticks draws what happened. Ticks denser than a unit of width are piled up,
// and piles of one class side by side become one bar.
func (p *painter) ticks(ticks []Tick, y float64) {
	piles := p.piles(ticks)
	for i := 0; i < len(piles); {
		j, n := i+1, piles[i].n
		for j < len(piles) && piles[j].class == piles[i].class && piles[j].unit == piles[j-1].unit+1 {
			n += piles[j].n
			j++
		}
		p.tick(piles[i], j-i, n, y)
		i = j
	}
}

func (p *painter) piles(ticks []Tick) []pile {
	var piles []pile
	for _, t := range ticks {
		unit := int(math.Floor(p.x(t.At)))
		if n := len(piles) - 1; n >= 0 && piles[n].unit == unit {
			last := &piles[n]
			last.n++
			switch {
			case rank[t.Class] > rank[last.class]:
				last.class, last.title = t.Class, t.Title
			case rank[t.Class] == rank[last.class] && t.Class != last.class:
				last.class = "mixed"
			}
			continue
		}
		piles = append(piles, pile{unit, t.Class, 1, t.Title})
	}
	return piles
}

// tick draws a pile, or several side by side. Marked kinds are taller and wider
// than others, to be found.
func (p *painter) tick(first pile, units, n int, y float64) {
	r := Rect{X: float64(first.unit), Y: y + 2, W: 1.3, H: bandHeight - 4, Class: "tick " + first.class, Title: first.title}
	if units > 1 {
		r.W = float64(units)
	}
	switch {
	case first.class == "bad": // low, since the length of the gap is written over it
		r.Y, r.H = y+bandHeight-4, 4
	case rank[first.class] > 0:
		r.Y, r.H, r.W = y-1, bandHeight+2, max(r.W, 2)
	}
	if n > 1 {
		r.Title = fmt.Sprintf("%d of these, the first: %s", n, first.title)
	}
	p.d.Rects = append(p.d.Rects, r)
}
