package daemon

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
)

// asGenhash reports whether a command line, the program's name first, is one of genhash: by the
// name, or by the option --genhash, behind which all words are genhash's own. It
// returns the name to be shown and those words.
func asGenhash(args []string, stderr io.Writer) (name string, words []string, ok bool) {
	if len(args) > 0 && filepath.Base(args[0]) == "genhash" {
		return args[0], args[1:], true
	}
	n := slices.IndexFunc(args, func(a string) bool { return a == "--genhash" || a == "-T" })
	if n < 1 || isCommand(args) || slices.Contains(args[:n], "--") {
		return "", nil, false
	}
	if n > 1 {
		fmt.Fprintf(stderr, "Warning -- `%s` not used as first option, previous options ignored\n", args[n])
	}
	return args[0] + " --genhash", args[n+1:], true
}
