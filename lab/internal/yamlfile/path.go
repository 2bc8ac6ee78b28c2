package yamlfile

import (
	"strconv"
	"strings"
)

// Path leads from the root of a document to a value: field names, map keys and
// list places ("[0]").
type Path []string

// Key returns p extended by field names or map keys.
func (p Path) Key(names ...string) Path {
	return append(p[:len(p):len(p)], names...)
}

// Index returns p extended by a place in a list, from 0.
func (p Path) Index(i int) Path { return p.Key("[" + strconv.Itoa(i) + "]") }

// String writes nodes.web1.addresses[0].
func (p Path) String() string {
	var b strings.Builder
	for i, name := range p {
		if i > 0 && !strings.HasPrefix(name, "[") {
			b.WriteByte('.')
		}
		b.WriteString(name)
	}
	return b.String()
}

// id is p as a map key. A name may hold any printable character, but no NUL.
func (p Path) id() string {
	var b strings.Builder
	for _, name := range p {
		b.WriteByte(0)
		b.WriteString(name)
	}
	return b.String()
}
