// Package suggest finds what somebody probably meant.
package suggest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Nearest returns the candidate that name most likely stands for, or "" when
// none is near: a third of the letters, and always one, may be wrong. Two that
// changed places are one mistake; case does not matter. Among equals the one
// with the closest letters wins (web3: web2, not web1), then the first in
// alphabetical order.
func Nearest(name string, candidates []string) string {
	sorted := slices.Sorted(slices.Values(candidates))
	best, bestScore := "", score{}
	for _, c := range sorted {
		s, near := rate(name, c)
		if near && (best == "" || s.less(bestScore)) {
			best, bestScore = c, s
		}
	}
	return best
}

type score struct{ edits, gap int }

func (s score) less(t score) bool {
	return s.edits < t.edits || s.edits == t.edits && s.gap < t.gap
}

func rate(name, candidate string) (score, bool) {
	a, b := strings.ToLower(name), strings.ToLower(candidate)
	edits := levenshtein.ComputeDistance(a, b)
	if edits == 2 && sameLetters(a, b) {
		edits = 1
	}
	longer := max(len(a), len(b))
	return score{edits, letterGap(a, b)}, edits < longer && edits <= max(1, (longer+1)/3)
}

func sameLetters(a, b string) bool {
	return slices.Equal(slices.Sorted(slices.Values([]byte(a))), slices.Sorted(slices.Values([]byte(b))))
}

// letterGap sums how far the letters of two equally long words are apart.
func letterGap(a, b string) int {
	if len(a) != len(b) {
		return 0
	}
	gap := 0
	for i := range len(a) {
		d := int(a[i]) - int(b[i])
		gap += max(d, -d)
	}
	return gap
}

// Among returns the end of a message about an unknown name: what was probably
// meant, or else what there is.
func Among(name string, candidates []string) string {
	if best := Nearest(name, candidates); best != "" {
		return fmt.Sprintf(", did you mean %q?", best)
	}
	if len(candidates) == 0 {
		return ""
	}
	return fmt.Sprintf(" (there is %s)", strings.Join(candidates, ", "))
}
