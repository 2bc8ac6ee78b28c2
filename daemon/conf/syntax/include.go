package syntax

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// include reads the files of the include at byte i of l. Its pattern is the rest
// of the line. It returns where the line goes on, -1 at its end.
func (r *Reader) include(l *line, i int, keyword string) int {
	from := skipBlanks(l.text[:l.end], i+len(keyword))
	to, next := patternEnd(l.text[:l.end], from)
	pattern := l.text[from:to]
	if pattern == "" {
		r.sayAt(l, i, to, mistake(diag.BadInclude, "", "%s needs the name of a file, or a pattern", keyword))
		return -1
	}
	if next >= 0 {
		r.sayAt(l, next, next+1, mistake(diag.BadInclude, "put the brace on a line of its own", `keepalived takes the "}" for a part of the file's name`))
	}
	r.undefined(l, from, to)
	in := inclusion{Reader: r, line: l, i: from, j: to, pattern: pattern, checks: r.at.checks | adds(keyword)}
	in.run()
	return next
}

// patternEnd returns where the pattern at byte i of text ends, and where a "}"
// follows that cannot be meant as a part of it; -1 if none does.
func patternEnd(text string, i int) (end, brace int) {
	pattern := text[i:]
	n := strings.LastIndex(pattern, " }")
	if n <= 0 || strings.Count(pattern, "{") >= strings.Count(pattern, "}") {
		return len(text), -1
	}
	return i + len(strings.TrimRight(pattern[:n], " \t")), i + n + 1
}

// inclusion is an include being done.
type inclusion struct {
	*Reader
	line    *line
	i, j    int // of the pattern in line
	pattern string
	checks  check
}

// fail reports what is wrong with the include. What the checks ask for is fatal.
func (in *inclusion) fail(asked check, help, format string, args ...any) {
	d := warning(diag.BadInclude, help, format, args...)
	if in.checks&asked != 0 {
		d.Severity = diag.Fatal // keepalived ends
	}
	in.sayAt(in.line, in.i, in.j, d)
}

func (in *inclusion) run() {
	if in.opts.FS == nil {
		in.sayAt(in.line, in.i, in.j, mistake(diag.BadInclude, "", "%s is not read: files cannot be included here", in.pattern))
		return
	}
	if in.included++; in.included > maxFiles {
		in.tooMany()
		return
	}
	if in.at.depth > maxInclude {
		in.sayAt(in.line, in.i, in.j, mistake(diag.IncludeLoop, "", "includes are nested more than %d deep: %s is not read", maxInclude, in.pattern))
		return
	}
	patterns, err := braces(in.pattern)
	if err != nil {
		in.fail(checkAll, "", "%s is not read: %v", in.pattern, err)
		return
	}
	missing := 0
	var names []string
	for _, p := range patterns {
		found := glob(in.opts.FS, rooted(in.at.dir, p))
		if len(found) == 0 {
			missing++
		}
		names = append(names, found...)
	}
	in.matched(patterns, missing)
	for _, name := range names {
		if in.done() {
			return
		}
		in.file(name)
	}
}

// matched reports patterns that match nothing.
func (in *inclusion) matched(patterns []string, missing int) {
	help := ""
	if strings.ContainsRune(in.pattern, '"') {
		help = "write the name without quotes: they are taken for a part of it"
	} else if strings.ContainsAny(in.pattern, " \t") {
		help = "an include takes one name; the spaces are taken for a part of it"
	}
	switch {
	case missing == 0:
	case len(patterns) > 1:
		in.fail(checkBrace, help, "some of the files of %s are missing", in.pattern)
	case hasWildcard(in.pattern):
		in.fail(checkWildcard, help, "no file matches %s", in.pattern)
	default:
		in.fail(checkMatch, help, "there is no file %s", in.pattern)
	}
}

// file reads the included file with a name relative to the root.
func (in *inclusion) file(name string) {
	r, shown := in.Reader, "/"+name
	for f := r.at; f != nil; f = f.parent {
		if f.id == shown {
			in.sayAt(in.line, in.i, in.j, mistake(diag.IncludeLoop, "", "%s includes itself: it is not read again", shown))
			return
		}
	}
	if r.included++; r.included > maxFiles {
		in.tooMany()
		return
	}
	text, known := r.texts[shown]
	if !known {
		var err error
		if text, err = r.readText(name); err != nil {
			in.fail(checkReadable, "", "%s is not read: %v", shown, err)
			return
		}
	} else if !r.spendAt(in.line, in.i, len(text)) {
		return
	}
	r.readFile(file{name: shown, dir: strings.TrimPrefix(path.Dir(shown), "/"), text: text, checks: r.at.checks})
}

func (in *inclusion) tooMany() {
	if in.included == maxFiles+1 {
		in.sayAt(in.line, in.i, in.j, mistake(diag.TooMuch, "", "more than %d includes and files: the others are not read", maxFiles))
	}
}

// readText returns the text of an included file: a regular one that is no
// program, for that is what keepalived takes.
func (r *Reader) readText(name string) (string, error) {
	if info, err := fs.Stat(r.opts.FS, name); err != nil {
		return "", reason(err)
	} else if err := suitable(info); err != nil {
		return "", err
	}
	f, err := r.opts.FS.Open(name)
	if err != nil {
		return "", reason(err)
	}
	defer f.Close()
	// The name may have come to stand for another file since.
	if info, err := f.Stat(); err != nil {
		return "", reason(err)
	} else if err := suitable(info); err != nil {
		return "", err
	}
	limit := min(maxFile, maxRead-r.read)
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return "", reason(err)
	}
	if len(data) > limit {
		return "", fmt.Errorf("it is longer than %d bytes, or all files together than %d", maxFile, maxRead)
	}
	r.read += len(data)
	return string(data), nil
}

func suitable(info fs.FileInfo) error {
	switch mode := info.Mode(); {
	case mode.IsDir():
		return fmt.Errorf("it is a folder")
	case !mode.IsRegular():
		return fmt.Errorf("it is no regular file")
	case mode.Perm()&0o111 != 0:
		return fmt.Errorf("it is an executable file, which keepalived does not include")
	}
	return nil
}
