package lab

import (
	"net/netip"
	"testing"
	"time"

	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/fault"
	"github.com/viplab/viplab/lab/timeline"
	"github.com/viplab/viplab/lab/topology"
)

// lone is a node with one service, which leaves a process behind when it dies.
func lone(args ...string) *topology.Topology {
	return &topology.Topology{
		Name: "lone", Title: "One node", Networks: map[string]*topology.Network{"lan": {}},
		Nodes: map[string]*topology.Node{"n1": {
			Interfaces: map[string]*topology.Interface{"eth0": {Network: "lan", Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/24")}}},
			Services:   map[string]*topology.Service{"job": {Command: args, Restart: 100 * time.Millisecond}},
		}},
	}
}

// processes are the beginnings and ends of the service's processes.
func processes(l *T) (all []*timeline.Event) {
	for _, e := range l.Recorder.Events() {
		if e.Kind == timeline.KindProcess {
			all = append(all, &e)
		}
	}
	return all
}

func TestFailedServiceIsStartedAgain(t *testing.T) {
	l := Start(t, lone("sh", "-c", "sleep 1000 & wait"), Options{})
	s, err := l.service("n1", "job")
	if err != nil {
		t.Fatal(err)
	}
	first := s.process()
	tree := func() int {
		pids, err := first.Tree()
		if err != nil {
			t.Fatal(err)
		}
		return len(pids)
	}
	for tree() < 2 { // the shell has to start its child first
		time.Sleep(time.Millisecond)
	}
	l.Do(fault.KillParent{Service: fault.Service{Node: "n1", Name: "job"}})
	for more := l.Recorder.More(); len(processes(l)) < 3; more = l.Recorder.More() {
		<-more
	}
	seen := processes(l)
	if down := seen[2].At.Sub(seen[1].At); seen[1].Process.Phase != timeline.End || seen[2].Process.Phase != timeline.Begin || down < 100*time.Millisecond {
		t.Errorf("started again after %s: %+v", down, seen[2].Process)
	}
	if left, err := first.Remains(); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestStoppedServiceStaysDown(t *testing.T) {
	for _, tc := range []struct {
		name string
		args []string
		stop bool
	}{
		{"stopped", []string{"sleep", "1000"}, true},
		{"ended by itself", []string{"true"}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := Start(t, lone(tc.args...), Options{})
			if tc.stop {
				l.Do(fault.Stop{Service: fault.Service{Node: "n1", Name: "job"}})
			}
			l.Expect(&expect.Process{Node: "n1", Service: "job"})
			time.Sleep(300 * time.Millisecond)
			if seen := processes(l); len(seen) != 2 {
				t.Errorf("%d beginnings and ends, want 2", len(seen))
			}
		})
	}
}

func TestServiceThatFailsAtOnceStaysDown(t *testing.T) {
	l := Start(t, lone("false"), Options{})
	l.Expect(&expect.Log{Node: "n1", Phrase: ErrStartLimit.Error()})
	if seen := processes(l); len(seen) != 2*(startLimit+1) {
		t.Errorf("%d beginnings and ends, want %d", len(seen), 2*(startLimit+1))
	}
}
