package scenario

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/lab/expect"
)

func TestDirectors(t *testing.T) {
	s := &Scenario{
		Steps: []*Step{
			{Expect: []expect.Item{{IPVS: &expect.IPVS{Node: "lb2"}}, {Log: &expect.Log{Node: "web1"}}}},
			{Expect: []expect.Item{{IPVS: &expect.IPVS{Node: "lb1"}}, {IPVS: &expect.IPVS{Node: "lb2"}}}},
			{Expect: []expect.Item{{Server: &expect.Server{Node: "lb3", After: "web1/httpd"}}}},
		},
		Always: []expect.Item{{IPVS: &expect.IPVS{Node: "lb4"}}},
	}
	if diff := cmp.Diff([]string{"lb1", "lb2", "lb3", "lb4"}, s.Directors()); diff != "" {
		t.Error(diff)
	}
	if got := (&Scenario{}).Directors(); len(got) != 0 {
		t.Errorf("none is expected of: got %v", got)
	}
}
