package expect

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/viplab/viplab/lab/timeline"
)

// seconds writes d to the microsecond: "3.804688 s".
func seconds(d time.Duration) string { return fmt.Sprintf("%.6f s", d.Seconds()) }

// short writes d without trailing zeros: "0.001 s".
func short(d time.Duration) string {
	s := strconv.FormatFloat(d.Seconds(), 'f', 6, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + " s"
}

// describe writes what p demands of something counted from a reference.
func (p promise) describe(tolerance time.Duration, reference string) string {
	late := ""
	if p.late > 0 {
		late = fmt.Sprintf(" and at most %s more", short(p.late))
	}
	return fmt.Sprintf("%s%s ± %s after %s", seconds(p.span), late, short(tolerance), reference)
}

// holds reports whether d is within p, both limits widened by tolerance.
func (p promise) holds(d, tolerance time.Duration) bool {
	return d >= p.span-p.early-tolerance && d <= p.span+p.late+tolerance
}

// deadline is the last instant that p allows, counted from a reference.
func (p promise) deadline(from timeline.Time, tolerance time.Duration) timeline.Time {
	return from.Add(p.span + p.late + tolerance)
}

// deviation is how far d is off p, positive when late; nil where p's beginning
// is not exact.
func (p promise) deviation(d time.Duration) *float64 {
	if p.late > 0 {
		return nil
	}
	off := d - p.span
	if off < 0 {
		off = min(0, off+p.early)
	}
	s := off.Seconds()
	return &s
}
