package check

import "time"

// instant is a moment: how long after the start of the loop.
type instant = time.Duration

// alarms are checkers for which something is due, the earliest first. A checker
// knows its place.
type alarms []*checker

// nowhere is the place of a checker that is not in alarms.
const nowhere = -1

// first is the checker that is due first, nil for none.
func (h alarms) first() *checker {
	if len(h) == 0 {
		return nil
	}
	return h[0]
}

// set has c due at at, whether it was before or not.
func (h *alarms) set(c *checker, at instant) {
	c.at = at
	if c.place == nowhere {
		c.place = len(*h)
		*h = append(*h, c)
	}
	if !h.rise(c.place) {
		h.sink(c.place)
	}
}

// remove has c due no more.
func (h *alarms) remove(c *checker) {
	if c.place == nowhere {
		return
	}
	i, last := c.place, len(*h)-1
	h.swap(i, last)
	(*h)[last] = nil
	*h = (*h)[:last]
	if i < last && !h.rise(i) {
		h.sink(i)
	}
	c.place = nowhere
}

func (h alarms) swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

func (h alarms) rise(i int) (moved bool) {
	for i > 0 {
		up := (i - 1) / 2
		if h[up].at <= h[i].at {
			break
		}
		h.swap(i, up)
		i, moved = up, true
	}
	return moved
}

func (h alarms) sink(i int) {
	for {
		down := 2*i + 1
		if down >= len(h) {
			return
		}
		if right := down + 1; right < len(h) && h[right].at < h[down].at {
			down = right
		}
		if h[i].at <= h[down].at {
			return
		}
		h.swap(i, down)
		i = down
	}
}
