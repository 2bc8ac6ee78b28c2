package conf

import (
	"fmt"
	"slices"
	"strings"
)

// block is what may stand between a keyword's braces: lines that begin with
// one of rows, or, where the first word is free (an address, a name), lines
// that read takes whole.
type block struct {
	rows []row
	read func(b *build, s *Statement)
}

// row is a keyword of the language within one block. The table of rows is the
// only place that knows keywords: it drives validation, suggestions and the
// filling of the model.
type row struct {
	word string
	args arity
	// apply puts the statement into the model, before its block is read. Nil:
	// keepalived knows the keyword, but the model does not hold it.
	apply func(b *build, s *Statement)
	// block is the table's key of the keyword's block; empty for none.
	block string
	// close completes the object that apply began, after its block.
	close func(b *build, s *Statement)
}

// arity is how many words follow a keyword; a negative max is any number.
type arity struct{ min, max int }

var (
	none  = arity{0, 0}
	one   = arity{1, 1}
	maybe = arity{0, 1}
	many  = arity{1, -1}
	any0  = arity{0, -1}
)

// String writes a for messages: "one word", "1 to 3 words".
func (a arity) String() string {
	switch {
	case a == none:
		return "no word"
	case a == one:
		return "one word"
	case a.max < 0:
		return fmt.Sprintf("%d words or more", a.min)
	default:
		return fmt.Sprintf("%d to %d words", a.min, a.max)
	}
}

// unread is the block key of blocks whose content is passed over.
const unread = "-"

// known makes rows of keywords that keepalived has and the model has not.
func known(words string) []row {
	var rows []row
	for _, w := range strings.Fields(words) {
		rows = append(rows, row{word: w, args: any0, block: unread})
	}
	return rows
}

// language is the whole table, by the path of a block as the reference writes
// it: "virtual_server/real_server/HTTP_GET/url"; "" is the file itself.
func language() map[string]block {
	table := map[string]block{"": {rows: slices.Concat(globalRoot(), vrrpRoot(), lvsRoot(), known(rootKnown))}}
	for _, part := range []map[string]block{globalBlocks(), vrrpBlocks(), lvsBlocks()} {
		for key, b := range part {
			table[key] = b
		}
	}
	return table
}

// rootKnown are the top-level keywords that the model does not hold.
const rootKnown = `linkbeat_use_polling net_namespace net_namespace_ipvs namespace_with_ipsets use_pid_dir
	instance child_wait_time track_group static_ipaddress static_routes static_rules vrrp_sync_group garp_group
	linkbeat_interfaces vrrp_track_process interface_up_down_delays track_file vrrp_track_file SSL
	virtual_server_group bfd_instance includer includem includew includeb includea`

// find returns the row of word in b.
func (b block) find(word string) (row, bool) {
	i := slices.IndexFunc(b.rows, func(r row) bool { return r.word == word })
	if i < 0 {
		return row{}, false
	}
	return b.rows[i], true
}

// words lists the keywords of b.
func (b block) words() []string {
	list := make([]string, len(b.rows))
	for i, r := range b.rows {
		list[i] = r.word
	}
	return list
}

// blockName names the block of key for messages: "in url", "at the top level".
func blockName(key string) string {
	if key == "" {
		return "at the top level"
	}
	return "in " + key[strings.LastIndexByte(key, '/')+1:]
}
