package expect

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/viplab/viplab/lab/timeline"
)

// Title implements Expectation.
func (i *IPVS) Title() string {
	if i.Absent {
		return fmt.Sprintf("%s has no service %s", i.Node, i.Service)
	}
	return fmt.Sprintf("%s balances %s over %s", i.Node, i.Service, i.servers())
}

func (i *IPVS) judge(r *Run, w Window) []Check {
	c := Check{Node: i.Node, Want: i.want(), Verdict: w.unmet(), At: w.To}
	service := i.find(r.index().Table(i.Node, w.To))
	switch {
	case i.Absent && service == nil:
		c.Verdict, c.Got = Pass, "absent"
	case service == nil:
		c.Got = "no such service"
	case i.Absent:
		c.Got = describeService(service)
	default:
		wrong := i.differences(service)
		if len(wrong) == 0 {
			c.Verdict, c.Got = Pass, describeService(service)
			break
		}
		c.Got = strings.Join(wrong, "; ")
	}
	return []Check{c}
}

// find compares services by their words, as a person writes them.
func (i *IPVS) find(table map[string]*timeline.Service) *timeline.Service {
	want := strings.Fields(strings.ToUpper(i.Service))
	for name, s := range table {
		if slices.Equal(want, strings.Fields(strings.ToUpper(name))) {
			return s
		}
	}
	return nil
}

// differences says what of the service is not as expected, row by row.
func (i *IPVS) differences(s *timeline.Service) []string {
	var wrong []string
	if i.Scheduler != "" && s.Scheduler != i.Scheduler {
		wrong = append(wrong, fmt.Sprintf("scheduler %s, not %s", s.Scheduler, i.Scheduler))
	}
	rows := slices.Sorted(maps.Keys(s.Destinations))
	for _, server := range slices.Sorted(maps.Keys(i.Servers)) {
		if _, ok := s.Destinations[server]; !ok {
			wrong = append(wrong, server+" is missing")
		}
	}
	for _, name := range rows {
		row := s.Destinations[name]
		weight, ok := i.Servers[name]
		switch {
		case !ok:
			wrong = append(wrong, fmt.Sprintf("%s with weight %d is there too", name, row.Weight))
		case weight != row.Weight:
			wrong = append(wrong, fmt.Sprintf("%s has weight %d, not %d", name, row.Weight, weight))
		}
		if ok && i.Forward != "" && !i.forwards(row) {
			wrong = append(wrong, fmt.Sprintf("%s is forwarded by %s, not %s", name, row.Forward, i.Forward))
		}
	}
	return wrong
}

// forwards reports whether a row is forwarded as expected. The kernel delivers
// to the director's own loopback as Local, whatever was asked for: so with a
// sorry server on 127.0.0.1.
func (i *IPVS) forwards(row timeline.IPVS) bool {
	if strings.EqualFold(row.Forward, i.Forward) {
		return true
	}
	a, err := netip.ParseAddrPort(row.Destination)
	return err == nil && a.Addr().IsLoopback() && row.Forward == "Local"
}

func (i *IPVS) want() string {
	if i.Absent {
		return "absent"
	}
	want := "exactly " + i.servers()
	if i.Scheduler != "" {
		want = i.Scheduler + ", " + want
	}
	if i.Forward != "" {
		want += " by " + i.Forward
	}
	return want
}

func (i *IPVS) servers() string {
	if len(i.Servers) == 0 {
		return "no server"
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(i.Servers)) {
		parts = append(parts, fmt.Sprintf("%s weight %d", name, i.Servers[name]))
	}
	return strings.Join(parts, ", ")
}

func describeService(s *timeline.Service) string {
	parts := []string{strings.TrimSpace("scheduler " + s.Scheduler)}
	for _, name := range slices.Sorted(maps.Keys(s.Destinations)) {
		row := s.Destinations[name]
		parts = append(parts, fmt.Sprintf("%s weight %d %s", name, row.Weight, row.Forward))
	}
	return strings.Join(parts, ", ")
}
