package hostile

import (
	"bytes"
	"math/rand/v2"

	"github.com/viplab/viplab/lab/topology"
)

// reply is what is said to one question: how it begins, for a body that does
// not end, and all of it.
type reply struct{ head, body []byte }

func (r reply) whole() []byte { return append(bytes.Clone(r.head), r.body...) }

// answer says r in a manner. It reports whether the talk may go on.
func (c *client) answer(m topology.Manner, r reply) bool {
	switch m.Do {
	case topology.Silent:
		c.outlast()
	case topology.HangUp:
	case topology.Reset, topology.ResetLate:
		c.reset()
	case topology.Cut:
		whole := r.whole()
		c.write(whole[:len(whole)-(len(r.body)+1)/2])
	case topology.Garbage:
		c.write(garbage())
	case topology.Slow:
		return sleep(c.ctx, m.Delay) && c.write(r.whole())
	case topology.Drip:
		for _, b := range r.whole() {
			if !sleep(c.ctx, m.Delay) || !c.write([]byte{b}) {
				return false
			}
		}
		return true
	case topology.Endless:
		c.repeat(m, r.head, bytes.Repeat([]byte("x"), pieceSize))
	case topology.Gigantic:
		first, _, _ := bytes.Cut(r.head, []byte("\n"))
		c.repeat(m, append(first, '\n'), append(bytes.Repeat([]byte("X-Header: y\n"), pieceSize/12), "X-More: "...))
	default:
		return c.write(r.whole())
	}
	return false
}

// pieceSize is how much of an endless answer comes at once.
const pieceSize = 1 << 10

// repeat sends a piece over and over until the client has gone.
func (c *client) repeat(m topology.Manner, head, piece []byte) {
	if !c.write(head) {
		return
	}
	for c.write(piece) && sleep(c.ctx, m.Delay) {
	}
}

func (c *client) write(b []byte) bool {
	_, err := c.conn.Write(b)
	return err == nil
}

// garbage is the same each time, so that runs are.
func garbage() []byte {
	random := rand.New(rand.NewPCG(2, 3))
	b := make([]byte, 512)
	for i := range b {
		b[i] = byte(random.UintN(256))
	}
	return b
}
