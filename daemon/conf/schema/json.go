package schema

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
)

// WriteJSON writes entries as one object: keywords are its keys, in the table's
// order; blocks are objects, of which those that may stand more than once are in
// a list, with the words of their keyword as "name". "_at" is where an object
// begins, "_from" says which line set a value; what it does not name is a
// default.
func WriteJSON(w io.Writer, entries []Entry) error {
	var b, out bytes.Buffer
	p := &jsonPrinter{b: &b}
	p.object(entries, nil)
	if p.err != nil {
		return p.err
	}
	if err := json.Indent(&out, b.Bytes(), "", "  "); err != nil {
		return err
	}
	out.WriteByte('\n')
	_, err := w.Write(out.Bytes())
	return err
}

type jsonPrinter struct {
	b   *bytes.Buffer
	err error
}

// object writes entries behind the members head.
func (p *jsonPrinter) object(entries []Entry, head func()) {
	p.b.WriteByte('{')
	from := map[string]string{}
	n := 0
	member := func(name string, value func()) {
		if n++; n > 1 {
			p.b.WriteByte(',')
		}
		p.scalar(name)
		p.b.WriteByte(':')
		value()
	}
	if head != nil {
		head()
		n++
	}
	for i := 0; i < len(entries); {
		k := entries[i].Keyword
		group := i + 1
		for group < len(entries) && entries[group].Keyword == k {
			group++
		}
		same := entries[i:group]
		i = group
		if k.Block == nil && same[0].Origin.Known() {
			from[k.Name] = same[0].Origin.String()
		}
		member(k.key(), func() { p.values(k, same) })
	}
	if len(from) > 0 {
		member("_from", func() { p.scalar(from) })
	}
	p.b.WriteByte('}')
}

// values writes the entries of one keyword: one value, or a list of them.
func (p *jsonPrinter) values(k *Keyword, entries []Entry) {
	lines := k.Block != nil && k.Block.Item != nil // a list itself
	if (!k.Many || lines) && len(entries) == 1 {
		p.value(entries[0])
		return
	}
	p.list(entries, p.value)
}

func (p *jsonPrinter) list(entries []Entry, value func(Entry)) {
	p.b.WriteByte('[')
	for i, e := range entries {
		if i > 0 {
			p.b.WriteByte(',')
		}
		value(e)
	}
	p.b.WriteByte(']')
}

func (p *jsonPrinter) value(e Entry) {
	switch k := e.Keyword; {
	case k.Block != nil && k.Block.Item != nil:
		p.list(e.Block, func(item Entry) { p.object(item.Block, nil) })
	case k.Block != nil:
		var head func()
		if len(e.Words) > 0 {
			head = func() {
				p.b.WriteString(`"name":`)
				p.scalar(strings.Join(e.Words, " "))
				p.b.WriteString(`,"_at":`)
				p.scalar(e.Origin.String())
			}
		}
		p.object(e.Block, head)
	case k.Field.Kind == List:
		p.scalar(append([]string{}, e.Words...))
	case k.Field.Kind == Truth:
		p.scalar(len(e.Words) == 0 || e.Words[0] == "true")
	case k.Field.Kind == Number && len(e.Words) == 1 && json.Valid([]byte(e.Words[0])):
		p.b.WriteString(e.Words[0])
	default:
		p.scalar(strings.Join(e.Words, " "))
	}
}

func (p *jsonPrinter) scalar(v any) {
	text, err := json.Marshal(v)
	if err != nil {
		p.err = err
	}
	p.b.Write(text)
}

// key is the name of k in JSON.
func (k *Keyword) key() string {
	if k.Name == strings.ToUpper(k.Name) && k.Block == nil {
		return strings.ToLower(k.Name) // the head of an item
	}
	return k.Name
}
