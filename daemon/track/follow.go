package track

import (
	"os"
	"path/filepath"
	"strings"
)

// place is a name in a directory.
type place struct {
	dir, name string
	// passed says that it is a directory that the path goes through: what matters
	// is only whether it stays.
	passed bool
}

// maxLinks is how many symbolic links a path may have, as in Linux (MAXSYMLINKS,
// linux/namei.h).
const maxLinks = 40

// follow returns the names that decide which file path is, its own the last one.
// If something is missing on the way, that is the last one. The directories have
// no symbolic links in them.
func follow(path string) []place {
	var out []place
	at, left := "/", strings.Split(path, "/")
	for links := 0; len(left) > 0; {
		name := left[0]
		left = left[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			at = filepath.Dir(at)
			continue
		}
		here := filepath.Join(at, name)
		info, err := os.Lstat(here)
		switch {
		case err != nil:
			return append(out, place{at, name, false})
		case info.Mode()&os.ModeSymlink != 0:
			out = append(out, place{at, name, false})
			target, err := os.Readlink(here)
			if links++; err != nil || links > maxLinks {
				return out
			}
			if filepath.IsAbs(target) {
				at = "/"
			}
			left = append(strings.Split(target, "/"), left...)
		case info.IsDir():
			out = append(out, place{at, name, true})
			at = here
		default:
			return append(out, place{at, name, false})
		}
	}
	return out
}
