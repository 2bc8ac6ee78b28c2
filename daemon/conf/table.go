package conf

import (
	"slices"

	"github.com/viplab/viplab/daemon/conf/schema"
)

// language is the whole keyword table: the only place that knows keywords. It
// drives parsing, validation, defaults, printing and documentation. What can be
// tracked comes before those who track it: they find only what is above them.
func language() *schema.Block {
	root := &schema.Block{Path: "(root)", New: func() any { return new(Config) }, Keywords: slices.Concat(
		globalRoot(), networkRoot(), trackRoot(), vrrpRoot(), lvsRoot())}
	pending(root)
	return root
}
