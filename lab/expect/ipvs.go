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

// find looks a service up by its words, as a person writes them.
func (i *IPVS) find(table map[string]*timeline.Service) *timeline.Service {
	for name, s := range table {
		if sameService(name, i.Service) {
			return s
		}
	}
	return nil
}

// sameService compares the names of two services.
func sameService(a, b string) bool {
	return slices.Equal(strings.Fields(strings.ToUpper(a)), strings.Fields(strings.ToUpper(b)))
}

// differences says what of the service is not as expected, row by row.
func (i *IPVS) differences(s *timeline.Service) []string {
	var wrong []string
	if i.Scheduler != "" && s.Scheduler != i.Scheduler {
		wrong = append(wrong, fmt.Sprintf("scheduler %s, not %s", s.Scheduler, i.Scheduler))
	}
	wrong = append(wrong, i.unlike(s)...)
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
		wrong = append(wrong, unlikeLimit(name, "upper", i.Upper, row.Upper)...)
		wrong = append(wrong, unlikeLimit(name, "lower", i.Lower, row.Lower)...)
	}
	return wrong
}

// unlike says which of the service's own settings are not as expected, of those
// that are looked at.
func (i *IPVS) unlike(s *timeline.Service) []string {
	var wrong []string
	if i.Persistence != nil && s.Persistence != *i.Persistence {
		wrong = append(wrong, fmt.Sprintf("persistence %d s, not %d s", s.Persistence, *i.Persistence))
	}
	if i.Mask != nil && s.Mask != *i.Mask {
		wrong = append(wrong, fmt.Sprintf("mask /%d, not /%d", s.Mask, *i.Mask))
	}
	if want := strings.Join(i.Flags, ","); i.Flags != nil && s.Flags != want {
		wrong = append(wrong, fmt.Sprintf("flags %q, not %q", s.Flags, want))
	}
	return wrong
}

func unlikeLimit(server, what string, limits map[string]int, got uint32) []string {
	want, ok := limits[server]
	if !ok || int64(want) == int64(got) {
		return nil
	}
	return []string{fmt.Sprintf("%s has %s threshold %d, not %d", server, what, got, want)}
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
	return want + i.settings()
}

// settings says what is looked at besides.
func (i *IPVS) settings() string {
	var b strings.Builder
	if i.Persistence != nil {
		fmt.Fprintf(&b, ", persistence %d s", *i.Persistence)
	}
	if i.Mask != nil {
		fmt.Fprintf(&b, ", mask /%d", *i.Mask)
	}
	if i.Flags != nil {
		fmt.Fprintf(&b, ", flags %q", strings.Join(i.Flags, ","))
	}
	for _, of := range []struct {
		what   string
		limits map[string]int
	}{{"upper", i.Upper}, {"lower", i.Lower}} {
		for _, name := range slices.Sorted(maps.Keys(of.limits)) {
			fmt.Fprintf(&b, ", %s threshold %d of %s", of.what, of.limits[name], name)
		}
	}
	return b.String()
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
