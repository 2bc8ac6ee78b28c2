package conf

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-shellwords"

	"github.com/viplab/viplab/internal/suggest"
)

// apply is what a row does with its statement.
type apply = func(b *build, s *Statement)

// The setters below make the apply function of a row that puts its words into
// one place of the model, found by at when the row is run.

func text(at func(*build) *string) apply {
	return func(b *build, s *Statement) { *at(b) = s.Args()[0].Text }
}

func oneOf(at func(*build) *string, words ...string) apply {
	return func(b *build, s *Statement) {
		w := s.Args()[0]
		for _, ok := range words {
			if w.Text == ok {
				*at(b) = ok
				return
			}
		}
		hint := ""
		if near := suggest.Nearest(w.Text, words); near != "" {
			hint = ", did you mean " + strconv.Quote(near) + "?"
		}
		b.errorf(w.Pos, "%s %q is none of %s%s", s.Keyword(), w.Text, strings.Join(words, ", "), hint)
	}
}

func integer(low, high int, at func(*build) *int) apply {
	return func(b *build, s *Statement) {
		if n, ok := b.number(s, s.Args()[0], low, high); ok {
			*at(b) = n
		}
	}
}

// number reads w as a whole number; out of range it is reported and the old
// value stays, as in keepalived.
func (b *build) number(s *Statement, w Word, low, high int) (int, bool) {
	n, err := strconv.Atoi(w.Text)
	if err != nil {
		b.errorf(w.Pos, "%s: %q is not a whole number", s.Keyword(), w.Text)
		return 0, false
	}
	if n < low || n > high {
		b.errorf(w.Pos, "%s %d is out of range: %d to %d", s.Keyword(), n, low, high)
		return 0, false
	}
	return n, true
}

// month bounds spans that have no limit of their own in the language.
const month = 31 * 24 * time.Hour

func seconds(low, high time.Duration, at func(*build) *time.Duration) apply {
	return func(b *build, s *Statement) {
		w := s.Args()[0]
		d, ok := parseSeconds(w.Text)
		switch {
		case !ok:
			b.errorf(w.Pos, "%s: %q is not a number of seconds", s.Keyword(), w.Text)
		case d < low || d > high:
			b.errorf(w.Pos, "%s %s is out of range: %v to %v seconds", s.Keyword(), w.Text, low.Seconds(), high.Seconds())
		default:
			*at(b) = d
		}
	}
}

// parseSeconds reads decimal seconds with at most nine digits before the point
// and, as keepalived, six after it.
func parseSeconds(text string) (time.Duration, bool) {
	whole, frac, _ := strings.Cut(text, ".")
	if whole+frac == "" || len(whole) > 9 || len(frac) > 6 || strings.Trim(whole+frac, "0123456789") != "" {
		return 0, false
	}
	us, err := strconv.ParseInt(whole+(frac + "000000")[:6], 10, 64)
	return time.Duration(us) * time.Microsecond, err == nil
}

func turn(value bool, at func(*build) *bool) apply {
	return func(b *build, _ *Statement) { *at(b) = value }
}

// boolean is a keyword that may be followed by true|on|yes or false|off|no.
func boolean(at func(*build) *bool) apply {
	return func(b *build, s *Statement) {
		if len(s.Args()) == 0 {
			*at(b) = true
			return
		}
		switch w := s.Args()[0]; w.Text {
		case "true", "on", "yes":
			*at(b) = true
		case "false", "off", "no":
			*at(b) = false
		default:
			b.errorf(w.Pos, "%s: %q is neither true, on, yes nor false, off, no", s.Keyword(), w.Text)
		}
	}
}

func address(at func(*build) *netip.Addr) apply {
	return func(b *build, s *Statement) {
		if a, ok := b.addr(s, s.Args()[0]); ok {
			*at(b) = a
		}
	}
}

func (b *build) addr(s *Statement, w Word) (netip.Addr, bool) {
	a, err := netip.ParseAddr(w.Text)
	if err != nil {
		b.errorf(w.Pos, "%s: %q is not an IP address", s.Keyword(), w.Text)
	}
	return a, err == nil
}

// socket reads "IP [PORT]" from the first two words of ws.
func (b *build) socket(s *Statement, ws []Word, port uint16) (netip.AddrPort, bool) {
	a, ok := b.addr(s, ws[0])
	if !ok {
		return netip.AddrPort{}, false
	}
	if len(ws) > 1 {
		n, ok := b.number(s, ws[1], 0, 65535)
		if !ok {
			return netip.AddrPort{}, false
		}
		port = uint16(n)
	}
	return netip.AddrPortFrom(a, port), true
}

// command reads a script's command line. Words after the first of an unquoted
// line are the account that runs it, which the model does not hold.
func command(at func(*build) *[]string) apply {
	return func(b *build, s *Statement) {
		args := s.Args()
		if *at(b) = shellSplit(args[0].Text); len(*at(b)) == 0 {
			b.errorf(args[0].Pos, "%s: the command is empty", s.Keyword())
		}
		if len(args) > 1 {
			b.warnf(args[1].Pos, "%s: account %q has no effect here", s.Keyword(), args[1].Text)
		}
	}
}

// shellSplit cuts line into words as a shell does. A line with operators that
// only a shell can carry out becomes a call of /bin/sh.
func shellSplit(line string) []string {
	p := shellwords.NewParser()
	words, err := p.Parse(line)
	if err != nil || p.Position >= 0 && p.Position < len(line) || strings.ContainsAny(line, "`$*?") {
		return []string{"/bin/sh", "-c", line}
	}
	return words
}
