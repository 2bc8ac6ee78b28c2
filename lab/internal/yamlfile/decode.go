package yamlfile

import (
	"reflect"
	"slices"
	"strings"

	"github.com/viplab/viplab/internal/suggest"

	"github.com/goccy/go-yaml/ast"
)

// Listable is implemented by slice types of which a single element may stand
// without the list: "start: web1/httpd".
type Listable interface{ Listable() }

var listable = reflect.TypeFor[Listable]()

// Decode reads the document into v, a pointer to a struct. Field names are the
// yaml tags; a field without omitempty must be there. Durations are written
// with a unit (100ms), and types with UnmarshalText as their text. What does
// not fit is reported and left at its zero value.
func (d *Document) Decode(v any) {
	if d.root == nil {
		return
	}
	d.decode(d.root, Path{}, reflect.ValueOf(v).Elem())
}

func (d *Document) decode(n ast.Node, p Path, out reflect.Value) {
	if anchor, ok := n.(*ast.AnchorNode); ok {
		d.decode(anchor.Value, p, out)
		// Known only now, so that no alias leads into itself.
		d.anchors[anchor.Name.GetToken().Value] = anchor.Value
		return
	}
	n, ok := d.resolve(n, p)
	if !ok {
		return
	}
	if _, ok := d.keys[p.id()]; !ok {
		d.keys[p.id()] = nodePlace(n)
	}
	if _, null := n.(*ast.NullNode); null {
		d.ReportKey(p, "", "%s has no value%s", last(p), emptyHint(out.Type()))
		d.unread[p.id()] = true
		return
	}
	d.mark(n, p)
	switch kind := out.Kind(); {
	case isScalar(out.Type()):
		d.decodeScalar(n, p, out)
	case kind == reflect.Pointer:
		out.Set(reflect.New(out.Type().Elem()))
		d.decode(n, p, out.Elem())
	case kind == reflect.Struct:
		d.decodeStruct(n, p, out)
	case kind == reflect.Map:
		d.decodeMap(n, p, out)
	case kind == reflect.Slice:
		d.decodeSlice(n, p, out)
	default:
		d.misread(p, "%s cannot be read from YAML", out.Type())
	}
}

// resolve follows an alias.
func (d *Document) resolve(n ast.Node, p Path) (ast.Node, bool) {
	switch n := n.(type) {
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		value, ok := d.anchors[name]
		if !ok {
			d.add(p, nodePlace(n), "", "unknown anchor *"+name)
			return nil, false
		}
		return d.resolve(value, p)
	case *ast.TagNode:
		d.add(p, nodePlace(n), "", "tags are not used here")
		return nil, false
	case nil:
		return nil, false
	default:
		return n, true
	}
}

// mark keeps the place of the value for later reports. A collection is shown at
// its key, where the reader looks for it.
func (d *Document) mark(n ast.Node, p Path) {
	at := nodePlace(n)
	switch n.(type) {
	case *ast.MappingNode, *ast.SequenceNode, *ast.LiteralNode:
		at = d.keys[p.id()]
	}
	d.values[p.id()] = at
}

func (d *Document) decodeStruct(n ast.Node, p Path, out reflect.Value) {
	fields := fieldsOf(out.Type())
	d.eachPair(n, p, func(name string, value ast.Node) {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		if i < 0 {
			d.ReportKey(p.Key(name), suggest.Nearest(name, fieldNames(fields)), "unknown field %q", name)
			return
		}
		d.decode(value, p.Key(name), out.Field(fields[i].index))
	})
	if _, mapping := n.(*ast.MappingNode); !mapping {
		return
	}
	for _, f := range fields {
		if _, there := d.keys[p.Key(f.name).id()]; f.required && !there {
			d.Report(p, "%sfield %q is missing", of(p), f.name)
			d.unread[p.Key(f.name).id()] = true
		}
	}
}

func (d *Document) decodeMap(n ast.Node, p Path, out reflect.Value) {
	out.Set(reflect.MakeMap(out.Type()))
	d.eachPair(n, p, func(name string, value ast.Node) {
		elem := reflect.New(out.Type().Elem()).Elem()
		d.decode(value, p.Key(name), elem)
		if elem.Kind() == reflect.Pointer && elem.IsNil() {
			elem.Set(reflect.New(elem.Type().Elem())) // reported; later checks need no nil
		}
		out.SetMapIndex(reflect.ValueOf(name).Convert(out.Type().Key()), elem)
	})
}

// eachPair passes the pairs of a mapping, each key once.
func (d *Document) eachPair(n ast.Node, p Path, do func(name string, value ast.Node)) {
	mapping, ok := n.(*ast.MappingNode)
	if !ok {
		d.misread(p, "%smust be a mapping (name: value), not %s", of(p), describe(n))
		return
	}
	for _, pair := range mapping.Values {
		key := pair.Key.GetToken()
		if pair.Key.IsMergeKey() {
			d.add(p, tokenPlace(key), "", "merge keys (<<) are not used here, write the fields out")
			continue
		}
		id := p.Key(key.Value).id()
		if first, again := d.keys[id]; again {
			d.add(p.Key(key.Value), tokenPlace(key), "", duplicate(key.Value, first))
			continue
		}
		d.keys[id] = tokenPlace(key)
		do(key.Value, pair.Value)
	}
}

func (d *Document) decodeSlice(n ast.Node, p Path, out reflect.Value) {
	sequence, ok := n.(*ast.SequenceNode)
	if !ok && out.Type().Implements(listable) {
		elem := reflect.New(out.Type().Elem()).Elem()
		d.decode(n, p, elem)
		out.Set(reflect.Append(out, elem))
		return
	}
	if !ok {
		d.misread(p, "%smust be a list, not %s", of(p), describe(n))
		return
	}
	list := reflect.MakeSlice(out.Type(), len(sequence.Values), len(sequence.Values))
	for i, value := range sequence.Values {
		if elem := list.Index(i); elem.Kind() == reflect.Pointer {
			elem.Set(reflect.New(elem.Type().Elem()))
		}
		d.decode(value, p.Index(i), list.Index(i))
	}
	out.Set(list)
}

type field struct {
	name     string
	index    int
	required bool
}

// fieldsOf reads the yaml tags of t.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name == "" || name == "-" {
			continue
		}
		fields = append(fields, field{name, i, !strings.Contains(options, "omitempty")})
	}
	return fields
}

func fieldNames(fields []field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}
