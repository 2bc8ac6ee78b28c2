package scenarios

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/lab/scenario"
	"github.com/viplab/viplab/lab/topology"
)

func ids(found []*scenario.Scenario) []string {
	var out []string
	for _, s := range found {
		out = append(out, s.ID())
	}
	return out
}

func TestCourse(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	all = filter(all, func(s *scenario.Scenario) bool { return s.Suite == "course" })
	want := []string{
		"course/experiment-1/failover",
		"course/experiment-2/logging",
		"course/experiment-3/disconnect",
		"course/experiment-4/failover",
		"course/experiment-4/notify",
		"course/experiment-4/sync",
		"course/experiment-5/failover",
		"course/experiment-6/failover",
		"course/ha-1/crash",
		"course/ha-1/httpd-fault",
		"course/ha-1/nopreempt",
		"course/ha-1/processes",
		"course/ha-1/watch-pidfile",
		"course/ha-1/watch-port",
		"course/ha-1/watch-process",
		"course/ha-1/watch-script",
		"course/lvs-dr-keepalived/checks",
		"course/lvs-dr-script/stop-keepalived",
		"course/master-backup/preempt",
		"course/master-master/crossed",
		"course/nat-sync-group/group",
		"course/nat-sync-group/no-group",
		"course/nginx-hot-standby/failover",
		"course/web-hot-standby/kill-all",
		"course/web-hot-standby/link-down",
		"course/web-hot-standby/stop-keepalived",
	}
	if diff := cmp.Diff(want, ids(all)); diff != "" {
		t.Error(diff)
	}
	for _, s := range all {
		if want := "topologies/" + s.Topology + "/scenarios/" + s.Name + ".yaml"; s.File != want {
			t.Errorf("%s is from file %q, want %q", s.ID(), s.File, want)
		}
	}
}

const (
	labYAML = "name: NAME\ntitle: t\nnetworks: {lan: {}}\nnodes: {a: {interfaces: {eth0: {network: lan}}}}\n"
	runYAML = "name: NAME\ntitle: t\nsuite: s\ntopology: LAB\nsteps: [{name: one, do: [{run: {node: NODE, args: [\"true\"]}}]}]\n"
)

func labFile(name string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(strings.ReplaceAll(labYAML, "NAME", name))}
}

func runFile(name, lab, node string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(strings.NewReplacer("NAME", name, "LAB", lab, "NODE", node).Replace(runYAML))}
}

func TestLoadShowsTheMistakesOfAllFiles(t *testing.T) {
	_, err := Load(fstest.MapFS{
		"good/topology.yaml":         labFile("good"),
		"good/scenarios/fine.yaml":   runFile("fine", "good", "a"),
		"good/scenarios/node.yaml":   runFile("node", "good", "b"),
		"good/scenarios/name.yaml":   runFile("nmae", "good", "a"),
		"bad/topology.yaml":          {Data: []byte(strings.Replace(labYAML, "lan: {}", "wan: {}", 1))},
		"bad/scenarios/skipped.yaml": runFile("skipped", "bad", "b"),
		"none/scenarios/lost.yaml":   runFile("lost", "none", "a"),
	}, "labs")
	want := `labs/bad/topology.yaml:1:7: the name is "NAME", but the directory is "bad"
labs/bad/topology.yaml:1:7: name "NAME" may hold only lower-case letters, digits and dashes
labs/bad/topology.yaml:4:42: unknown network "lan", did you mean wan?
labs/good/scenarios/name.yaml:1:7: the name is "nmae", but the file is "name.yaml"
labs/good/scenarios/node.yaml:5:39: unknown node "b"
labs/none/scenarios/lost.yaml:4:11: unknown topology "none"`
	var found topology.Diagnostics
	if !errors.As(err, &found) {
		t.Fatalf("error is %T: %v", err, err)
	}
	if diff := cmp.Diff(want, found.Error()); diff != "" {
		t.Error(diff)
	}
}

func TestLoadSortsBySuite(t *testing.T) {
	late := runFile("early", "a", "a")
	late.Data = []byte(strings.Replace(string(late.Data), "suite: s", "suite: z", 1))
	found, err := Load(fstest.MapFS{
		"a/topology.yaml": labFile("a"), "a/scenarios/early.yaml": late,
		"b/topology.yaml": labFile("b"), "b/scenarios/one.yaml": runFile("one", "b", "a"),
	}, "labs")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"s/b/one", "z/a/early"}, ids(found)); diff != "" {
		t.Error(diff)
	}
}

func TestLoadOfAnEmptyFolder(t *testing.T) {
	found, err := Load(fstest.MapFS{}, "")
	if err != nil || len(found) != 0 {
		t.Errorf("got %v, %v", found, err)
	}
}

// Each form of the protocol that two daemons may have to speak together.
func TestInteropHasEveryForm(t *testing.T) {
	found, err := Select("interop")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"ipv4-v2", "ipv4-v2-ah", "ipv4-v2-pass", "ipv4-v2-unicast", "ipv4-v2-vmac", "ipv4-v2-vmac-xmit-base",
		"ipv4-v3", "ipv4-v3-100ms", "ipv4-v3-10ms", "ipv4-v3-30ms", "ipv4-v3-unicast", "ipv4-v3-vmac",
		"ipv6-100ms", "ipv6-unicast", "ipv6-v3", "ipv6-vmac",
		"nopreempt", "preempt-delay", "sync-group", "track-interface", "track-script",
	}
	var names []string
	for _, s := range found {
		names = append(names, s.Name)
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

// Each line of what vipd does better is a scenario, and each is one that
// keepalived is on record to fail.
func TestBetterIsOnRecord(t *testing.T) {
	found, err := Select("better")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"meddled-table", "wrong-services",
		"endless", "vanish",
		"advert-flood", "bad-reload", "crash-and-edit", "crash-loop", "healed-split-v2", "healed-split-v3",
		"rejected-adverts", "zero-interval",
	}
	var names []string
	for _, s := range found {
		names = append(names, s.Name)
		if s.Fails["keepalived"] == nil || s.Fails["vipd"] != nil {
			t.Errorf("%s: on record are %v", s.ID(), s.Fails)
		}
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

// Each checker of keepalived has a scenario, and HTTP_GET two.
func TestCheckersHaveEveryKind(t *testing.T) {
	found, err := Select("checkers")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"bfd", "dns", "file", "http", "https", "misc", "pages", "ping", "smtp", "tcp", "udp"}
	var names []string
	for _, s := range found {
		names = append(names, s.Name)
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}
