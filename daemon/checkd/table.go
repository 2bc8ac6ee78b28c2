package checkd

import (
	"context"
	"fmt"

	"github.com/viplab/viplab/daemon/ipvs"
	"github.com/viplab/viplab/daemon/logs"
	"github.com/viplab/viplab/daemon/pool"
)

// table has the kernel's table follow what is wanted. One goroutine uses it.
type table struct {
	log    *logs.Log
	open   opener
	ledger *ledger
	flush  bool        // the kernel's table is to be emptied first
	conn   kernelTable // nil: there is no IPVS, or not yet
	lack   string      // why there is none, as was logged

	want   map[ipvs.Key]pool.Target
	order  []ipvs.Key              // of want
	have   map[ipvs.Key]ipvs.Entry // ours in the kernel, as far as is known
	known  bool                    // have has been read
	failed map[ipvs.Key]string     // what was logged of a service

	timeouts ipvs.Timeouts // of connections; 0: the kernel's
}

// connect opens IPVS, if it is not open. That it cannot be is said once.
func (t *table) connect(ctx context.Context) {
	if t.conn != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, openLimit)
	defer cancel()
	conn, err := t.open(ctx)
	if err != nil {
		t.lacks(err)
		return
	}
	t.conn = conn
	if t.flush {
		t.complain(t.conn.Flush())
	}
	t.setTimeouts()
}

// lacks says why nothing can be programmed, once as long as it is the same.
func (t *table) lacks(err error) {
	if text := err.Error(); text != t.lack {
		t.lack = text
		t.log.Printf("IPVS cannot be programmed: %v%s", err, t.waiting())
	}
}

// time makes timeouts those of connections, where they are not 0.
func (t *table) time(timeouts ipvs.Timeouts) {
	if t.timeouts != timeouts {
		t.timeouts = timeouts
		t.setTimeouts()
	}
}

func (t *table) setTimeouts() {
	if t.conn != nil && t.timeouts != (ipvs.Timeouts{}) {
		t.complain(t.conn.SetTimeouts(t.timeouts))
	}
}

// waiting says which services are without effect.
func (t *table) waiting() string {
	for _, k := range t.order {
		return fmt.Sprintf("; %s (%s) and all other virtual servers are checked, but serve nobody", t.want[k].Name, t.want[k].Pos)
	}
	return ""
}

// replace makes list all that is wanted.
func (t *table) replace(ctx context.Context, list []pool.Target) {
	t.want, t.order = make(map[ipvs.Key]pool.Target, len(list)), make([]ipvs.Key, 0, len(list))
	for _, w := range list {
		t.want[w.Entry.Key] = w
		t.order = append(t.order, w.Entry.Key)
	}
	t.follow(ctx)
}

// follow makes the kernel have what is wanted, and removes what else there is of
// ours. The ledger knows of a service before the kernel does and longer.
func (t *table) follow(ctx context.Context) {
	if t.connect(ctx); t.conn == nil || !t.known && !t.adopt() {
		return
	}
	t.known = true
	t.remember()
	t.settle(t.entries(t.order), false)
	t.remember()
}

// update changes what is wanted of some services.
func (t *table) update(list []pool.Target) {
	keys := make([]ipvs.Key, 0, len(list))
	for _, w := range list {
		t.want[w.Entry.Key] = w
		keys = append(keys, w.Entry.Key)
	}
	if t.known && len(keys) > 0 {
		t.settle(t.entries(keys), true)
	}
}

func (t *table) entries(keys []ipvs.Key) []ipvs.Entry {
	list := make([]ipvs.Entry, 0, len(keys))
	for _, k := range keys {
		list = append(list, t.want[k].Entry)
	}
	return list
}

// adopt reads what the kernel has of ours, and reports whether it could.
func (t *table) adopt() bool {
	list, err := t.conn.Table()
	if err != nil {
		t.lacks(err)
		return false
	}
	if t.lack != "" {
		t.lack = ""
		t.log.Printf("IPVS can be programmed now")
	}
	t.have = make(map[ipvs.Key]ipvs.Entry, len(t.want))
	for _, e := range ipvs.Owned(list, t.ours) {
		t.have[e.Key] = e
	}
	return true
}

// ours reports whether a service is wanted, or was made by us.
func (t *table) ours(k ipvs.Key) bool {
	_, wanted := t.want[k]
	return wanted || t.ledger.has(k)
}
