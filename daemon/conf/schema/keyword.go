// Package schema is the machinery of the keyword table: what a row says of a
// keyword, and the reading, checking, defaulting, printing and listing that
// follow from it. The rows themselves are package conf's.
package schema

import (
	"fmt"
	"iter"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// Status says what vipd makes of a keyword.
type Status int

// The statuses.
const (
	Implemented Status = iota // acted on
	Accepted                  // read and validated, without effect yet
	Refused                   // vipd does not start with it: running without it would do harm
)

// String names s as --list-keywords does.
func (s Status) String() string {
	switch s {
	case Accepted:
		return "accepted"
	case Implemented:
		return "implemented"
	case Refused:
		return "refused"
	}
	return fmt.Sprintf("Status(%d)", int(s))
}

// Keyword is a row of the table: a keyword at one place of the language, or a
// word of a line (an Item's).
type Keyword struct {
	Name string
	// Aliases are other spellings that keepalived takes as readily.
	Aliases []string
	// Same is the keyword of the block whose value this one sets too: to have
	// been given either is to have been given both, and only that is printed.
	Same string
	// Instead is what to write in place of a deprecated keyword. Reported tells
	// that keepalived reports it, which is then an error; others it takes as
	// readily as the newer words, and they get a warning.
	Instead  string
	Reported bool
	// Lax keywords keepalived takes in silence, whatever their words are: what is
	// wrong with these is a warning then, not an error.
	Lax bool
	// Newer marks keywords that keepalived 2.2.7 does not have and 2.4.3 has.
	Newer bool
	// Own keywords are vipd's: no keepalived has them.
	Own bool
	// Settled says that the default is not known before all of the file has been
	// read, and may then be another one: WriteBare does not leave it out.
	Settled bool
	Status  Status
	// Doc says what it makes the daemon do, in the infinitive and without a full
	// stop ("send adverts from the base interface"): "vipd will not yet" may
	// stand before it.
	Doc string
	// Default is the value of a keyword that is not given, as one would write its
	// words; none where it is empty.
	Default string
	// Else names, for readers, where the value of a keyword comes from that is
	// not given and has no Default; Fill fetches it, once the file is read.
	// It gets the object that holds the keyword's, and the keyword's.
	Else string
	Fill func(parent, obj any)

	Field Field
	Block *Block // what stands in its braces; nil for none
	// Many keywords may stand in a block more than once.
	Many bool
	// First keywords keep what they say first: a second is an error and is passed
	// over. Others keep what they say last, with a warning.
	First bool
	// Unlisted words of a line are described by the form of the keyword in whose
	// block they stand, and are no rows of their own.
	Unlisted bool
}

// Field is how the words of a keyword are read into an object and printed.
type Field struct {
	Form string // as documented: "INT 1-255"
	Unit string // "s", "ms", "us", "bytes"; empty for none
	Kind Kind
	// Secret marks words that are not for the eyes of others: messages do not
	// quote them, and what shows a configuration can mask them.
	Secret bool
	// Min and Max bound the number of words after the keyword; Max < 0 is any.
	Min, Max int
	// Read takes the words, the keyword first, into obj. Their number has been
	// checked. What is wrong it reports, and leaves obj as it was.
	Read func(c *Context, obj any, words []syntax.Word)
	// Print returns the words after the keyword, for each line that is needed to
	// say what obj holds; nil where there is nothing to say.
	Print func(obj any) [][]string
	// Split cuts the line into words in another way than the language's, before
	// they are counted; nil for keywords that have no such way. Where that cannot
	// be done it reports why and returns nil, and the line is passed over.
	Split func(c *Context, s *syntax.Statement) []syntax.Word
	// Quote writes a word so that Split reads it; nil is syntax.Quote.
	Quote func(string) string
	// Value returns the part of obj that the keyword fills, for those who look for
	// parts of a kind; see Context.Values.
	Value func(obj any) any
	// Sub returns the object that the keyword's block fills and that its parent
	// has whether the block is there or not.
	Sub func(parent any) any
	// Begin returns the object that the keyword's block fills. Without it and Sub
	// the block fills the object of the keyword. It is called after Read.
	Begin func(c *Context, obj any, s *syntax.Statement) any
	// End completes what Begin returned, after its block.
	End func(c *Context, obj any, s *syntax.Statement)
	// Each yields the objects that Begin made (nil: none), with the words after their
	// keyword.
	Each func(obj any) iter.Seq2[[]string, any]
	// Take says how many of the words that follow an option of a line are its
	// own; nil takes up to Max words that are not options themselves.
	Take func(rest []syntax.Word) int
}

// Kind is how a value stands in JSON.
type Kind int

// The kinds.
const (
	Text   Kind = iota
	Number      // one number
	Truth       // true or false; a bare keyword is true
	List        // any number of words
)

// Block is what may stand between braces.
type Block struct {
	// Path is its place as the reference writes it:
	// "virtual_server/real_server/HTTP_GET"; "(root)" is the file itself.
	Path     string
	Keywords []Keyword
	// Item, where it is set, is how each line is read: by its first word's place,
	// not its name.
	Item *Item
	// New makes the object that the block fills, for the prototype that carries
	// the defaults; nil where the block fills an object of another block.
	New func() any

	index  map[string]*Keyword
	proto  any
	values []*Keyword // those with a Value
	fills  []*Keyword // those with a Fill
	subs   []*Keyword // those with a Sub
}

// Item is a line that begins with a free word (an address, a name) and goes on
// with options.
type Item struct {
	// Head is the free word; a row without a name is no word (rules).
	Head Keyword
	// HeadFirst items take their first word for the head whatever it is;
	// otherwise options may stand before it.
	HeadFirst bool
	// HeadOr items may do without their head where an option stands instead.
	HeadOr  bool
	Options []Keyword
	// Begin returns the object of a line, End takes the finished one. The line is
	// passed over if one of its words was wrong (ok is false).
	Begin func(c *Context, obj any, s *syntax.Statement) any
	End   func(c *Context, obj, item any, s *syntax.Statement, ok bool)
	Each  func(obj any) iter.Seq[any]
}

// Origin says where an object and its values were set. Objects embed it.
type Origin struct {
	Pos diag.Pos  `json:"-"`
	Set []Setting `json:"-"`
}

// Setting is a keyword that was given to an object.
type Setting struct {
	Keyword string
	Pos     diag.Pos
}

// Given reports whether the file gives the keyword to the object.
func (s *Origin) Given(keyword string) bool { return s.Where(keyword).Known() }

// Where returns the last place that gives the keyword; the zero Pos for a
// default.
func (s *Origin) Where(keyword string) diag.Pos {
	for i := len(s.Set) - 1; i >= 0; i-- {
		if s.Set[i].Keyword == keyword {
			return s.Set[i].Pos
		}
	}
	return diag.Pos{}
}

func (s *Origin) origin() *Origin { return s }

// sourced is an object that embeds Origin.
type sourced interface{ origin() *Origin }
