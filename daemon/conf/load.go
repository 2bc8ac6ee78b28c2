package conf

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// Loader reads configurations. The zero Loader is ready for use: it takes the
// first label of the host's name for the configuration's ID and checks nothing
// against the host.
type Loader struct {
	// ConfigID is what lines that begin with "@ID" are compared with (-i).
	ConfigID string
	// Host is checked against; nil where the configuration is not this host's.
	Host *Host

	work int // as syntax.Options
}

// Load reads the configuration file at name and what it includes, with the zero
// Loader.
//
// The Config is there, with its Diagnostics, whenever the file could be read,
// since keepalived runs in spite of most errors. The error is then the
// Diagnostics of severity Error and worse, if any; see AtLeast and Worst.
func Load(name string) (*Config, error) { return Loader{}.Load(name) }

// Read is Load of text that has no includes; name stands in positions.
func Read(r io.Reader, name string) (*Config, error) { return Loader{}.Read(r, name) }

// Load is the function Load.
func (l Loader) Load(name string) (*Config, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", name, err)
	}
	// A FIFO that nobody writes to must not hold us up, but a pipe of the shell
	// that has not come up with its text yet may take a moment.
	f, err := os.OpenFile(abs, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("load configuration: %w", err)
	}
	defer f.Close()
	_ = f.SetReadDeadline(time.Now().Add(maxWait)) // files on disk have none, and need none
	return l.readFrom(f, name, path.Dir(abs), os.DirFS("/"))
}

// Parse is Load of a file of fsys, which holds a host's root: the lines of
// "include /etc/keepalived/conf.d/*.conf" are found there.
func (l Loader) Parse(fsys fs.FS, name string) (*Config, error) {
	abs := path.Clean("/" + name)
	f, err := fsys.Open(strings.TrimPrefix(abs, "/"))
	if err != nil {
		return nil, fmt.Errorf("load configuration: %w", err)
	}
	defer f.Close()
	return l.readFrom(f, name, path.Dir(abs), fsys)
}

// Read is the function Read.
func (l Loader) Read(r io.Reader, name string) (*Config, error) {
	return l.readFrom(r, name, "/", nil)
}

// ErrTooLarge says that a file has more text than a configuration may have.
var ErrTooLarge = errors.New("more than 64 MiB")

// maxFile bounds the file itself, and maxWait how long it may take to come where
// it is a pipe; what it includes has bounds of its own.
const (
	maxFile = 64 << 20
	maxWait = 10 * time.Second
)

// readFrom takes all of src, which may be a pipe or a device without end.
func (l Loader) readFrom(src io.Reader, name, dir string, fsys fs.FS) (*Config, error) {
	var text strings.Builder
	text.Grow(sizeOf(src))
	_, err := io.Copy(&text, io.LimitReader(src, maxFile+1))
	if err == nil && text.Len() > maxFile {
		err = ErrTooLarge
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration %s: %w", name, err)
	}
	return l.read(text.String(), name, dir, fsys)
}

// sizeOf is how many bytes src has, as far as it knows; 0 if it does not.
func sizeOf(src io.Reader) int {
	var size int64
	switch src := src.(type) {
	case interface{ Size() int64 }:
		size = src.Size()
	case interface{ Stat() (fs.FileInfo, error) }:
		if info, err := src.Stat(); err == nil {
			size = info.Size()
		}
	}
	return int(min(max(size, 0), maxFile))
}

// table is the keyword table, ready for reading. It never changes.
var table = sync.OnceValues(func() (*schema.Block, error) {
	root := language()
	return root, schema.Index(root)
})

// read makes the model of text. name is for messages, dir for includes.
func (l Loader) read(text, name, dir string, fsys fs.FS) (*Config, error) {
	root, err := table()
	if err != nil {
		return nil, fmt.Errorf("keyword table: %w", err)
	}
	cfg := newConfig(name)
	var wrong diag.Collector
	report := func(d diag.Diagnostic) { wrong.Add(d) }
	c := schema.NewContext(root, report)
	c.Start(cfg)
	r := syntax.NewReader(syntax.Options{FS: fsys, ConfigID: l.configID(), Env: os.LookupEnv, Random: random(&cfg.Global), Work: l.work}, report)
	for s := range r.Read(text, name, dir) {
		c.Read(cfg, s)
	}
	c.Fill()
	check(c, cfg)
	if l.Host != nil {
		checkHost(c, cfg, l.Host)
		checkNetworkHost(c, cfg, l.Host)
		checkCPUs(c, &cfg.Global, l.Host.CPUs)
		if l.Host.Programs != nil {
			checkScripts(c, cfg, l.Host.Programs)
		}
	}
	cfg.Uses = c.Uses()
	cfg.sources = r.Sources()
	cfg.Diagnostics = wrong.List()
	cfg.Diagnostics.Sort(cfg.files())
	if bad := cfg.Diagnostics.AtLeast(diag.Error); len(bad) > 0 {
		return cfg, bad
	}
	return cfg, nil
}

// configID is the configured one, or the first label of the host's name, as
// keepalived's.
func (l Loader) configID() string {
	if l.ConfigID != "" {
		return l.ConfigID
	}
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(name, ".")
	return first
}
