package track

// verdict is what the results of a script add up to. The first result decides,
// then Fall failures in a row are needed to go down and Rise successes to come
// up: one result to the contrary, and counting begins anew.
type verdict struct {
	rise, fall int  // 1 or more
	known, up  bool // up is of no meaning unless known
	against    int  // the last results that were not as up says
}

// newVerdict is a verdict without a result. One that is to fail at first needs
// rise successes from the start.
func newVerdict(rise, fall int, fail bool) verdict {
	return verdict{rise: max(rise, 1), fall: max(fall, 1), known: fail}
}

// add takes a result and reports whether the verdict is another one now, or the
// first.
func (v *verdict) add(good bool) (turned bool) {
	if v.known && good == v.up {
		v.against = 0
		return false
	}
	v.against++
	need := v.fall
	if good {
		need = v.rise
	}
	if v.known && v.against < need {
		return false
	}
	v.known, v.up, v.against = true, good, 0
	return true
}

// forget has the next result decide again.
func (v *verdict) forget() { v.known, v.against = false, 0 }
