package logs

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
	"time"
)

// What one kind of line may have: a burst, and then so many a second.
const (
	burst     = 1000
	perSecond = 50
	cells     = 1024 // kinds that are told apart, by their hash
)

// limit bounds how often a kind of line comes. Lines are of a kind when they
// differ in digits only, those of the name in front aside: "(VI_2) Received ...
// priority 100". Nobody waits for anybody in it.
type limit struct {
	seed    maphash.Seed
	due     [cells]atomic.Int64 // when the kind has all of its burst again, Unix ns
	refused atomic.Uint64
}

func newLimit() *limit { return &limit{seed: maphash.MakeSeed()} }

// allow reports whether text may be written at the time now.
func (m *limit) allow(text string, now time.Time) bool {
	const cost = int64(time.Second / perSecond)
	cell, at := &m.due[m.kind(text)%cells], now.UnixNano()
	for {
		due := cell.Load()
		next := max(due, at) + cost
		if next-at > burst*cost {
			m.refused.Add(1)
			return false
		}
		if cell.CompareAndSwap(due, next) {
			return true
		}
	}
}

func (m *limit) kind(text string) uint64 {
	var h maphash.Hash
	h.SetSeed(m.seed)
	if strings.HasPrefix(text, "(") {
		if end := strings.IndexByte(text, ')'); end > 0 {
			_, _ = h.WriteString(text[:end])
			text = text[end:]
		}
	}
	for i := range len(text) {
		if c := text[i]; c < '0' || c > '9' {
			_ = h.WriteByte(c)
		}
	}
	return h.Sum64()
}
