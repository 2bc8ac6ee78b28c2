package checkd

import (
	"context"
	"errors"
	"slices"

	"github.com/viplab/viplab/daemon/ipvs"
)

// repair compares the kernel's table with what is wanted, says what somebody else
// has changed, and undoes it.
func (t *table) repair(ctx context.Context) {
	if !t.known {
		t.follow(ctx)
		return
	}
	before := t.have
	if !t.adopt() {
		return
	}
	want := t.entries(t.order)
	var believed []ipvs.Entry
	for _, w := range want {
		if e, ok := before[w.Key]; ok {
			believed = append(believed, e)
		}
	}
	for _, line := range ipvs.Drift(t.present(nil, false), believed) {
		t.log.Printf("IPVS was changed by somebody else: %s; it is set right", line)
	}
	t.settle(want, false)
}

// end removes what is ours; all of the table, if flush is set.
func (t *table) end(ctx context.Context, flush bool) {
	if t.conn == nil {
		return
	}
	if flush {
		t.complain(t.conn.Flush())
		t.have = nil
	}
	t.replace(ctx, nil)
}

// remember has the ledger hold all services that are, or may soon be, ours in the
// kernel.
func (t *table) remember() {
	keys := slices.Clone(t.order)
	for k := range t.have {
		if _, wanted := t.want[k]; !wanted {
			keys = append(keys, k)
		}
	}
	t.complain(t.ledger.write(keys))
}

// read is all of the kernel's table. The error says why there is none.
func (t *table) read() ([]ipvs.Entry, error) {
	if t.conn == nil {
		return nil, errors.New(t.lack)
	}
	return t.conn.Table()
}

func (t *table) close() {
	if t.conn != nil {
		t.complain(t.conn.Close())
	}
}

func (t *table) complain(err error) {
	if err != nil {
		t.log.Printf("%v", err)
	}
}
