// Package schematest holds YAML against a published JSON schema, with a validator
// that is not the project's own.
package schematest

import (
	"bytes"
	"os"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

// Current holds a schema file against what is generated now, or writes it.
func Current(t testing.TB, file string, generated []byte, update bool) {
	t.Helper()
	if update {
		if err := os.WriteFile(file, generated, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(generated)); diff != "" {
		t.Errorf("%s is stale, write it again with go generate ./...:\n%s", file, diff)
	}
}

// Compile reads a schema file.
func Compile(t testing.TB, file string) *validator.Schema {
	t.Helper()
	c := validator.NewCompiler()
	c.AssertFormat()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AddResource("schema", ReadJSON(t, src)); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Validate returns what a schema has against a YAML document.
func Validate(t testing.TB, s *validator.Schema, src string) error {
	t.Helper()
	js, err := yaml.YAMLToJSON([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(ReadJSON(t, js))
}

// ReadJSON decodes JSON as the validator wants it.
func ReadJSON(t testing.TB, src []byte) any {
	t.Helper()
	v, err := validator.UnmarshalJSON(bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
