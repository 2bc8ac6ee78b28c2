package vrrp

import (
	"strconv"

	"github.com/viplab/viplab/daemon/conf"
)

// Kind is what a tracker looks at.
type Kind int

// The kinds.
const (
	Interface Kind = iota
	Script
	File
	Process
	BFD
)

// String is the kind in log lines and in status.
func (k Kind) String() string {
	return [...]string{"interface", "script", "file", "process", "bfd"}[k]
}

// Tracker names something that instances track.
type Tracker struct {
	Kind Kind
	Name string
}

// String is "script chk_nginx".
func (t Tracker) String() string { return t.Kind.String() + " " + t.Name }

// Result is what a tracker found.
type Result struct {
	Tracker
	Known bool   // there is a result
	Up    bool   // it is good, before any "reverse"; of no meaning for files
	Value int    // of a file: the number in it
	Text  string // "failed with status 1"; "": made of the rest
}

// String is "script chk_nginx failed with status 1", for SetPriority.Cause.
func (r Result) String() string { return (&tracked{Tracker: r.Tracker, last: r}).reason() }

// tracked is a tracker of one instance, with its last result.
type tracked struct {
	Tracker
	weight  int
	reverse bool
	last    Result
}

// trackedBy returns the trackers of the lists.
func trackedBy(interfaces, scripts, files, processes, bfds []conf.Track) []tracked {
	var out []tracked
	for kind, list := range [][]conf.Track{interfaces, scripts, files, processes, bfds} {
		for n := range list {
			t := &list[n]
			out = append(out, tracked{Tracker: Tracker{Kind(kind), t.Name}, weight: t.Weight, reverse: t.Reverse})
		}
	}
	return out
}

// faulty is what a file that is at least so low adds: it makes the instance
// unfit, whatever its weight.
const faulty = -254

// known reports whether there is something to judge by. A BFD session is down
// until it is up.
func (x *tracked) known() bool { return x.last.Known || x.Kind == BFD }

// good is the result with "reverse" applied.
func (x *tracked) good() bool {
	up := x.last.Known && x.last.Up
	return up != x.reverse
}

// adds is what x adds to the priority, -253..253.
func (x *tracked) adds() int {
	switch {
	case x.weight == 0 || !x.known():
		return 0
	case x.Kind == File:
		if sum := x.number(); sum > faulty {
			return sum
		}
		return 0 // the instance is in Fault
	case x.weight > 0 == x.good():
		return x.weight
	}
	return 0
}

// number is what a file stands for: its number times the weight, -254..253.
func (x *tracked) number() int {
	value := max(faulty, min(x.last.Value, -faulty)) // a larger product makes no difference
	if x.reverse {
		value = -value
	}
	return max(faulty, min(value*x.weight, -faulty-1))
}

// bad reports whether x makes the instance unfit. A file of weight 0 does so
// with any number but 0, or, with "reverse", with 0.
func (x *tracked) bad() bool {
	switch {
	case !x.known():
		return false
	case x.Kind != File:
		return x.weight == 0 && !x.good()
	case x.weight == 0:
		return (x.last.Value != 0) != x.reverse
	}
	return x.number() <= faulty
}

// reason is x with its last result in words.
func (x *tracked) reason() string { return x.String() + " " + x.text() }

func (x *tracked) text() string {
	switch {
	case x.last.Text != "":
		return x.last.Text
	case !x.last.Known:
		return "has no result yet"
	case x.Kind == File:
		return "is " + strconv.Itoa(x.last.Value)
	case x.last.Up:
		return "is up"
	}
	return "is down"
}
