package syntax_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

func ExampleApply() {
	const config = `vrrp_instance V1 {
    priority 100  # of two
}`
	instance := syntax.Tree(config)[0]
	priority := instance.Block[0].Args()[0]
	changed, err := syntax.Apply(config, syntax.Replace(config, priority, "150"),
		syntax.Insert(config, instance.End, "    nopreempt\n"))
	fmt.Println(changed, err)
	// Output:
	// vrrp_instance V1 {
	//     priority 150  # of two
	//     nopreempt
	// } <nil>
}

func ExampleReader_Read() {
	r := syntax.NewReader(syntax.Options{ConfigID: "main"}, func(d diag.Diagnostic) { fmt.Println(d) })
	for s := range r.Read("@main router_id one\n@other router_id two\n$N=3\nvrrp_instance V$N {\n", "keepalived.conf", "") {
		fmt.Println(s.Pos(), s.Line)
	}
	// Output:
	// keepalived.conf:1:7 router_id one
	// keepalived.conf:4:1: error: the block of "vrrp_instance" is never closed: a "}" is missing [unbalanced-brace]
	// keepalived.conf:4:1 vrrp_instance V3
}

func TestSources(t *testing.T) {
	fsys := fstest.MapFS{"etc/a": {Data: []byte("in a\ninclude b\n")}, "etc/b": {Data: []byte("in b\n")}}
	r := syntax.NewReader(syntax.Options{FS: fsys}, func(d diag.Diagnostic) { t.Error(d) })
	for range 2 { // a Reader may read again
		var lines []string
		for s := range r.Read("include a\ninclude b\n", "main", "etc") {
			lines = append(lines, s.Line)
		}
		want := []syntax.Source{{Name: "main", Text: "include a\ninclude b\n"}, {Name: "/etc/a", Text: "in a\ninclude b\n"}, {Name: "/etc/b", Text: "in b\n"}}
		if got := r.Sources(); !slices.Equal(got, want) || !slices.Equal(lines, []string{"in a", "in b", "in b"}) {
			t.Errorf("%q %q", got, lines)
		}
	}
}

func TestStop(t *testing.T) {
	r := syntax.NewReader(syntax.Options{FS: fstest.MapFS{}}, func(d diag.Diagnostic) { t.Error(d) })
	for _, text := range []string{"a\nb\n}", "a { }\n}", "$A= \\\na \\\nb \\\n}\n$A", "~SEQ(N,1,1000000000000) a { }", "a { b } c }"} {
		n := 0
		for range r.Read(text, "", "") {
			n++
			break
		}
		if n != 1 {
			t.Errorf("%q: %d statements", text, n)
		}
	}
}

// TestReuse reads blocks of different sizes, whose statements are made in the
// same memory.
func TestReuse(t *testing.T) {
	var text strings.Builder
	const blocks = 300
	for n := range blocks {
		fmt.Fprintf(&text, "block %d {\n", n)
		for m := range n * 7 % 500 {
			fmt.Fprintf(&text, " line %d of %d%s { in %d }\n", m, n, strings.Repeat(" more", m%40), m)
		}
		text.WriteString("}\nbetween\n")
	}
	r := syntax.NewReader(syntax.Options{}, func(d diag.Diagnostic) { t.Error(d) })
	n := 0
	for s := range r.Read(text.String(), "", "") {
		if s.Keyword() == "between" {
			continue
		}
		if want := n * 7 % 500; len(s.Block) != want || s.Args()[0].Text != fmt.Sprint(n) {
			t.Fatalf("block %d: %q has %d lines", n, s.Line, len(s.Block))
		}
		for m, in := range s.Block {
			_ = append(in.Words, syntax.Word{}) // must not write into the next statement
			want := fmt.Sprintf("line %d of %d%s", m, n, strings.Repeat(" more", m%40))
			if in.Line != want || len(in.Words) != len(strings.Fields(want)) || in.Words[3].Text != fmt.Sprint(n) || in.Block[0].Keyword() != "in" || in.Block[0].Args()[0].Text != fmt.Sprint(m) {
				t.Fatalf("block %d line %d: %q", n, m, in.Line)
			}
		}
		n++
	}
	if n != blocks {
		t.Errorf("%d blocks", n)
	}
}

// TestHostFiles is of a pipe, a folder, a device, a file that nobody may read
// and one that is not there, in a real file system.
func TestHostFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.conf": "a\n", "b.conf": "b"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.conf"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"device.conf": "/dev/zero", "folder.conf": "/", "broken.conf": "none", "loop.conf": "loop.conf"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	var problems []string
	r := syntax.NewReader(syntax.Options{FS: os.DirFS("/")}, func(d diag.Diagnostic) {
		problems = append(problems, strings.ReplaceAll(d.Text, dir, ""))
	})
	var lines []string
	for s := range r.Read("include *.conf", "", dir) {
		lines = append(lines, s.Line)
	}
	slices.Sort(problems)
	want := []string{"/broken.conf is not read: no such file or directory", "/device.conf is not read: it is no regular file",
		"/folder.conf is not read: it is a folder", "/loop.conf is not read: too many levels of symbolic links", "/pipe.conf is not read: it is no regular file"}
	if !slices.Equal(lines, []string{"a", "b"}) || !slices.Equal(problems, want) {
		t.Errorf("%q\n%q", lines, problems)
	}
}
