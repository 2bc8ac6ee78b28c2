package hostile

import (
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"sync"

	"github.com/viplab/viplab/lab/timeline"
	"github.com/viplab/viplab/lab/topology"
)

// Told is a line that a hostile server prints; one field is set.
type Told struct {
	Visit   *timeline.Visit  `json:"visit,omitempty"`
	Manner  *timeline.Manner `json:"manner,omitempty"`
	Trouble string           `json:"trouble,omitempty"`
}

// teller prints what happens.
type teller struct {
	mu  sync.Mutex
	out io.Writer
}

func (t *teller) visit(from netip.AddrPort, m topology.Manner, asked string) {
	t.line(Told{Visit: &timeline.Visit{From: from, Manner: m.String(), Asked: asked}})
}

func (t *teller) manner(m topology.Manner) {
	t.line(Told{Manner: &timeline.Manner{Do: m.String(), On: m.On}})
}

func (t *teller) trouble(err error) { t.line(Told{Trouble: err.Error()}) }

// line prints in one write. Who does not listen misses it: a server has nobody
// else to complain to.
func (t *teller) line(told Told) {
	blob, err := json.Marshal(told)
	if err != nil {
		blob = fmt.Appendf(nil, "{\"trouble\":%q}", err.Error())
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = t.out.Write(append(blob, '\n'))
}
