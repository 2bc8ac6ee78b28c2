package pool

import (
	"github.com/viplab/viplab/daemon/check"
	"github.com/viplab/viplab/daemon/ipvs"
	"github.com/viplab/viplab/daemon/status"
)

// Status is what there is to know of all services: reports are those of the
// checkers, table is what the kernel has.
func (s *Services) Status(reports []check.Report, table []ipvs.Entry) []status.VirtualServer {
	known := make(map[check.ID]*check.Report, len(reports))
	for i := range reports {
		known[reports[i].ID] = &reports[i]
	}
	present := make(map[ipvs.Key]*ipvs.Entry, len(table))
	for i := range table {
		present[table[i].Key] = &table[i]
	}
	list := make([]status.VirtualServer, 0, len(s.list))
	for _, v := range s.list {
		list = append(list, v.status(known, present))
	}
	return list
}

func (v *service) status(reports map[check.ID]*check.Report, table map[ipvs.Key]*ipvs.Entry) status.VirtualServer {
	st := status.VirtualServer{Name: v.name, Protocol: v.conf.Protocol, Family: v.conf.Family.String(), Scheduler: v.conf.Scheduler, Forward: v.conf.Forward.Method.String(), Up: v.up, Suspended: v.suspended,
		Weight: v.weight(), Quorum: v.conf.Quorum, Hysteresis: v.conf.Hysteresis}
	if v.conf.SorryServer.IsValid() {
		st.Sorry = &status.Sorry{Name: v.sorryName(), Active: v.excused}
	}
	for _, f := range v.services {
		k := status.KernelServer{Name: f.Key.String()}
		if e := table[f.Key]; e != nil {
			k.Present, k.Counters = true, counters(e.Counters)
		}
		st.Services = append(st.Services, k)
	}
	for _, r := range v.servers {
		st.Servers = append(st.Servers, r.status(reports, table))
	}
	return st
}

func (r *server) status(reports map[check.ID]*check.Report, table map[ipvs.Key]*ipvs.Entry) status.RealServer {
	st := status.RealServer{Name: r.name, Address: r.conf.Address, Forward: r.conf.Forward.Method.String(),
		Alive: r.alive, Weight: r.weight, Configured: r.conf.Weight, Kernel: r.kernel(table)}
	for _, c := range r.checkers {
		k := status.Checker{Kind: c.conf.Kind, Up: c.up, Known: c.ran}
		if p := reports[c.id]; p != nil {
			k.Last, k.Took, k.Failures, k.Next, k.Checks, k.Reason = p.Last, p.Took.Seconds(), p.Failures, p.Next, p.Checks, p.Reason
		}
		st.Checkers = append(st.Checkers, k)
	}
	return st
}

// kernel adds up what the kernel has of r in all services.
func (r *server) kernel(table map[ipvs.Key]*ipvs.Entry) *status.KernelReal {
	var k *status.KernelReal
	for _, f := range r.service.services {
		e := table[f.Key]
		if e == nil {
			continue
		}
		at := reached(r.conf.Address, r.conf.Forward, f)
		for i := range e.Servers {
			x := &e.Servers[i]
			if x.Address != at {
				continue
			}
			if k == nil {
				k = &status.KernelReal{Weight: x.Weight}
			}
			k.Active += x.Active
			k.Inactive += x.Inactive
			k.Persistent += x.Persistent
			k.Add(counters(x.Counters))
		}
	}
	return k
}

func counters(c ipvs.Counters) status.Counters {
	return status.Counters{Connections: c.Connections, PacketsIn: c.PacketsIn, PacketsOut: c.PacketsOut, BytesIn: c.BytesIn, BytesOut: c.BytesOut}
}
