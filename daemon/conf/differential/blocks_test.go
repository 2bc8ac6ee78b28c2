package differential_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/viplab/viplab/daemon/conf/syntax"
)

// blocks are those of a case's files as written: for each line that holds the
// "}" of blocks, the first lines of these.
type blocks map[string][]int

// blocks finds the blocks of the case's files.
func (c testCase) blocks() blocks {
	b := blocks{}
	for _, f := range c.files {
		b.add(filepath.Base(f.Name), syntax.Tree(string(f.Data)))
	}
	return b
}

func (b blocks) add(file string, list []*syntax.Statement) {
	for _, s := range list {
		if s.HasBlock && s.End.Known() {
			end := joinLine(file, int(s.End.Line))
			b[end] = append(b[end], int(s.Pos().Line))
		}
		b.add(file, s.Block)
	}
}

// names reports whether one of have stands for line.
//
// What is wrong with a block as a whole (it lacks a keyword, it is empty, its
// words contradict each other) is known to keepalived when the block ends, and
// reported at the line of its "}". We report it at the block's keyword or at the
// word at fault. So a line that holds the "}" of a block is as good as named by
// a message at any line from that block's first to this one.
func (b blocks) names(have []string, line string) bool {
	if slices.Contains(have, line) {
		return true
	}
	file, end := splitLine(line)
	return slices.ContainsFunc(b[line], func(first int) bool {
		return slices.ContainsFunc(have, func(h string) bool {
			f, n := splitLine(h)
			return f == file && first <= n && n <= end
		})
	})
}

func TestBlocksName(t *testing.T) {
	const text = `global_defs {
}
virtual_server 10.0.0.1 80 {
    protocol TCP
    real_server 10.0.0.2 80 {
        weight 1
    } }
vrrp_instance V {
    state MASTER
}
`
	b := blocks{}
	b.add("a.conf", syntax.Tree(text))
	tests := []struct {
		have, line string
		want       bool
	}{
		{"a.conf:6", "a.conf:6", true},
		{"a.conf:5", "a.conf:6", false}, // no brace
		{"a.conf:6", "a.conf:5", false},
		{"a.conf:5", "a.conf:7", true},
		{"a.conf:6", "a.conf:7", true},
		{"a.conf:3", "a.conf:7", true}, // the outer block ends there too
		{"a.conf:2", "a.conf:7", false},
		{"a.conf:8", "a.conf:7", false},
		{"a.conf:7", "a.conf:10", false},
		{"a.conf:8", "a.conf:10", true},
		{"b.conf:8", "a.conf:10", false},
		{"b.conf:8", "b.conf:10", false},
	}
	for _, tt := range tests {
		if got := b.names([]string{tt.have}, tt.line); got != tt.want {
			t.Errorf("a message at %s, keepalived's at %s: names is %v", tt.have, tt.line, got)
		}
	}
}
