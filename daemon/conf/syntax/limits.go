package syntax

// What is read is bounded in depth, size and work, whatever the files say.
const (
	// maxDepth bounds nested blocks; the language nests five deep.
	maxDepth = 32
	// maxNodes bounds the statements and words of one top-level statement, and
	// with them memory (some 100 bytes each).
	maxNodes = 1 << 19
	// maxLine bounds a line in bytes, as written and after expansion; the rest is
	// passed over.
	maxLine = 1 << 20
	// theirLine is where keepalived breaks a line in two, in bytes.
	theirLine = 1023
	// maxFile bounds an included file in bytes, and maxRead all of them together.
	maxFile = 64 << 20
	maxRead = 256 << 20
	// maxFiles bounds how many files are included, and maxInclude how deep.
	maxFiles   = 10_000
	maxInclude = 32
	// maxNested bounds definitions used in definitions.
	maxNested = 64
	// maxReports bounds diagnostics.
	maxReports = 10_000
	// maxHints bounds how often a name is looked for among all that are defined.
	maxHints = 100
	// work is how many bytes definitions, sequences and repeated files may come
	// to; each step counts for stepWork more. The largest example of
	// keepalived.conf(5) takes a quarter.
	maxWork  = 1 << 28
	stepWork = 16
	// valueWork is what a value of a sequence counts besides: there can be a
	// million in all.
	valueWork = 1 << 8
)

// limits are those that tests change.
type limits struct{ work, nodes int }
