package ipvs

import (
	"cmp"
	"net/netip"
	"slices"
)

// Diff is what leads from what the kernel has to what is wanted: one change for
// each service or server that is missing, different or not wanted. Of a wanted
// service or server that is named twice the first counts; counters do not.
//
// While the changes are made in this order, no service that has servers with a
// weight before and after is ever without one: within a service servers come
// before others go. Services that go are last. The result depends on the
// arguments alone.
func Diff(have, want []Entry) []Change {
	present := byKey(have)
	var changes []Change
	wanted := make(map[Key]bool, len(want))
	for i := range want {
		s := want[i].Service.Normal()
		if wanted[s.Key] {
			continue
		}
		wanted[s.Key] = true
		var servers []ServerEntry
		if old, ok := present[s.Key]; !ok {
			changes = append(changes, Change{Op: AddService, Service: s})
		} else {
			servers = old.Servers
			if old.Service != s {
				changes = append(changes, Change{Op: EditService, Service: s})
			}
		}
		changes = append(changes, diffServers(s, servers, want[i].Servers)...)
	}
	for i := range have {
		if k := have[i].Key.normal(); !wanted[k] {
			changes = append(changes, Change{Op: RemoveService, Service: Service{Key: k}})
		}
	}
	return changes
}

func byKey(table []Entry) map[Key]*Entry {
	index := make(map[Key]*Entry, len(table))
	for i := range table {
		index[table[i].Key.normal()] = &table[i]
	}
	return index
}

// diffServers is what leads from the servers of s to those that are wanted.
func diffServers(s Service, have, want []ServerEntry) []Change {
	present := make(map[netip.AddrPort]Server, len(have))
	for _, e := range have {
		present[e.Address] = e.Server
	}
	var changes []Change
	wanted := make(map[netip.AddrPort]bool, len(want))
	for _, e := range want {
		server := e.Server.Normal()
		if wanted[server.Address] {
			continue
		}
		wanted[server.Address] = true
		if old, ok := present[server.Address]; !ok {
			changes = append(changes, Change{Op: AddServer, Service: s, Server: server})
		} else if old != server {
			changes = append(changes, Change{Op: EditServer, Service: s, Server: server})
		}
	}
	for _, e := range have {
		if !wanted[e.Address] {
			changes = append(changes, Change{Op: RemoveServer, Service: s, Server: Server{Address: e.Address}})
		}
	}
	slices.SortStableFunc(changes, func(a, b Change) int { return cmp.Compare(a.order(), b.order()) })
	return changes
}

// order is when a change of a server is due: those that bring weight into the
// pool come before those that take it out.
func (c *Change) order() int {
	switch {
	case c.Op == AddServer:
		return 0
	case c.Op == EditServer && c.Server.Weight > 0:
		return 1
	case c.Op == EditServer:
		return 2
	default:
		return 3
	}
}

// Owned keeps the entries of a table whose service owned reports to be ours. As
// what the kernel has, it makes Diff and Drift leave those of others alone.
func Owned(table []Entry, owned func(Key) bool) []Entry {
	var list []Entry
	for _, e := range table {
		if owned(e.Key) {
			list = append(list, e)
		}
	}
	return list
}
