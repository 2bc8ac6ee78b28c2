package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

func TestLateness(t *testing.T) {
	at := func(n int, ms time.Duration) visit {
		return visit{server(0, n), time.Unix(0, 0).Add(ms * time.Millisecond)}
	}
	late, busiest := lateness([]visit{at(1, 2005), at(1, 0), at(2, 19), at(2, 2000), at(1, 4030), at(3, 20)}, 2*time.Second)
	slices.Sort(late)
	want := []time.Duration{-19 * time.Millisecond, 5 * time.Millisecond, 25 * time.Millisecond}
	if !slices.Equal(late, want) || busiest != 3 {
		t.Errorf("got %v, %d at once; want %v, 3", late, busiest, want)
	}
}

func TestRatio(t *testing.T) {
	a := result{starts: []time.Duration{time.Second}, span: time.Minute, cpu: 6 * time.Second, late: []time.Duration{0}}
	b := a
	b.starts, b.cpu = []time.Duration{2 * time.Second}, 3*time.Second
	got := strings.Fields(a.ratio(b))
	if want := []string{"ratio", "0.500", "0.500", "-", "-", "2.000", "2.000", "-", "-", "-", "-", "-"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestWrite reads the configuration back.
func TestWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keepalived.conf")
	s := size{services: 2, each: 3, delay: 2 * time.Second}
	if err := s.write(file, 7); err != nil {
		t.Fatal(err)
	}
	c, err := conf.Load(file)
	if err != nil || len(c.Diagnostics) > 0 || len(c.VirtualServers) != s.services {
		t.Fatalf("got %d virtual servers, %v, %v", len(c.VirtualServers), c.Diagnostics, err)
	}
	last := c.VirtualServers[1].RealServers[2]
	if last.Address.Addr() != server(1, 2) || last.Weight != 7 || last.Checkers[0].DelayLoop != s.delay {
		t.Errorf("the last server is %+v", last)
	}
}
