package ipvs

import (
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// Table reads all services with their servers and counters. Services are in the
// order of their addresses, those with a mark last; servers are in that of
// theirs. The kernel adds up counters every two seconds. The table is not of one
// moment if somebody changes services meanwhile.
func (c *Conn) Table() ([]Entry, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var table []Entry
	err := c.s.ask(cmdGetService, unix.NLM_F_DUMP, nil, func(b []byte) error {
		e, err := parseService(b)
		table = append(table, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read services: %w", explain(err))
	}
	slices.SortFunc(table, func(a, b Entry) int { return a.compare(b.Key) })
	for i := range table {
		if err := c.s.servers(&table[i]); err != nil {
			return nil, fmt.Errorf("read servers of %v: %w", table[i].Key, explain(err))
		}
	}
	return table, nil
}

// Servers reads the servers of one service, as Table does: none, if there is no
// such service.
func (c *Conn) Servers(k Key) ([]ServerEntry, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := Entry{Service: Service{Key: k.normal()}}
	if err := c.s.servers(&e); err != nil {
		return nil, fmt.Errorf("read servers of %v: %w", k, explain(err))
	}
	return e.Servers, nil
}

// servers reads the servers of e. A service that is gone by now has none.
func (s *socket) servers(e *Entry) error {
	err := s.ask(cmdGetDest, unix.NLM_F_DUMP, func(out *encoder) {
		at := out.nest(attrService)
		out.key(e.Key)
		out.endNest(at)
	}, func(b []byte) error {
		server, err := parseServer(b, e.Family)
		e.Servers = append(e.Servers, server)
		return err
	})
	slices.SortFunc(e.Servers, func(a, b ServerEntry) int { return a.Address.Compare(b.Address) })
	return err
}
