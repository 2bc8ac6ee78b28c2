package topology

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// shortSeries is how many numbered names in a row are still written one by one.
const shortSeries = 3

// inSeries writes names that differ in a number alone, one after the other, as
// "http1 to http16", where the first of them stood.
func inSeries(names []string) []string {
	numbers := map[string][]int{} // by what stands before the number
	for _, name := range names {
		if stem, n, ok := numbered(name); ok {
			numbers[stem] = append(numbers[stem], n)
		}
	}
	var out []string
	for _, name := range names {
		stem, n, ok := numbered(name)
		all := numbers[stem]
		if !ok || len(all) <= shortSeries || slices.Max(all)-slices.Min(all) != len(all)-1 {
			out = append(out, name)
		} else if n == slices.Min(all) {
			out = append(out, fmt.Sprintf("%s to %s%d", name, stem, slices.Max(all)))
		}
	}
	return out
}

// numbered cuts the number off a name's end.
func numbered(name string) (stem string, n int, ok bool) {
	stem = strings.TrimRight(name, "0123456789")
	n, err := strconv.Atoi(name[len(stem):])
	return stem, n, err == nil && stem+strconv.Itoa(n) == name
}
