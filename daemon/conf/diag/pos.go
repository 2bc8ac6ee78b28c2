// Package diag holds what a reader of configuration files has to say: places,
// severities, stable codes, and their rendering for people and for programs.
package diag

import (
	"cmp"
	"strconv"
	"strings"
)

// Pos is a place in a file. Line and Column count from 1, Column in bytes; the
// zero Pos is no place, as of a value that no line set.
type Pos struct {
	File   string `json:"file"`
	Line   int32  `json:"line"`
	Column int32  `json:"column"`
}

// Known reports whether p is a place.
func (p Pos) Known() bool { return p.Line > 0 }

// String writes p as "file:line:column", without what it does not have.
func (p Pos) String() string {
	switch {
	case !p.Known():
		return p.File
	case p.Column < 1:
		return strings.TrimPrefix(p.File+":"+strconv.Itoa(int(p.Line)), ":")
	}
	return strings.TrimPrefix(p.File+":"+strconv.Itoa(int(p.Line))+":"+strconv.Itoa(int(p.Column)), ":")
}

// Span is a place and how many bytes of its line it takes; 0 is not known.
type Span struct {
	Pos
	Width int32 `json:"width"`
}

// compare orders places of one file.
func (p Pos) compare(q Pos) int {
	return cmp.Or(cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}
