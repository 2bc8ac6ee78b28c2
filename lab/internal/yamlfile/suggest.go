package yamlfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// UnknownError says that nothing of a kind has a name that was asked for.
type UnknownError struct {
	Kind string // topology, scenario, node ...
	Name string
	Near string // the nearest valid name; may be empty
}

// Error writes: unknown KIND "NAME", did you mean NEAR?
func (e *UnknownError) Error() string {
	if e.Near == "" {
		return fmt.Sprintf("unknown %s %q", e.Kind, e.Name)
	}
	return fmt.Sprintf("unknown %s %q, did you mean %s?", e.Kind, e.Name, e.Near)
}

// Nearest returns the candidate that name most likely stands for, or "" when
// none is near: a third of the letters, and always one, may be wrong. Two that
// changed places are one mistake; case does not matter. Among equals the one with the closest letters wins (web3: web2, not
// web1), then the first in alphabetical order.
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
