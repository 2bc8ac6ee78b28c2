package syntax

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
)

func TestIncludeBounds(t *testing.T) {
	fsys := fstest.MapFS{}
	for n := range maxInclude + 5 {
		fsys[fmt.Sprintf("etc/keepalived/f%d", n)] = &fstest.MapFile{Data: fmt.Appendf(nil, "in%d\ninclude f%d\n", n, n+1)}
	}
	out, problems := host{fsys: fsys}.read("include f0")
	only(t, problems, diag.IncludeLoop, "deep")
	if strings.Count(out, "\n") != maxInclude {
		t.Errorf("%q", out)
	}
	_, problems = host{fsys: fsys}.read("~SEQ(A,1,100000) include f36\nlast")
	only(t, problems[len(problems)-1:], diag.TooMuch, "more than 10000 includes")
}

// odd is a file system with one file, opened at most when it may be.
type odd struct {
	fs.FS
	mode fs.FileMode
	size int // that reading gives; -1 for no end
	open bool
}

func (o *odd) Open(name string) (fs.File, error) {
	if !o.open {
		panic("opened")
	}
	return &oddFile{o, 0}, nil
}
func (o *odd) Stat(name string) (fs.FileInfo, error) { return oddInfo{o}, nil }

type oddInfo struct{ *odd }

func (i oddInfo) Name() string       { return "odd" }
func (i oddInfo) Size() int64        { return 0 }
func (i oddInfo) Mode() fs.FileMode  { return i.mode }
func (i oddInfo) ModTime() time.Time { return time.Time{} }
func (i oddInfo) IsDir() bool        { return i.mode.IsDir() }
func (i oddInfo) Sys() any           { return nil }

type oddFile struct {
	*odd
	read int
}

func (f *oddFile) Stat() (fs.FileInfo, error) { return oddInfo{f.odd}, nil }
func (f *oddFile) Close() error               { return nil }
func (f *oddFile) Read(p []byte) (int, error) {
	if f.size >= 0 && f.read >= f.size {
		return 0, io.EOF
	}
	f.read += len(p)
	if f.read > maxFile+1<<20 {
		return 0, errors.New("read on and on")
	}
	return len(p), nil
}

func TestOddFiles(t *testing.T) {
	for _, c := range []struct {
		name string
		fsys *odd
		want string
	}{
		{"pipe", &odd{mode: fs.ModeNamedPipe | 0o644}, "no regular file"},
		{"device", &odd{mode: fs.ModeDevice | fs.ModeCharDevice | 0o644}, "no regular file"},
		{"folder", &odd{mode: fs.ModeDir | 0o755}, "a folder"},
		{"program", &odd{mode: 0o755}, "executable"},
		{"endless", &odd{mode: 0o644, size: -1, open: true}, "longer than"},
	} {
		_, problems := host{fsys: c.fsys}.read("include x")
		only(t, problems, diag.BadInclude, c.want)
	}
	_, problems := host{}.read("include x")
	only(t, problems, diag.BadInclude, "cannot be included here")
}

func TestBraces(t *testing.T) {
	for _, c := range []struct{ pattern, want string }{
		{"a", "a"}, {"{a,b}", "a b"}, {"x{a,b}y{c,d}", "xayc xayd xbyc xbyd"}, {"{foo/{,cat,dog},bar}", "foo/ foo/cat foo/dog bar"},
		{"{}", "{}"}, {"{a", "{a"}, {"a}", "a}"}, {`\{a,b}`, `\{a,b}`}, {"{a}", "a"}, {"{,}", " "}, {"{{a,b},{c}}", "a b c"},
	} {
		got, err := braces(c.pattern)
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, %v", c.pattern, got, err)
		}
	}
	for _, bad := range []string{strings.Repeat("{a,b}", 20), strings.Repeat("x", maxPattern+1)} {
		if got, err := braces(bad); err == nil {
			t.Errorf("%.20s: %d names", bad, len(got))
		}
	}
}
