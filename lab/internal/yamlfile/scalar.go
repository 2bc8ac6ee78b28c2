package yamlfile

import (
	"encoding"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

var (
	durationType = reflect.TypeFor[time.Duration]()
	addrType     = reflect.TypeFor[netip.Addr]()
	prefixType   = reflect.TypeFor[netip.Prefix]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// isScalar says whether t is written as one word.
func isScalar(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Int, reflect.Bool:
		return true
	}
	return t == durationType || reflect.PointerTo(t).Implements(textType)
}

func (d *Document) decodeScalar(n ast.Node, p Path, out reflect.Value) {
	text, ok := scalarText(n)
	if !ok {
		hint := ""
		if _, mapping := n.(*ast.MappingNode); mapping && out.Kind() == reflect.Struct {
			hint = " (quote what holds a colon)" // IPv6 addresses within braces
		}
		d.misread(p, "%smust be %s, not %s%s", of(p), want(out.Type()), describe(n), hint)
		return
	}
	switch {
	case out.Type() == durationType:
		d.decodeDuration(text, p, out)
	case reflect.PointerTo(out.Type()).Implements(textType):
		if err := out.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)); err != nil {
			d.misread(p, "%s", textMistake(text, out.Type()))
		}
	case out.Kind() == reflect.String:
		if _, isBool := n.(*ast.BoolNode); isBool {
			d.misread(p, "%smust be text, not the boolean %s; quote it if the word is meant", of(p), text)
			return
		}
		out.SetString(text)
	case out.Kind() == reflect.Bool:
		d.decodeBool(n, text, p, out)
	default:
		d.decodeInt(n, text, p, out)
	}
}

func (d *Document) decodeBool(n ast.Node, text string, p Path, out reflect.Value) {
	b, ok := n.(*ast.BoolNode)
	if !ok {
		d.misread(p, "%smust be true or false, not %q", of(p), text)
		return
	}
	out.SetBool(b.Value)
}

func (d *Document) decodeInt(n ast.Node, text string, p Path, out reflect.Value) {
	value, err := strconv.ParseInt(text, 10, 64)
	if _, ok := n.(*ast.IntegerNode); !ok || err != nil || value > math.MaxInt32 || value < math.MinInt32 {
		d.misread(p, "%smust be a whole number, not %q", of(p), text)
		return
	}
	out.SetInt(value)
}

func (d *Document) decodeDuration(text string, p Path, out reflect.Value) {
	value, err := time.ParseDuration(text)
	if err == nil {
		out.SetInt(int64(value))
		return
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		d.misread(p, "%shas no unit, write %ss or %sms", of(p), text, text)
		return
	}
	d.misread(p, "%q is no duration, write 100ms, 3s or 1m30s", text)
}

// scalarText is the text of a scalar as the file writes it, without quotes.
func scalarText(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	default:
		return "", false
	}
}

func textMistake(text string, t reflect.Type) string {
	if t != prefixType {
		return fmt.Sprintf("%q is no %s", text, typeWord(t))
	}
	if addr, err := netip.ParseAddr(text); err == nil {
		example := "24"
		if addr.Is6() {
			example = "64"
		}
		return fmt.Sprintf("%q has no prefix length, write %s/%s", text, text, example)
	}
	return fmt.Sprintf("%q is no address with prefix length, such as 192.168.0.3/24", text)
}

func typeWord(t reflect.Type) string {
	if t == addrType {
		return "IP address"
	}
	return strings.ToLower(t.Name())
}

// want says in words what a value of type t looks like.
func want(t reflect.Type) string {
	switch {
	case t == durationType:
		return "a duration such as 100ms"
	case t == prefixType:
		return "an address with prefix length"
	case t == addrType:
		return "an IP address"
	case t.Kind() == reflect.Int:
		return "a whole number"
	case t.Kind() == reflect.Bool:
		return "true or false"
	default:
		return "text"
	}
}

// describe says in words what n is.
func describe(n ast.Node) string {
	if _, ok := n.(*ast.MappingNode); ok {
		return "a mapping"
	}
	if _, ok := n.(*ast.SequenceNode); ok {
		return "a list"
	}
	if text, ok := scalarText(n); ok {
		return strconv.Quote(firstLine(text))
	}
	return "this"
}

// emptyHint tells how to write an empty value of type t.
func emptyHint(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case isScalar(t):
		return ""
	case t.Kind() == reflect.Struct || t.Kind() == reflect.Map:
		return ", write {} for the defaults"
	default:
		return ", write [] for an empty list"
	}
}

// of introduces a message with the name of what it is about.
func of(p Path) string {
	if len(p) == 0 {
		return ""
	}
	return last(p) + " "
}

// last names the end of p with the list's name before a list place.
func last(p Path) string {
	if len(p) == 0 {
		return "the file"
	}
	from := len(p) - 1
	for from > 0 && strings.HasPrefix(p[from], "[") {
		from--
	}
	return p[from:].String()
}

func duplicate(name string, first place) string {
	return fmt.Sprintf("%q is there twice, first in line %d", name, first.line)
}
