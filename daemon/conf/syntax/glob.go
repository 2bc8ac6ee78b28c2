package syntax

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

const (
	maxPatterns = 1000         // of one include with braces
	maxPattern  = 4096         // bytes of a name
	maxMatches  = maxFiles + 1 // of one pattern
)

// rooted makes name, relative to dir, a name of an fs.FS that holds the root.
func rooted(dir, name string) string {
	if !path.IsAbs(name) {
		name = path.Join("/", dir, name)
	}
	if name = strings.TrimPrefix(path.Clean(name), "/"); name == "" {
		return "."
	}
	return name
}

// reason is an error of a file without its name, which the message has already.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// hasWildcard reports whether a name is a pattern.
func hasWildcard(name string) bool { return strings.ContainsAny(name, `*?[`) }

// braces returns pattern once for each alternative of its csh braces.
func braces(pattern string) ([]string, error) {
	if len(pattern) > maxPattern {
		return nil, fmt.Errorf("the name is longer than %d bytes", maxPattern)
	}
	list := []string{""}
	open, level := -1, 0
	var commas []int
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\':
			i++
		case c == '{' && strings.HasPrefix(pattern[i:], "{}") && level == 0:
			i++
		case c == '{':
			if level++; level == 1 {
				open, commas = i, []int{i}
			}
		case c == ',' && level == 1:
			commas = append(commas, i)
		case c == '}' && level > 0:
			if level--; level > 0 {
				continue
			}
			list = list[:0]
			for n, from := range commas {
				to := i
				if n+1 < len(commas) {
					to = commas[n+1]
				}
				rest, err := braces(pattern[:open] + pattern[from+1:to] + pattern[i+1:])
				if err != nil {
					return nil, err
				}
				if list = append(list, rest...); len(list) > maxPatterns {
					return nil, fmt.Errorf("its braces stand for more than %d names", maxPatterns)
				}
			}
			return list, nil
		}
	}
	return []string{pattern}, nil
}

// classNames are the character classes of POSIX, in the words of path.Match.
var classNames = strings.NewReplacer("[!", "[^", "[:alpha:]", "a-zA-Z", "[:digit:]", "0-9", "[:alnum:]", "a-zA-Z0-9",
	"[:upper:]", "A-Z", "[:lower:]", "a-z", "[:xdigit:]", "0-9a-fA-F", "[:space:]", " \t\n\r\f\v", "[:blank:]", " \t")

// glob returns the names that match pattern, in their order. A leading dot is
// matched by a dot only. What cannot be read matches nothing.
func glob(fsys fs.FS, pattern string) []string {
	names := []string{"."}
	for element := range strings.SplitSeq(pattern, "/") {
		var next []string
		for _, dir := range names {
			next = append(next, globIn(fsys, dir, element)...)
			if len(next) > maxMatches {
				next = next[:maxMatches]
				break
			}
		}
		names = next
	}
	return names
}

func globIn(fsys fs.FS, dir, element string) []string {
	if !hasWildcard(element) {
		name := path.Join(dir, strings.ReplaceAll(element, `\`, ""))
		if _, err := fs.Stat(fsys, name); err != nil {
			return nil
		}
		return []string{name}
	}
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil
	}
	element = classNames.Replace(element)
	var list []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") && !strings.HasPrefix(element, ".") {
			continue
		}
		if ok, err := path.Match(element, e.Name()); err == nil && ok {
			list = append(list, path.Join(dir, e.Name()))
		}
	}
	return list
}
