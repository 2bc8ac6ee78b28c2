// Package schema writes JSON schemas of the structs that package yamlfile reads,
// for editors and for whoever generates the files. It reads the doc comments of
// the source and is meant for tests, not for the program.
package schema

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"time"

	"github.com/invopop/jsonschema"
)

// Source is what a schema is made of.
type Source struct {
	// ID is the schema's address, Title its name.
	ID, Title string
	// Value is a pointer to the struct.
	Value any
	// Module is the import path of the folder that Packages are relative to,
	// which is the working directory: doc comments are read from there.
	Module   string
	Packages []string
	// Exactly names properties of a type of which exactly one is set.
	Exactly map[string][]string
	// Words lists the values of a property (Fault.name) or of its items.
	Words map[string][]string
	// Names is the pattern of the keys of a property (Topology.nodes).
	Names map[string]string
	// Scalars names properties whose values may be written as numbers too.
	Scalars []string
	// Lists names slice types of which a single element may stand alone.
	Lists []reflect.Type
}

// Generate returns the schema as indented JSON with a final newline.
func Generate(src Source) ([]byte, error) {
	r := &jsonschema.Reflector{FieldNameTag: "yaml", ExpandedStruct: true}
	r.Mapper = func(t reflect.Type) *jsonschema.Schema { return mapped(t, src.Lists) }
	for _, dir := range src.Packages {
		if err := r.AddGoComments(src.Module, dir, jsonschema.WithFullComment()); err != nil {
			return nil, fmt.Errorf("read doc comments of %s: %w", dir, err)
		}
	}
	root := r.Reflect(src.Value)
	root.ID, root.Title = jsonschema.ID(src.ID), src.Title
	if err := finish(root, src); err != nil {
		return nil, err
	}
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write schema %s: %w", src.Title, err)
	}
	return append(out, '\n'), nil
}

// mapped is the schema of the types that are written as text.
func mapped(t reflect.Type, lists []reflect.Type) *jsonschema.Schema {
	text := jsonschema.Schema{Type: "string"}
	switch t {
	case reflect.TypeFor[time.Duration]():
		// time.ParseDuration
		text.Pattern = `^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))*$`
		text.Examples = []any{"100ms", "3s", "1m30s"}
		return &text
	case reflect.TypeFor[netip.Addr]():
		return &jsonschema.Schema{Type: "string", AnyOf: []*jsonschema.Schema{{Format: "ipv4"}, {Format: "ipv6"}}}
	case reflect.TypeFor[netip.Prefix]():
		text.Pattern = `^[0-9a-fA-F:.]+/[0-9]{1,3}$`
		text.Examples = []any{"192.168.0.3/24"}
		return &text
	}
	for _, list := range lists {
		if t == list {
			one := jsonschema.Schema{Type: "string"}
			return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{&one, {Type: "array", Items: &one}}}
		}
	}
	return nil
}

// finish adds what reflection cannot know.
func finish(root *jsonschema.Schema, src Source) error {
	types := map[string]*jsonschema.Schema{reflect.TypeOf(src.Value).Elem().Name(): root}
	for name, s := range root.Definitions {
		types[name] = s
	}
	for name, s := range types {
		unwrap(s)
		for p := s.Properties.Oldest(); p != nil; p = p.Next() {
			unwrap(p.Value)
			full := name + "." + p.Key
			addWords(p.Value, src.Words[full])
			if pattern := src.Names[full]; pattern != "" {
				p.Value.PropertyNames = &jsonschema.Schema{Pattern: pattern}
			}
		}
		for _, property := range src.Exactly[name] {
			s.OneOf = append(s.OneOf, &jsonschema.Schema{Required: []string{property}})
		}
	}
	for _, full := range src.Scalars {
		name, property, _ := strings.Cut(full, ".")
		s, ok := types[name]
		if !ok {
			return fmt.Errorf("schema has no type %s", name)
		}
		values, ok := s.Properties.Get(property)
		if !ok {
			return fmt.Errorf("schema has no property %s", full)
		}
		values.AdditionalProperties = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "string"}, {Type: "number"}}}
	}
	return nil
}

// addWords lists the values of a property, or of the items of a list.
func addWords(s *jsonschema.Schema, words []string) {
	if s.Items != nil {
		s = s.Items
	}
	for _, word := range words {
		s.Enum = append(s.Enum, word)
	}
}

// unwrap makes one line of a doc comment.
func unwrap(s *jsonschema.Schema) { s.Description = strings.Join(strings.Fields(s.Description), " ") }
