package scenario

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/lab/topology"
)

const varied = `name: demo
title: The same with each
suite: tests
topology: pair
variants:
  v3: {title: version 3, config: /etc/v3.conf, needs: {kernel: [macvlan]}}
  v2: {title: version 2, config: /etc/v2.conf}
steps:
  - name: start
    do:
      - start: web1/keepalived
`

// withFiles is the pair with two configurations on each server.
func withFiles(t *testing.T) map[string]*topology.Topology {
	t.Helper()
	all := pair(t)
	all["pair"].Files = fstest.MapFS{
		"web1/etc/v2.conf": {}, "web1/etc/v3.conf": {}, "web2/etc/v2.conf": {}, "web2/etc/v3.conf": {},
	}
	return all
}

func loadVaried(t *testing.T, src string) (*Scenario, error) {
	t.Helper()
	const file = "pair/scenarios/demo.yaml"
	return Load(fstest.MapFS{file: {Data: []byte(src)}}, "labs", file, withFiles(t))
}

func TestExpand(t *testing.T) {
	s, err := loadVaried(t, varied)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, one := range s.Expand() {
		got = append(got, one.ID()+" "+one.Title+" "+one.Config+" "+strings.Join(one.Needs.Kernel, ","))
		top := withFiles(t)["pair"]
		if on := one.On(top); on.HANodes()[1].Config != one.Config || top.HANodes()[1].Config != topology.DefaultHAConfig {
			t.Errorf("%s runs with %s, and the topology itself now with %s", one.ID(), on.HANodes()[1].Config, top.HANodes()[1].Config)
		}
		if err := one.Validate(withFiles(t)["pair"]); err != nil {
			t.Errorf("expanded, but not valid: %v", err)
		}
	}
	want := []string{
		"tests/pair/demo-v2 The same with each: version 2 /etc/v2.conf ",
		"tests/pair/demo-v3 The same with each: version 3 /etc/v3.conf macvlan",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMistakesInVariants(t *testing.T) {
	for _, tc := range []struct{ name, from, to, want string }{
		{"name", "v2: {", "v_2: {", `7:3: variant "v_2" may hold only lower-case letters, digits and dashes`},
		{"no title", "title: version 2, ", "", `7:3: v2 field "title" is missing`},
		{"long title", "title: version 2", `title: "a\nb"`, `7:15: title must be one line of text`},
		{"missing file", "/etc/v2.conf", "/etc/v22.conf", `7:34: there is no web1/etc/v22.conf, did you mean /etc/v2.conf?
7:34: there is no web2/etc/v22.conf, did you mean /etc/v2.conf?`},
		{"relative path", "/etc/v2.conf", "v2.conf", `7:34: "v2.conf" must be an absolute path on the nodes, did you mean /v2.conf?`},
		{"unknown need", "[macvlan]", "[macvaln]", `6:65: unknown need "macvaln" (there is ipvs, netem, macvlan, nftables, dummy, vlan, vrf, tunnels), did you mean macvlan?`},
		{"two ways", "steps:", "config: /etc/v2.conf\nsteps:", `8:9: each variant names its own configuration`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := loadVaried(t, strings.Replace(varied, tc.from, tc.to, 1))
			if err == nil {
				t.Fatal("no mistake found")
			}
			got := strings.ReplaceAll(err.Error(), "labs/pair/scenarios/demo.yaml:", "")
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
