package scenario

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/forge"
	"github.com/viplab/viplab/lab/internal/yamlfile/schema"
	"github.com/viplab/viplab/lab/internal/yamlfile/schema/schematest"
)

//go:generate go test -run TestSchemaIsCurrent -update .

var update = flag.Bool("update", false, "write the golden files and the schema")

const (
	repository = "../.."
	schemaFile = "docs/scenario.schema.json"
)

func generateSchema(t *testing.T) []byte {
	t.Helper()
	out, err := schema.Generate(schema.Source{
		ID:       "https://github.com/viplab/viplab/docs/scenario.schema.json",
		Title:    "viplab scenario",
		Value:    &Scenario{},
		Module:   "github.com/viplab/viplab",
		Packages: []string{"lab/scenario", "lab/expect", "lab/forge", "lab/topology"},
		Exactly: map[string][]string{
			"Action":  {"start", "stop", "fault", "heal", "request", "run", "send", "behave", "wait"},
			"Probe":   {"http", "ping", "arp"},
			"Request": {"http", "ping", "arp"},
			"Item": {"master", "vip", "arp", "garp", "adverts", "takeover", "single-master",
				"http", "ping", "ipvs", "log", "mail", "process", "file", "outage", "script", "server", "neighbour", "calm", "attempts"},
		},
		Words: map[string][]string{
			"Fault.name":      FaultNames(),
			"Needs.daemon":    DaemonNeeds(),
			"Needs.kernel":    KernelNeeds(),
			"Advert.checksum": forge.Checksums(),
			"IPVS.scheduler":  schedulers(),
			"IPVS.forward":    forwards(),
			"IPVS.flags":      flags(),
		},
		Lists: []reflect.Type{reflect.TypeFor[Targets](), reflect.TypeFor[expect.Lasts]()},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSchemaIsCurrent(t *testing.T) {
	t.Chdir(repository)
	schematest.Current(t, schemaFile, generateSchema(t), *update)
}

func TestSchemaListsEveryExpectation(t *testing.T) {
	t.Chdir(repository)
	file := schematest.ReadJSON(t, generateSchema(t)).(map[string]any)
	item := file["$defs"].(map[string]any)["Item"].(map[string]any)
	listed := map[string]bool{"id": true, "title": true}
	for _, one := range item["oneOf"].([]any) {
		listed[one.(map[string]any)["required"].([]any)[0].(string)] = true
	}
	for property := range item["properties"].(map[string]any) {
		if !listed[property] {
			t.Errorf("expectation %q is not in the list of which exactly one is set", property)
		}
	}
}

func TestScenariosMeetTheSchema(t *testing.T) {
	s := schematest.Compile(t, filepath.Join(repository, schemaFile))
	files, err := filepath.Glob(filepath.Join(repository, "topologies", "*", "scenarios", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("found no scenarios (error %v)", err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := schematest.Validate(t, s, string(src)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	if err := schematest.Validate(t, s, demo); err != nil {
		t.Errorf("demo: %v", err)
	}
}

func TestSchemaRefuses(t *testing.T) {
	s := schematest.Compile(t, filepath.Join(repository, schemaFile))
	for _, tc := range []struct{ name, from, to string }{
		{"unknown field", "title:", "tittle:"},
		{"missing field", "suite: tests\n", ""},
		{"unknown fault", "name: link-down", "name: link-dwon"},
		{"unknown need", "daemon: [vrrp", "daemon: [vrpp"},
		{"unknown forwarding", "forward: Route", "forward: DR"},
		{"duration without unit", "within: 20s", "within: 20"},
		{"two actions", "      - run: {node: client, args: [ip, neigh, flush, all]}", "        run: {node: client, args: [ip, neigh, flush, all]}"},
		{"no action", "- run: {node: client, args: [ip, neigh, flush, all]}", "- {}"},
		{"two expectations", "      - ping: {probe: echo, count: 2}", "        ping: {probe: echo, count: 2}"},
		{"no expectation", "- ping: {probe: echo, count: 2}", "- {id: none}"},
		{"probe that asks twice", "who: {", "who: {ping: 192.168.0.5, "},
		{"no address", "ping: 192.168.0.5", "ping: web1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !strings.Contains(demo, tc.from) {
				t.Fatalf("demo has no %q", tc.from)
			}
			if err := schematest.Validate(t, s, strings.Replace(demo, tc.from, tc.to, 1)); err == nil {
				t.Error("the schema allows it")
			}
		})
	}
}
