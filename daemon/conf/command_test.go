package conf

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf/syntax"
)

// readStartup reads the line of a startup_script.
func readStartup(line string) (*Command, Diagnostics) {
	cfg, _ := Read(strings.NewReader("global_defs {\nstartup_script "+line+"\n}\n"), "")
	return &cfg.Global.Scripts.Startup, cfg.Diagnostics
}

// TestCommandWords has what keepalived 2.2.7 makes of lines, from its dump.
func TestCommandWords(t *testing.T) {
	rows := []struct{ line, want string }{
		{`/bin/true a b`, `"/bin/true"`},
		{`"/bin/true a b"`, `"/bin/true" "a" "b"`},
		{`"/bin/true  a   b"`, `"/bin/true" "a" "b"`},
		{`" /bin/true a "`, `"/bin/true" "a"`},
		{`"/bin/true \"a b\" c"`, `"/bin/true" "a b" "c"`},
		{`"/bin/true 'a b' c"`, `"/bin/true" "a b" "c"`},
		{`'/bin/true a b'`, `"/bin/true" "a" "b"`},
		{`'/bin/true "a b" c'`, `"/bin/true" "a b" "c"`},
		{`/bin/true\ a`, `"/bin/true" "a"`},
		{`"/bin/true a'b c'd"`, `"/bin/true" "ab cd"`},
		{`"/bin/true ''"`, `"/bin/true" ""`},
		{`"/bin/true a \"\" b"`, `"/bin/true" "a" "" "b"`},
		{`"/bin/true a\\ b"`, `"/bin/true" "a b"`},
		{`"/bin/true 'a\\'b'"`, `"/bin/true" "a'b"`},
		{`"/bin/true \"a'b\""`, `"/bin/true" "a'b"`},
		{`"/bin/true a\tb \x41 \101"`, `"/bin/true" "a" "b" "A" "A"`},
		{`"/bin/true \n|"`, `"/bin/true" "|"`},
		{`"/bin/true 'a\nb'"`, `"/bin/true" "a\nb"`},
		{`"/bin/true a\\tb"`, `"/bin/true" "a\tb"`},
		{`"/bin/true a;b $HOME * ?"`, `"/bin/true" "a;b" "$HOME" "*" "?"`},
		{`"/bin/true \1012 \z\q \X41"`, `"/bin/true" "A2" "zq" "X41"`},
		{`"/bin/tr""ue"`, `"/bin/true"`},
		{`"/bin/true a"b`, `"/bin/true" "ab"`},
		{`"/bin/true # ! {a}"`, `"/bin/true" "#" "!" "{a}"`},
		{`"/bin/true \\\"a b\\\""`, `"/bin/true" "\"a" "b\""`},
		{`"'/bin/true' a"`, `"/bin/true" "a"`},
		{`"/bin/true 'a'b'"`, `"/bin/true" "ab"`}, // a loose quote at the end
		{`"/bin/true '"`, `"/bin/true" ""`},
		{`"</dev/tcp/192.0.2.1/80"`, `"/bin/sh" "-c" "</dev/tcp/192.0.2.1/80"`},
		{`"  </bin/true 'a b' c"`, `"/bin/sh" "-c" "</bin/true 'a b' 'c'"`},
		{`"</bin/true \"it's\""`, `"/bin/sh" "-c" "</bin/true 'it'\\''s'"`},
		{`"< /dev/null"`, `"<" "/dev/null"`},
	}
	for _, row := range rows {
		cmd, _ := readStartup(row.line)
		var got []string
		for _, a := range cmd.Args {
			got = append(got, fmt.Sprintf("%q", a))
		}
		if diff := cmp.Diff(row.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got)\n%s", row.line, diff)
		}
	}
}

func TestCommandAccount(t *testing.T) {
	cmd, wrong := readStartup(`"/bin/true a" root 'adm'`)
	want := &Command{Line: "/bin/true a", Args: []string{"/bin/true", "a"}, User: "root", Group: "adm", Pos: Pos{Line: 2, Column: 16}, UserPos: Pos{Line: 2, Column: 30}}
	if diff := cmp.Diff(want, cmd); diff != "" || len(wrong) > 0 {
		t.Errorf("(-want +got)\n%s\n%v", diff, wrong)
	}
}

// TestCommandAccountFirst has the account of a checker above its command.
func TestCommandAccountFirst(t *testing.T) {
	text := "virtual_server 192.0.2.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 192.0.2.2 80 {\nMISC_CHECK {\nuser root adm\nmisc_path /bin/true\n}\n}\n}\n"
	printed := dump(t, first(Read(strings.NewReader(text), "")))
	for _, line := range []string{"misc_path /bin/true", "user root adm"} {
		if !strings.Contains(printed, line) {
			t.Errorf("%s is not in\n%s", line, printed)
		}
	}
}

