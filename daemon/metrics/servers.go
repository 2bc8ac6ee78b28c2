package metrics

import "github.com/viplab/viplab/daemon/status"

// virtualServer is a virtual server with its real ones. Two may have the same
// name: a group for TCP and for UDP, a mark for both families.
func (s sink) virtualServer(v *status.VirtualServer) {
	names, values := []string{"virtual_server", "protocol", "family"}, []string{v.Name, v.Protocol, v.Family}
	gauge := func(name, help string, value float64) { s.gauge("lvs_"+name, help, value, names, values...) }
	gauge("quorum_up", "Whether a virtual server has its quorum.", truth(v.Up))
	gauge("quorum", "The least weight of live servers that a virtual server needs.", float64(v.Quorum))
	gauge("live_weight", "The weight of all servers that are alive.", float64(v.Weight))
	gauge("checks_suspended", "Whether checks wait for this host to have the address (ha_suspend).", truth(v.Suspended))
	if v.Sorry != nil {
		gauge("sorry_server_active", "Whether the sorry server stands in.", truth(v.Sorry.Active))
	}
	var sum status.Counters
	missing := 0
	for _, k := range v.Services {
		sum.Add(k.Counters)
		if !k.Present {
			missing++
		}
	}
	gauge("services_missing", "How many services of a virtual server the kernel does not have.", float64(missing))
	s.traffic("lvs_virtual_server_", sum, names, values)
	for i := range v.Servers {
		r := &v.Servers[i]
		s.realServer(r, append(names[:3:3], "real_server"), append(values[:3:3], r.Name))
	}
}

func (s sink) realServer(r *status.RealServer, names, values []string) {
	gauge := func(name, help string, value float64) { s.gauge("lvs_"+name, help, value, names, values...) }
	gauge("server_alive", "Whether no checker has anything against a real server.", truth(r.Alive))
	gauge("server_weight", "The weight that a real server has while it serves.", float64(r.Weight))
	if k := r.Kernel; k != nil {
		gauge("server_kernel_weight", "The weight that the kernel has of a real server; no value: it is not in the pool.", float64(k.Weight))
		gauge("server_active_connections", "Active connections to a real server.", float64(k.Active))
		gauge("server_inactive_connections", "Inactive connections to a real server.", float64(k.Inactive))
		s.traffic("lvs_server_", k.Counters, names, values)
	}
	checks := uint64(0)
	for _, c := range r.Checkers {
		checks += c.Checks
	}
	s.count("lvs_server_checks_total", "Checks of a real server that have ended.", checks, names, values...)
}

// traffic is what the kernel counts.
func (s sink) traffic(prefix string, c status.Counters, names, values []string) {
	for _, m := range []struct {
		name, help string
		value      uint64
	}{
		{"connections_total", "Connections that were scheduled.", c.Connections},
		{"packets_in_total", "Packets from clients.", c.PacketsIn},
		{"packets_out_total", "Packets to clients, with NAT.", c.PacketsOut},
		{"bytes_in_total", "Bytes from clients.", c.BytesIn},
		{"bytes_out_total", "Bytes to clients, with NAT.", c.BytesOut},
	} {
		s.count(prefix+m.name, m.help, m.value, names, values...)
	}
}
