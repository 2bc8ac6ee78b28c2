package conf

import (
	"math/rand/v2"
	"time"
)

// random draws the numbers of ${_RANDOM}: from random_seed as soon as g has it,
// so that a file comes out the same each time, and from the clock before.
func random(g *Global) func(n int) int {
	var source *rand.Rand
	seeded := false
	return func(n int) int {
		switch {
		case !seeded && g.Given("random_seed"):
			source, seeded = rand.New(rand.NewPCG(uint64(g.Files.RandomSeed), 0)), true
		case source == nil:
			source = rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
		}
		return source.IntN(n)
	}
}
