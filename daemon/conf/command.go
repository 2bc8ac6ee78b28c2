package conf

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// Command is a program to run: "CMD [USER [GROUP]]".
type Command struct {
	// Line is the command as the file writes it, without the quotes around it;
	// empty: none.
	Line string
	// Args is Line split into words. A line that a shell must read (it begins with
	// "</") is "/bin/sh", "-c" and the line.
	Args []string
	// User and Group run it; empty: the default of script_user.
	User, Group string
	Pos         Pos
	// UserPos is where User stands, if it stands behind the command.
	UserPos Pos
}

// Given reports whether there is a command.
func (c *Command) Given() bool { return c.Line != "" }

// Shell reports whether a shell runs the command. keepalived has one for lines
// that begin with "</", so that a connection can be tried by "</dev/tcp/...".
func (c *Command) Shell() bool { return strings.HasPrefix(strings.TrimLeft(c.Line, " \t"), "</") }

// command is the Field of a keyword that takes "CMD [USER [GROUP]]".
func command[O any](at func(*O) *Command) schema.Field {
	return asCommand(at, schema.Field{Form: "CMD [USER [GROUP]]", Min: 1, Max: 3,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			cmd, ok := readCommand(c, words)
			if !ok {
				return
			}
			old := at(obj.(*O))
			if len(words) == 2 { // the account may have a line of its own
				cmd.User, cmd.Group = old.User, old.Group
			}
			*old = cmd
		},
		Print: func(obj any) [][]string {
			cmd := at(obj.(*O))
			if !cmd.Given() {
				return nil
			}
			account := Account{cmd.User, cmd.Group}
			return [][]string{append([]string{cmd.Line}, account.words()...)}
		}})
}

// asCommand has f read the words of its line, print them and be checked as those
// of a command.
func asCommand[O any](at func(*O) *Command, f schema.Field) schema.Field {
	f.Split, f.Quote = splitCommand, syntax.QuoteCommand
	f.Value = func(obj any) any { return at(obj.(*O)) }
	return f
}

// splitCommand cuts the line of a command into words: single quotes and escapes
// mean something in it.
func splitCommand(c *schema.Context, s *syntax.Statement) []syntax.Word {
	words, err := s.Command()
	if err != nil {
		c.Errorf(diag.BadCommand, s.Words[min(1, len(s.Words)-1)], "%s: %s; the line is passed over", s.Keyword(), err)
		return nil
	}
	return words
}

// readCommand reads the words of a command's line, its keyword first.
func readCommand(c *schema.Context, words []syntax.Word) (Command, bool) {
	w := words[1]
	cmd := Command{Line: w.Text, Pos: w.Span.Pos}
	args, err := shellSplit(w.Text)
	switch {
	case err != nil && !errors.Is(err, errLoose):
		c.Errorf(diag.BadCommand, w, "%s: %s; there is no command", words[0].Text, err)
		return cmd, false
	case len(args) == 0 || args[0] == "":
		c.Reject() // another may follow
		c.Report(diag.Diagnostic{Span: w.Span, Severity: severity(words[0].Text).empty, Code: diag.BadCommand, Text: words[0].Text + ": the command is empty"})
		return cmd, false
	case err != nil:
		c.Warnf(diag.BadCommand, w, "%s: %s; it is passed over", words[0].Text, err)
	}
	cmd.Args = args
	if len(words) > 2 {
		cmd.User, cmd.UserPos = words[2].Text, words[2].Span.Pos
	}
	if len(words) > 3 {
		cmd.Group = words[3].Text
	}
	if !cmd.Shell() {
		warnShell(c, words, args)
	}
	return cmd, true
}

var (
	// errNUL says that an argument cannot be passed to a program.
	errNUL = errors.New("a command cannot have a NUL")
	// errLoose says that the words are there all the same.
	errLoose = errors.New("the quote at the end of the command has no partner")
)

// shellSplit cuts line into words as keepalived does, which is as a shell does
// apart from escapes that mean characters. No other character is special: a line
// with operators such as ">" has them as arguments. Only a line that begins with
// "</" becomes a call of a shell, with its words quoted.
//
// A quote that begins with the last character is not missed by keepalived: the
// error is errLoose then.
func shellSplit(line string) ([]string, error) {
	fields, err := syntax.Fields(line)
	if last := len(line) - 1; errors.Is(err, syntax.ErrQuote) && strings.ContainsRune(`'"`, rune(line[last])) {
		if bare, again := syntax.Fields(line[:last]); again == nil {
			fields, err = bare, errLoose
			if len(bare) == 0 || bare[len(bare)-1].End < last {
				fields = append(fields, syntax.Field{Start: last, End: last + 1})
			}
		}
	}
	if err != nil && !errors.Is(err, errLoose) {
		return nil, err
	}
	args := make([]string, len(fields))
	for i, f := range fields {
		if args[i] = f.Text; strings.Contains(f.Text, "\x00") {
			return nil, errNUL
		}
	}
	if len(args) > 0 && strings.HasPrefix(args[0], "</") {
		for i := range args[1:] {
			args[i+1] = "'" + strings.ReplaceAll(args[i+1], "'", `'\''`) + "'"
		}
		args = []string{"/bin/sh", "-c", strings.Join(args, " ")}
	}
	return args, err
}

// operator matches an argument that is surely meant for a shell.
var operator = regexp.MustCompile("^([|&;<>]{1,2}|[0-9&]?>{1,2}(&[0-9]|[/.]?[A-Za-z][^ ]*)|.+;)$")

var shells = []string{"sh", "bash", "dash", "ash", "ksh", "zsh", "busybox"}

// shellWords begin commands of a shell and are no programs.
var shellWords = strings.Fields("if while until for case select function { ( ! [[ . : eval exec exit export set source trap")

// warnShell warns of arguments that were meant for a shell. There are none in
// the argument of a shell's -c.
func warnShell(c *schema.Context, words []syntax.Word, args []string) {
	if slices.Contains(shellWords, args[0]) {
		c.Report(diag.Diagnostic{Span: words[1].Span, Severity: diag.Warning, Code: diag.ShellInCommand,
			Text: fmt.Sprintf("%s: no shell reads the command, and %s is a word of the shell, no program", words[0].Text, args[0]),
			Help: "write a script, or /bin/sh -c '...'"})
	} else if !slices.Contains(shells, args[0][strings.LastIndexByte(args[0], '/')+1:]) {
		for i, arg := range args[1:] {
			if !strings.ContainsAny(arg, "|&;<>") || !operator.MatchString(arg) {
				continue
			}
			c.Report(diag.Diagnostic{Span: words[1].Span, Severity: diag.Warning, Code: diag.ShellInCommand,
				Text: fmt.Sprintf("%s: no shell reads the command: %q is argument %d of %s", words[0].Text, arg, i+1, args[0]),
				Help: "write a script, or /bin/sh -c '...'"})
			break
		}
	}
	if len(words) > 2 && strings.ContainsAny(words[2].Text, "|&;<>/") {
		c.Report(diag.Diagnostic{Span: words[2].Span, Severity: diag.Warning, Code: diag.ShellInCommand,
			Text: fmt.Sprintf("%s: what stands behind the command is the user that runs it, and %q is none", words[0].Text, words[2].Text),
			Help: "put the arguments between the quotes"})
	}
}
