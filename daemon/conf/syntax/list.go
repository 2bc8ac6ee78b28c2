package syntax

import (
	"fmt"
	"strings"
)

// list does ~LST(NAME, VALUE...) or ~LST({NAME, NAME}, {VALUE, VALUE}...), whose
// arguments stand in l from byte from to byte to.
func (r *Reader) list(l *line, i, from, to, rest int) error {
	groups, err := listGroups(l.text[from:to])
	if err != nil {
		return err
	}
	if len(groups) < 2 {
		return fmt.Errorf("it needs a name and a value at least")
	}
	names := groups[0]
	for _, name := range names {
		r.checkName(l, from, name)
	}
	for _, values := range groups[1:] {
		if len(values) > len(names) {
			return fmt.Errorf("there are more values in {%s} than names", strings.Join(values, ","))
		}
	}
	for _, values := range groups[1:] {
		if !r.repeat(l, i, rest, names, values) {
			break
		}
	}
	return nil
}

// listGroups splits text at its commas, and what stands in braces there again.
func listGroups(text string) ([][]string, error) {
	var groups [][]string
	for {
		text = strings.Trim(text, " \t")
		var group string
		braced := strings.HasPrefix(text, "{")
		if braced {
			var closed bool
			if group, text, closed = strings.Cut(text[1:], "}"); !closed {
				return nil, fmt.Errorf(`a "}" is missing`)
			}
			text = strings.TrimLeft(text, " \t")
		} else {
			n := strings.IndexByte(text, ',')
			if n < 0 {
				n = len(text)
			}
			group, text = text[:n], text[n:]
		}
		values := []string{group}
		if braced {
			values = strings.Split(group, ",")
		}
		for i, v := range values {
			values[i] = strings.Trim(v, " \t")
			if strings.ContainsAny(values[i], " \t") {
				return nil, fmt.Errorf("the value %q has a space in it", values[i])
			}
		}
		groups = append(groups, values)
		if text == "" {
			return groups, nil
		}
		if text[0] != ',' {
			return nil, fmt.Errorf("a comma is missing before %q", text)
		}
		text = text[1:]
	}
}
