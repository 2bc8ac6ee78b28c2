package syntax

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/internal/suggest"
)

// ref is a use of a definition, or a "$" that is none: then name is empty and
// end behind the "$".
type ref struct {
	name string
	args string // of ${_RANDOM} and ${_ENV}, without blanks around
	end  int
}

// reference returns what the "$" at byte i of text is. "${NAME}" may stand
// anywhere; behind "$NAME" there must be the end of the line or a blank, a comma
// or a closing parenthesis. next is the byte behind text, 0 for the end.
func reference(text string, i int, next byte) ref {
	none := ref{end: i + 1}
	j := i + 1
	braced := j < len(text) && text[j] == '{'
	if braced {
		j++
	}
	name := identifier(text[j:])
	j += len(name)
	if name == "" {
		return none
	}
	if !braced {
		if j < len(text) {
			next = text[j]
		}
		switch next {
		case 0, ' ', '\t', ',', ')':
			return ref{name: name, end: j}
		}
		return none
	}
	k := j
	for k < len(text) && (text[k] == ' ' || identifier(text[k:]) != "" || text[k] >= '0' && text[k] <= '9') {
		k++
	}
	if k == len(text) || text[k] != '}' {
		return none
	}
	return ref{name: name, args: strings.Trim(text[j:k], " "), end: k + 1}
}

// lookup returns what the reference x stands for, that is used in l at byte i;
// nil if nothing.
func (r *Reader) lookup(l *line, i int, x ref) *definition {
	if d := r.defs[x.name]; d != nil && x.args == "" {
		return d
	}
	text, remark, err := r.predefined(x)
	if err != nil {
		return nil
	}
	if remark != "" {
		r.sayAt(l, i, i+1, warning(diag.BadDefinition, "", "%s", remark))
	}
	return &definition{lines: []bodyLine{{text: text}}}
}

var errUndefined = errors.New("is not defined")

// predefined returns the text of a definition that keepalived brings. The remark
// is of what is odd about x; with the error it stands for nothing.
func (r *Reader) predefined(x ref) (text, remark string, err error) {
	switch x.name {
	case "_PWD":
		text = path.Join("/", r.at.dir)
	case "_INSTANCE":
		text = r.opts.ConfigID
	case "_HASH":
		text = "#"
	case "_BANG":
		text = "!"
	case "_RANDOM":
		return r.random(strings.Fields(x.args))
	case "_ENV":
		return r.environment(x.args)
	default:
		return "", "", errUndefined
	}
	if x.args != "" {
		return "", "", errors.New("takes no arguments")
	}
	return text, "", nil
}

var predefinedNames = [...]string{"_PWD", "_INSTANCE", "_RANDOM", "_ENV", "_HASH", "_BANG"}

// maxRandom is the largest number that ${_RANDOM} makes if it is not told.
const maxRandom = 32767

func (r *Reader) random(args []string) (text, remark string, err error) {
	limits := [2]int{0, maxRandom}
	if len(args) > len(limits) {
		remark = "${_RANDOM} takes two numbers: the others are passed over"
		args = args[:len(limits)]
	}
	for i, arg := range args {
		n, err := strconv.ParseUint(arg, 10, 31)
		if err != nil {
			return "", "", fmt.Errorf("takes numbers from 0 to %d", 1<<31-1)
		}
		limits[i] = int(n)
	}
	low, high := limits[0], limits[1]
	if low > high {
		return "", "", fmt.Errorf("cannot be from %d to %d", low, high)
	}
	if r.opts.Random != nil {
		low += r.opts.Random(high - low + 1)
	}
	return strconv.Itoa(low), remark, nil
}

func (r *Reader) environment(name string) (text, remark string, err error) {
	if identifier(name) != name || name == "" {
		return "", "", errors.New("needs the name of an environment variable")
	}
	ok := false
	if r.opts.Env != nil {
		text, ok = r.opts.Env(name)
	}
	if !ok {
		remark = fmt.Sprintf("the environment variable %s is not set: nothing is put in its place", name)
	}
	if n := strings.IndexAny(text, "\r\n\x00"); n >= 0 {
		text = text[:n]
	}
	return text, remark, nil
}

// undefined reports the references in the bytes from i to j, a word, which were
// not replaced.
func (r *Reader) undefined(l *line, i, j int) {
	quoted := l.text[i] == '"'
	for i < j {
		n := strings.IndexByte(l.text[i:j], '$')
		if n < 0 {
			return
		}
		i += n
		x := reference(l.text[:l.end], i, 0)
		if x.name != "" {
			r.sayUndefined(l, i, x, quoted)
		} else if name := identifier(l.text[i+1 : l.end]); name != "" && r.defs[name] != nil {
			r.sayAt(l, i, i+1+len(name), warning(diag.UndefinedName, fmt.Sprintf("write ${%s}", name),
				"$%s is replaced only before a blank, a comma, a closing parenthesis or the end of the line: it is taken as it is", name))
		}
		i = max(i+1, x.end)
	}
}

// sayUndefined reports the reference x at byte i of l, which stays as it is.
func (r *Reader) sayUndefined(l *line, i int, x ref, quoted bool) {
	if r.reports > maxReports {
		return // a sequence can bring us here millions of times
	}
	d := warning(diag.UndefinedName, "", "$%s is not defined: it is taken as it is", x.name)
	_, _, err := r.predefined(x)
	if known := r.defs[x.name]; known != nil && known.multi && x.args == "" {
		d = mistake(diag.BadDefinition, "end the line behind it", "$%s has several lines, and is replaced only at the end of a line: it is taken as it is", x.name)
	} else if !errors.Is(err, errUndefined) {
		d = mistake(diag.BadDefinition, "", "${%s} %v: it is taken as it is", x.name, err)
	} else if near := r.nearest(x.name); near != "" {
		d.Help = fmt.Sprintf("did you mean $%s?", near)
	}
	if l.text[i+1] == '{' && !quoted {
		d.Severity = diag.Error
	}
	r.sayAt(l, i, x.end, d)
}

// nearest is the defined name that was probably meant; empty where there is none
// near, or too many were looked for already: there may be as many names.
func (r *Reader) nearest(name string) string {
	if r.hints++; r.hints > maxHints {
		return ""
	}
	return suggest.Nearest(name, append(slices.Collect(maps.Keys(r.defs)), predefinedNames[:]...))
}
