package topology

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/viplab/viplab/lab/internal/yamlfile/schema"
	"github.com/viplab/viplab/lab/internal/yamlfile/schema/schematest"
)

//go:generate go test -run TestSchemaIsCurrent -update .

const (
	repository = "../.."
	schemaFile = "docs/topology.schema.json"
)

func generateSchema(t *testing.T) []byte {
	t.Helper()
	out, err := schema.Generate(schema.Source{
		ID:       "https://github.com/viplab/viplab/docs/topology.schema.json",
		Title:    "viplab topology",
		Value:    &Topology{},
		Module:   "github.com/viplab/viplab",
		Packages: []string{"lab/topology"},
		Exactly:  map[string][]string{"Service": {"ha", "http", "mail", "hostile", "nginx", "command"}},
		Names: map[string]string{
			"Topology.networks": nameForm.String(),
			"Topology.nodes":    hostForm.String(),
			"Node.interfaces":   `^[A-Za-z0-9_.@-]{1,15}$`,
			"Node.services":     `^[A-Za-z0-9_.+-]{1,15}$`,
		},
		Scalars: []string{"Node.sysctls"},
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

func TestEveryPropertyOfTheSchemaIsDescribed(t *testing.T) {
	t.Chdir(repository)
	file := schematest.ReadJSON(t, generateSchema(t)).(map[string]any)
	check := func(name string, object any) {
		properties, _ := object.(map[string]any)["properties"].(map[string]any)
		for property, s := range properties {
			if s := s.(map[string]any); s["description"] == nil && s["$ref"] == nil {
				t.Errorf("%s.%s has no description", name, property)
			}
		}
	}
	check("Topology", file)
	for name, object := range file["$defs"].(map[string]any) {
		check(name, object)
	}
}

func TestTopologiesMeetTheSchema(t *testing.T) {
	s := schematest.Compile(t, filepath.Join(repository, schemaFile))
	files, err := filepath.Glob(filepath.Join(repository, "topologies", "*", FileName))
	if err != nil || len(files) == 0 {
		t.Fatalf("found no topologies (error %v)", err)
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
		{"missing field", "title: Two web servers\n", ""},
		{"wrong type", "lan: {}", "lan: {mtu: big}"},
		{"no value", "lan: {}", "lan:"},
		{"address without length", "192.168.0.4/24", "192.168.0.4"},
		{"no address", "via: 192.168.0.254", "via: gw"},
		{"service of two kinds", "mail: {mail: {}}", "mail: {mail: {}, command: [cat]}"},
		{"service of no kind", "mail: {mail: {}}", "mail: {}"},
		{"long interface name", "lo: {", "a-very-long-name: {"},
		{"network name", "lan: {}", "La_N: {}"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := schematest.Validate(t, s, strings.Replace(demo, tc.from, tc.to, 1)); err == nil {
				t.Error("the schema allows it")
			}
		})
	}
}
