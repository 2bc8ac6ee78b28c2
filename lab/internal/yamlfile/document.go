package yamlfile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Document is a YAML document with the place of each of its values, and the
// mistakes found in it so far.
type Document struct {
	name    string
	lines   []string
	root    ast.Node
	anchors map[string]ast.Node
	keys    map[string]place // of the key, for list items of the item
	values  map[string]place
	unread  map[string]bool // reported by Decode: whatever stands there is not the file's
	found   Diagnostics
}

type place struct{ line, column int }

// Parse reads the one document that src holds. Name is the file's path for
// messages. What is wrong with the YAML itself is in Err.
func Parse(name string, src []byte) *Document {
	d := &Document{
		name:    name,
		lines:   strings.Split(strings.ReplaceAll(string(src), "\r\n", "\n"), "\n"),
		anchors: map[string]ast.Node{},
		keys:    map[string]place{},
		values:  map[string]place{},
		unread:  map[string]bool{},
	}
	file, err := parse(src)
	var syntax *yaml.SyntaxError
	switch {
	case errors.As(err, &syntax):
		d.add(Path{}, tokenPlace(syntax.Token), "", firstLine(syntax.Message))
	case err != nil:
		d.add(Path{}, place{1, 1}, "", firstLine(err.Error()))
	default:
		d.root = d.single(file)
	}
	return d
}

// Unplaced returns a document without a file, to collect the mistakes of a value
// that was made in Go.
func Unplaced() *Document { return &Document{} }

// parse keeps a fault of the YAML library on a hostile file from ending the program.
func parse(src []byte) (file *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("malformed YAML: %v", r)
		}
	}()
	return parser.ParseBytes(src, 0, parser.AllowDuplicateMapKey())
}

func (d *Document) single(file *ast.File) ast.Node {
	var root ast.Node
	for _, doc := range file.Docs {
		if _, comment := doc.Body.(*ast.CommentGroupNode); doc.Body == nil || comment {
			continue
		}
		if root != nil {
			d.add(Path{}, nodePlace(doc.Body), "", "a second document begins here, only one is allowed")
			return root
		}
		root = doc.Body
	}
	if root == nil {
		d.add(Path{}, place{1, 1}, "", "the file is empty")
	}
	return root
}

// Report notes a mistake at the value that p leads to, or, where it is not
// there, at the nearest value around it. A value that Decode could not read is
// not reported again.
func (d *Document) Report(p Path, format string, args ...any) {
	d.ReportNear(p, "", format, args...)
}

// ReportNear is Report with the nearest valid name.
func (d *Document) ReportNear(p Path, near, format string, args ...any) {
	if !d.unread[p.id()] {
		d.add(p, d.at(p, d.values), near, fmt.Sprintf(format, args...))
	}
}

// ReportKey is ReportNear at the key that p ends with, not its value.
func (d *Document) ReportKey(p Path, near, format string, args ...any) {
	if !d.unread[p.id()] {
		d.add(p, d.at(p, d.keys), near, fmt.Sprintf(format, args...))
	}
}

// misread is Report for a value that cannot be read.
func (d *Document) misread(p Path, format string, args ...any) {
	d.Report(p, format, args...)
	d.unread[p.id()] = true
}

// Has says whether the file writes the value that p leads to.
func (d *Document) Has(p Path) bool {
	_, ok := d.values[p.id()]
	return ok
}

// Err returns the mistakes in the order of the file as Diagnostics, or nil.
func (d *Document) Err() error {
	if len(d.found) == 0 {
		return nil
	}
	return d.found.sorted()
}

// at finds the place of p in places, of the nearest place around it otherwise.
func (d *Document) at(p Path, places map[string]place) place {
	if at, ok := places[p.id()]; ok {
		return at
	}
	for n := len(p) - 1; n > 0; n-- {
		if at, ok := d.keys[p[:n].id()]; ok {
			return at
		}
	}
	if d.name == "" {
		return place{}
	}
	return place{1, 1}
}

func (d *Document) add(p Path, at place, near, message string) {
	found := Diagnostic{
		File: d.name, Line: at.line, Column: at.column,
		Path: p.String(), Message: message, Near: near,
	}
	if at.line > 0 && at.line <= len(d.lines) {
		found.Source = d.lines[at.line-1]
	}
	d.found = append(d.found, found)
}

// nodePlace is where n begins. The parser gives a block mapping the place of
// its first colon.
func nodePlace(n ast.Node) place {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return tokenPlace(m.Values[0].Key.GetToken())
	}
	return tokenPlace(n.GetToken())
}

func tokenPlace(t *token.Token) place {
	if t == nil || t.Position == nil {
		return place{1, 1}
	}
	return place{max(t.Position.Line, 1), max(t.Position.Column, 1)}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
