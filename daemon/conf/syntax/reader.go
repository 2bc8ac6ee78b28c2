package syntax

import (
	"io/fs"
	"iter"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// Options is what a configuration depends on besides its text.
type Options struct {
	// FS holds the host's root: the names of included files are found in it.
	// Nil makes each include an error.
	FS fs.FS
	// ConfigID is what "@ID" lines are compared with, and ${_INSTANCE}.
	ConfigID string
	// AllConfig has every check of includes on from the start (-e).
	AllConfig bool
	// Env looks up ${_ENV NAME}; nil finds nothing.
	Env func(name string) (string, bool)
	// Work bounds what definitions, sequences and repeated files may come to, in
	// bytes; 0 is 256 MiB, several times the largest example of
	// keepalived.conf(5).
	Work int
	// Random returns a number from 0 to n-1 for ${_RANDOM}; nil returns 0.
	Random func(n int) int
}

// Source is the text of a file that was read.
type Source struct {
	Name string // as in Pos.File
	Text string
}

// Reader reads one configuration.
type Reader struct {
	opts    Options
	report  func(diag.Diagnostic)
	reports int
	hints   int
	sources []Source

	builder builder
	at      *file // the one being read, inside those that include it
	parts   []part
	buf     []byte // for lines being expanded
	defs    map[string]*definition
	version int // of defs
	nested  int // logical lines in logical lines
	asTree  bool

	texts    map[string]string // of included files
	included int
	read     int // bytes
	work     int // that is left
	spent    bool

	limits limits
	slow   bool // read all lines on the way that works for all; for tests
}

// NewReader returns a Reader that hands what is wrong to report, in the order
// that it is found.
func NewReader(opts Options, report func(diag.Diagnostic)) *Reader {
	if opts.Work == 0 {
		opts.Work = maxWork
	}
	return &Reader{opts: opts, report: report, limits: limits{work: opts.Work, nodes: maxNodes}}
}

// Read yields the top-level statements of text and of all that it includes, in
// order. A statement is the caller's until the next one: what is kept of it must
// be its strings. name stands in positions; dir, relative to the root of
// Options.FS, is where relative includes are looked up.
func (r *Reader) Read(text, name, dir string) iter.Seq[*Statement] {
	return func(yield func(*Statement) bool) {
		r.start(yield)
		checks := check(0)
		if r.opts.AllConfig {
			checks = checkAll
		}
		r.readFile(file{name: name, dir: rooted("", dir), text: text, checks: checks})
		r.end()
	}
}

func (r *Reader) start(yield func(*Statement) bool) {
	r.builder.start(yield)
	r.builder.most = r.limits.nodes
	r.at, r.parts, r.sources = nil, r.parts[:0], nil
	r.defs, r.version, r.nested = map[string]*definition{}, 1, 0
	r.texts, r.included, r.read = map[string]string{}, 0, 0
	r.reports, r.work, r.spent = 0, r.limits.work, false
}

// end closes what the last file left open.
func (r *Reader) end() {
	b := &r.builder
	for n := len(b.open); n > 0; n-- {
		r.unclosed(b.open[n-1])
		b.closeBlock(diag.Pos{})
	}
	b.flush()
}

// Sources are the files that were read, in order; one that was included twice
// stands once.
func (r *Reader) Sources() []Source { return r.sources }

// done reports whether reading is over before the end of the files.
func (r *Reader) done() bool { return r.builder.stopped || r.spent }

// spend takes the cost of a step that makes n bytes off what may be done. It
// reports false when nothing is left.
func (r *Reader) spend(n int) bool {
	r.work -= n + stepWork
	return r.work >= 0
}