func TestCommandMistakes(t *testing.T) {
	rows := []struct{ line, want string }{
		{`"/bin/true a"`, ""},
		{`"/bin/sh -c 'a > b; c | d'"`, ""},
		{`"/usr/bin/logger 'a > b'"`, ""},
		{`"/bin/true -> a=b; x&y"`, `2:16: warning: startup_script: no shell reads the command: "a=b;" is argument 2 of /bin/true; write a script, or /bin/sh -c '...' [shell-in-command]`},
		{`"pidof nginx > /dev/null"`, `2:16: warning: startup_script: no shell reads the command: ">" is argument 2 of pidof; write a script, or /bin/sh -c '...' [shell-in-command]`},
		{`"pidof nginx 2>&1"`, `2:16: warning: startup_script: no shell reads the command: "2>&1" is argument 2 of pidof; write a script, or /bin/sh -c '...' [shell-in-command]`},
		{`"pidof nginx &&  date"`, `2:16: warning: startup_script: no shell reads the command: "&&" is argument 2 of pidof; write a script, or /bin/sh -c '...' [shell-in-command]`},
		{`/bin/date >> /tmp/out`, `2:26: warning: startup_script: what stands behind the command is the user that runs it, and ">>" is none; put the arguments between the quotes [shell-in-command]`},
		{`""`, `2:16: error: startup_script: the command is empty [bad-command]`},
		{`"'' a"`, `2:16: error: startup_script: the command is empty [bad-command]`},
		{`"/bin/true 'a b"`, `2:16: error: startup_script: a quote is not closed: '; there is no command [bad-command]`},
		{`'/bin/true a`, `2:16: error: startup_script: a quote is not closed: '; the line is passed over [bad-command]`},
		{`"/bin/true \\"`, `2:16: error: startup_script: a backslash stands at the end; there is no command [bad-command]`},
		{`"/bin/true \0"`, `2:16: error: startup_script: a command cannot have a NUL; there is no command [bad-command]`},
		{`"/bin/true it's'"`, ""},
		{`"/bin/true it'"`, `2:16: warning: startup_script: the quote at the end of the command has no partner; it is passed over [bad-command]`},
		{``, `2:1: error: startup_script needs 1 to 3 words; write startup_script CMD [USER [GROUP]] [missing-argument]`},
		{`/bin/true a b c`, `2:30: warning: "c" is passed over: startup_script takes 1 to 3 words [extra-argument]`},
	}
	for _, row := range rows {
		if _, wrong := readStartup(row.line); wrong.Error() != row.want {
			t.Errorf("%s\n got %v\nwant %s", row.line, wrong, row.want)
		}
	}
}

// FuzzCommand reads commands, prints them and reads them again.
func FuzzCommand(f *testing.F) {
	for _, line := range []string{`/bin/true`, `"/bin/true \"a b\" 'c' \x41\\ " root`, `'a "b'`, `"</x 'y'"`, `"a 'b'c'"`, `"\042\44{A}"`} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if strings.ContainsAny(line, "\n") {
			return
		}
		cmd, _ := readStartup(line)
		if !cmd.Given() {
			return
		}
		if len(cmd.Args) == 0 || cmd.Args[0] == "" || slices.ContainsFunc(cmd.Args, func(a string) bool { return strings.Contains(a, "\x00") }) {
			t.Fatalf("%s cannot be run: %q", line, cmd.Args)
		}
		words := []string{syntax.QuoteCommand(cmd.Line)}
		if cmd.User != "" {
			words = append(words, syntax.QuoteCommand(cmd.User))
		}
		if cmd.User != "" && cmd.Group != "" {
			words = append(words, syntax.QuoteCommand(cmd.Group))
		}
		printed := strings.Join(words, " ")
		again, wrong := readStartup(printed)
		if cmd.User == "" {
			cmd.Group = ""
		}
		if diff := cmp.Diff(cmd, again, placeless); diff != "" {
			t.Errorf("%q printed as %s (-before +after)\n%s%v", line, printed, diff, wrong)
		}
	})
}

// TestEmptyCommand passes over an empty command as if it were not there, with a
// warning, for what is only run on an event: another one counts.
func TestEmptyCommand(t *testing.T) {
	cfg, wrong := readVRRP(t, `vrrp_instance V {
interface eth0
virtual_router_id 1
virtual_ipaddress {
10.0.0.1
}
notify_master ""
notify_master /bin/true
}
`)
	if want := "7:15: warning: notify_master: the command is empty [bad-command]"; wrong != want {
		t.Errorf("diagnostics\n%s\nwant\n%s", wrong, want)
	}
	if got := cfg.Instances[0].NotifyMaster.Line; got != "/bin/true" {
		t.Errorf("notify_master is %q, want /bin/true", got)
	}
}
