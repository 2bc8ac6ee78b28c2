package diag

import "strings"

// Source looks up a line of a file, counted from 1, without its end; ok tells
// whether there is one.
type Source func(file string, line int) (text string, ok bool)

// Lines returns a Source of whole files. It asks for each file once and notes
// where its lines begin. It is not for use by several
// goroutines at a time.
func Lines(text func(file string) (string, bool)) Source {
	files := map[string]*lines{}
	return func(file string, line int) (string, bool) {
		f, ok := files[file]
		if !ok {
			f = &lines{}
			if s, ok := text(file); ok {
				f = newLines(s)
			}
			files[file] = f
		}
		return f.at(line)
	}
}

// lines is a text and the offset of each of its lines.
type lines struct {
	text   string
	starts []int
}

func newLines(text string) *lines {
	l := &lines{text: text}
	for at := 0; at < len(text); {
		l.starts = append(l.starts, at)
		n := strings.IndexByte(text[at:], '\n')
		if n < 0 {
			break
		}
		at += n + 1
	}
	return l
}

func (l *lines) at(line int) (string, bool) {
	if line < 1 || line > len(l.starts) {
		return "", false
	}
	end := len(l.text)
	if line < len(l.starts) {
		end = l.starts[line]
	}
	s := strings.TrimSuffix(l.text[l.starts[line-1]:end], "\n")
	return strings.TrimSuffix(s, "\r"), true
}
