package checkd

import (
	"errors"
	"fmt"
	"slices"

	"github.com/viplab/viplab/daemon/ipvs"
)

// settle makes the kernel have want; part is for only those services, else all
// others of ours go. What goes wrong because somebody else meddles is tried
// once more.
func (t *table) settle(want []ipvs.Entry, part bool) {
	for try := 0; ; try++ {
		failures := t.conn.Apply(ipvs.Diff(t.present(want, part), want))
		if len(failures) == 0 {
			t.settled(want, part)
			return
		}
		if !t.adopt() || try > 0 || !slices.ContainsFunc(failures, meddled) {
			t.report(failures)
			return
		}
	}
}

// meddled reports whether a change failed because the kernel has not what was
// thought.
func meddled(f ipvs.Failure) bool {
	return errors.Is(f.Err, ipvs.ErrExists) || errors.Is(f.Err, ipvs.ErrNotFound)
}

// present is what the kernel has of want, or of all.
func (t *table) present(want []ipvs.Entry, part bool) []ipvs.Entry {
	var list []ipvs.Entry
	if part {
		for _, w := range want {
			if e, ok := t.have[w.Key]; ok {
				list = append(list, e)
			}
		}
		return list
	}
	for _, e := range t.have {
		list = append(list, e)
	}
	return list
}

// settled notes that the kernel has want.
func (t *table) settled(want []ipvs.Entry, part bool) {
	if !part {
		t.have = make(map[ipvs.Key]ipvs.Entry, len(want))
	}
	for _, w := range want {
		t.have[w.Key] = normal(w)
		if _, bad := t.failed[w.Key]; bad {
			delete(t.failed, w.Key)
			t.log.Printf("%s: the kernel has it now", t.name(w.Key))
		}
	}
}

// normal is e in the form in which the kernel tells of it.
func normal(e ipvs.Entry) ipvs.Entry {
	n := ipvs.Entry{Service: e.Service.Normal(), Servers: make([]ipvs.ServerEntry, len(e.Servers))}
	for i := range e.Servers {
		n.Servers[i].Server = e.Servers[i].Server.Normal()
	}
	return n
}

// report logs what could not be done, once for each service while it stays the
// same, with the line of the configuration that it is about.
func (t *table) report(failures []ipvs.Failure) {
	for _, f := range failures {
		if errors.Is(f.Err, ipvs.ErrNotTried) {
			continue
		}
		key, text := f.Change.Service.Key, f.Error()
		if t.failed[key] == text {
			continue
		}
		t.failed[key] = text
		t.log.Printf("%s: %s", t.name(key), text)
	}
}

// name is where the configuration has a service, and its virtual server.
func (t *table) name(k ipvs.Key) string {
	w, ok := t.want[k]
	if !ok {
		return "a service that is not wanted any more"
	}
	return fmt.Sprintf("%s: virtual_server %s", w.Pos, w.Name)
}
