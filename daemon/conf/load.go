package conf

import (
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// source is where files come from: fsys is the host's root, so that absolute
// names of include lines are found in it.
type source struct {
	fsys  fs.FS
	depth int
}

// Load reads the configuration file at name and what it includes.
//
// The Config is there, with its Diagnostics, whenever the file could be read,
// since keepalived runs in spite of most errors. The error is then the
// Diagnostics of severity Error and worse, if any; see AtLeast and Worst.
func Load(name string) (*Config, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", name, err)
	}
	src, err := os.ReadFile(abs)
	if err != nil {
		return nil, fmt.Errorf("load configuration: %w", err)
	}
	return parse(string(src), name, abs, os.DirFS("/"))
}

// Parse is Load of a file of fsys, which holds a host's root: the lines of
// "include /etc/keepalived/conf.d/*.conf" are found there.
func Parse(fsys fs.FS, name string) (*Config, error) {
	src, err := fs.ReadFile(fsys, rooted("", name))
	if err != nil {
		return nil, fmt.Errorf("load configuration: %w", err)
	}
	return parse(string(src), name, "/"+rooted("", name), fsys)
}

// Read is Load of text that has no includes; name stands in positions.
func Read(r io.Reader, name string) (*Config, error) {
	src, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read configuration %s: %w", name, err)
	}
	return parse(string(src), name, "/"+name, nil)
}

// rooted makes name, relative to dir, a name of an fs.FS that holds the root.
func rooted(dir, name string) string {
	if !path.IsAbs(name) {
		name = path.Join("/", dir, name)
	}
	return strings.TrimPrefix(path.Clean(name), "/")
}

// defaultGroup is the group of RFC 3768 5.2.2.
var defaultGroup = netip.AddrFrom4([4]byte{224, 0, 0, 18})

// parse makes the model of src. name is for messages, abs for includes.
func parse(src, name, abs string, fsys fs.FS) (*Config, error) {
	b := &build{
		cfg:    &Config{Path: name},
		table:  language(),
		source: source{fsys: fsys},
		set:    map[any]map[string]Pos{},
		defaults: Instance{Version: 2, DownTimerAdverts: 3, GARP: GARP{
			Repeat: 5, Delay: 5 * time.Second, RefreshTimes: 1, LowerRepeat: -1, LowerDelay: -1}},
	}
	b.cfg.Global = Global{SMTPTimeout: 30 * time.Second, MulticastGroup: defaultGroup}
	b.file("", src, name, path.Dir(abs))
	b.finish()
	b.diags.sort(b.files)
	b.cfg.Diagnostics = b.diags
	if bad := b.diags.AtLeast(Error); len(bad) > 0 {
		return b.cfg, bad
	}
	return b.cfg, nil
}

// file reads the lines of one file into the block at key.
func (b *build) file(key, src, name, dir string) {
	b.files = append(b.files, name)
	report := func(s Severity, p Pos, format string, args ...any) { b.diags.add(s, p, format, args...) }
	list := parseTree(src, name, report)
	b.relative(list, dir)
	b.walk(key, list)
}

// relative makes the patterns of include lines absolute.
func (b *build) relative(list []*Statement, dir string) {
	for _, s := range list {
		if s.Keyword() == "include" && len(s.Words) > 1 {
			s.Words[1].Text = "/" + rooted(dir, s.Words[1].Text)
		}
		b.relative(s.Block, dir)
	}
}

// maxInclude bounds includes within includes.
const maxInclude = 16

// include reads the files that a pattern matches, in the order of their names.
// None at all is no error, as in keepalived.
func (b *build) include(key string, s *Statement) {
	if len(s.Words) != 2 {
		b.errorf(s.Pos(), "include needs one file name or pattern")
		return
	}
	pattern := s.Words[1].Text
	if b.source.fsys == nil || b.source.depth >= maxInclude {
		b.errorf(s.Pos(), "include %s: not possible here (no file system, or %d deep)", pattern, maxInclude)
		return
	}
	names, err := fs.Glob(b.source.fsys, rooted("", pattern))
	if err != nil {
		b.errorf(s.Pos(), "include %s: %v", pattern, err)
		return
	}
	if len(names) == 0 {
		b.warnf(s.Pos(), "include %s matches no file", pattern)
	}
	b.source.depth++
	defer func() { b.source.depth-- }()
	for _, name := range names {
		src, err := fs.ReadFile(b.source.fsys, name)
		if err != nil {
			b.errorf(s.Pos(), "include %s: %v", pattern, err)
			continue
		}
		b.file(key, string(src), "/"+name, path.Dir("/"+name))
	}
}

// finish does what must wait for the end of the file.
func (b *build) finish() {
	for _, i := range b.cfg.Instances {
		b.finishInstance(i)
		b.finishTrack(i)
	}
	b.checkVRIDs()
}
