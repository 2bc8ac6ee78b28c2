package notify

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf"
)

// quickPauses are such that no test has to wait for them.
var quickPauses = pauses{10 * time.Millisecond, 50 * time.Millisecond}

func newTestNotifier(t *testing.T, c Config, change ...func(*Options)) (*Notifier, *record) {
	r, log := newRunner(t, change...)
	n := newNotifier(r, c, quickPauses, quickTiming)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := n.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return n, log
}

// line is a command as the configuration gives it.
func commandLine(args ...string) conf.Command {
	return conf.Command{Line: strings.Join(args, " "), Args: args}
}

// teller writes a script that adds a line to a file each time it is run: its
// arguments, each between brackets. It returns the script and the file.
func teller(t *testing.T) (path, out string) {
	path = script(t, "#!/bin/sh\nline=\nfor a; do line=\"$line[$a]\"; done\necho \"$line\" >> \"$0.out\"\n", 0o755)
	return path, path + ".out"
}

// told waits until the file has n lines and returns them.
func told(out string, n int) []string {
	var lines []string
	eventually(func() bool {
		text, _ := os.ReadFile(out)
		lines = strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		return strings.Count(string(text), "\n") >= n
	})
	return lines
}

// hooks have every event told through path.
func hooks(path string) *Hooks {
	h := &Hooks{Any: commandLine(path, "any", "a b"), Priorities: true}
	for word, c := range map[string]*conf.Command{"master": &h.Master, "backup": &h.Backup, "fault": &h.Fault, "stop": &h.Stop, "deleted": &h.Deleted, "lower": &h.LowerPriority} {
		*c = commandLine(path, word)
	}
	return h
}

// reading opens a pipe for reading. The pipe must be there.
func reading(t *testing.T, path string) *bufio.Reader {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return bufio.NewReader(f)
}

// TestEvents: what scripts and pipes are told of each event, word for word.
func TestEvents(t *testing.T) {
	path, out := teller(t)
	h := hooks(path)
	quiet := &Hooks{}
	server := commandLine(path, "server")
	const vs, rs = "[10.0.0.100]:tcp:80", "[192.168.0.1]:tcp:8080"
	rows := []struct {
		name    string
		event   Event
		scripts []string // in any order: they run at the same time
		routers string
		servers string
	}{
		{"master", Transition{Kind: Instance, Name: "V", State: Master, Priority: 120, Hooks: h}, []string{"[master]", "[any][a b][INSTANCE][V][MASTER][120]"}, "INSTANCE \"V\" MASTER 120\n", ""},
		{"backup", Transition{Kind: Instance, Name: "V", State: Backup, Priority: 100, Hooks: h}, []string{"[backup]", "[any][a b][INSTANCE][V][BACKUP][100]"}, "INSTANCE \"V\" BACKUP 100\n", ""},
		{"fault", Transition{Kind: Instance, Name: "V", State: Fault, Priority: 100, Hooks: h}, []string{"[fault]", "[any][a b][INSTANCE][V][FAULT][100]"}, "INSTANCE \"V\" FAULT 100\n", ""},
		{"stop", Transition{Kind: Instance, Name: "V", State: Stop, Priority: 100, Hooks: h}, []string{"[stop]", "[any][a b][INSTANCE][V][STOP][100]"}, "INSTANCE \"V\" STOP 100\n", ""},
		{"deleted", Transition{Kind: Instance, Name: "V", State: Deleted, Priority: 100, Hooks: h}, []string{"[deleted]", "[any][a b][INSTANCE][V][DELETED][100]"}, "INSTANCE \"V\" DELETED 100\n", ""},
		{"group", Transition{Kind: Group, Name: "G", State: Master, Priority: 120, Hooks: h}, []string{"[master]", "[any][a b][GROUP][G][MASTER][0]"}, "GROUP \"G\" MASTER 0\n", ""},
		{"no scripts", Transition{Kind: Instance, Name: "V", State: Master, Priority: 1, Hooks: quiet}, nil, "INSTANCE \"V\" MASTER 1\n", ""},
		{"no hooks", Transition{Kind: Instance, Name: "V", State: Master, Priority: 1}, nil, "INSTANCE \"V\" MASTER 1\n", ""},
		{"repeated", Transition{Kind: Instance, Name: "V", State: Master, Priority: 120, Hooks: h, Repeat: true}, nil, "INSTANCE \"V\" MASTER 120\n", ""},
		{"lower priority heard", LowerPriorityHeard{Name: "V", Priority: 120, Hooks: h}, []string{"[lower]"}, "INSTANCE \"V\" MASTER_RX_LOWER_PRI 120\n", ""},
		{"priority of a Master", PriorityChange{Name: "V", State: Master, Priority: 140, Hooks: h}, nil, "INSTANCE \"V\" MASTER_PRIORITY 140\n", ""},
		{"priority of a Backup", PriorityChange{Name: "V", State: Backup, Priority: 140, Hooks: h}, nil, "INSTANCE \"V\" BACKUP_PRIORITY 140\n", ""},
		{"priority, but not to be told", PriorityChange{Name: "V", State: Backup, Priority: 140, Hooks: quiet}, nil, "", ""},
		{"real server up", ServerEvent{Virtual: vs, Real: rs, Up: true, Command: server}, []string{"[server]"}, "", "RS " + rs + " " + vs + " UP\n"},
		{"real server down", ServerEvent{Virtual: vs, Real: rs, Command: server}, []string{"[server]"}, "", "RS " + rs + " " + vs + " DOWN\n"},
		{"quorum up", ServerEvent{Virtual: vs, Up: true}, nil, "", "VS " + vs + " UP\n"},
		{"quorum down", ServerEvent{Virtual: vs}, nil, "", "VS " + vs + " DOWN\n"},
	}
	for _, row := range rows {
		for _, nul := range []bool{false, true} {
			t.Run(fmt.Sprint(row.name, nul), func(t *testing.T) {
				_ = os.Remove(out)
				dir := t.TempDir()
				n, _ := newTestNotifier(t, Config{NUL: nul, FIFOs: []FIFO{
					{Path: dir + "/both", Content: Routers | Servers}, {Path: dir + "/routers", Content: Routers}, {Path: dir + "/servers", Content: Servers},
				}})
				want := map[string]string{"both": row.routers + row.servers, "routers": row.routers, "servers": row.servers}
				got := map[string]*bufio.Reader{}
				for name := range want {
					got[name] = reading(t, dir+"/"+name)
				}
				n.Post(row.event)
				if err := n.Close(t.Context()); err != nil {
					t.Fatal(err)
				}
				for name, r := range got {
					text, err := io.ReadAll(r)
					if nul && row.servers != "" && want[name] != "" {
						want[name] += "\x00"
					}
					if string(text) != want[name] || err != nil {
						t.Errorf("%s: %q, %v; want %q", name, text, err, want[name])
					}
				}
				var lines []string
				if len(row.scripts) > 0 {
					lines = told(out, len(row.scripts))
				}
				if diff := cmp.Diff(sorted(row.scripts), sorted(lines)); diff != "" {
					t.Errorf("scripts (-want +got)\n%s", diff)
				}
			})
		}
	}
}

// TestOrder: the specific script starts before the generic one. They do not wait
// for each other, nor for those of the transition before.
func TestOrder(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "fifo")
	n, _ := newTestNotifier(t, Config{FIFOs: []FIFO{{Path: pipe, Content: Routers}}}, func(o *Options) { o.PerSource = 50 })
	in := reading(t, pipe)
	const times = 10
	for i := range times {
		slow := func(name string) conf.Command {
			return commandLine("/bin/sh", "-c", fmt.Sprintf("echo $$ > %s/%s%d; exec sleep 1000", dir, name, i))
		}
		n.Post(Transition{Kind: Instance, Name: "V", State: Master, Hooks: &Hooks{Master: slow("first"), Any: slow("second")}})
		if _, err := in.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	for i := range times {
		first, second := number32(t, content(fmt.Sprint(dir, "/first", i))), number32(t, content(fmt.Sprint(dir, "/second", i)))
		if first > second && first-second < 1000 { // numbers begin again some time
			t.Errorf("script %d started before script %d", second, first)
		}
		if !runs(first) || !runs(second) {
			t.Errorf("scripts %d and %d should still run", first, second)
		}
	}
}

// TestShellArguments: a line that a shell reads can use what a generic script is told.
func TestShellArguments(t *testing.T) {
	n, log := newTestNotifier(t, Config{})
	text := `echo "$1 $2 $3 $4" && true`
	n.Post(Transition{Kind: Instance, Name: "V", State: Master, Priority: 7, Hooks: &Hooks{Any: conf.Command{Line: text, Args: []string{"/bin/sh", "-c", text}}}})
	log.until("(V) notify: INSTANCE V MASTER 7")
}

// TestNotRun: what cannot be run is told and holds up nothing.
func TestNotRun(t *testing.T) {
	unsafe := script(t, "#!/bin/sh\necho it runs\n", 0o777)
	rows := []struct {
		name     string
		accounts Accounts
		command  conf.Command
		want     string
	}{
		{"missing", Accounts{}, commandLine("/no/such/script"), "no such file"},
		{"not executable", Accounts{}, commandLine(script(t, "#!/bin/sh\n", 0o600)), "permission denied"},
		{"unknown user", Accounts{}, conf.Command{Line: "true", Args: []string{"true"}, User: "nobody-knows"}, ErrUnknownUser.Error()},
		{"unknown group", Accounts{}, conf.Command{Line: "true", Args: []string{"true"}, User: "root", Group: "nobody-knows"}, ErrUnknownGroup.Error()},
		{"unsafe", Accounts{User: "root", Security: true}, commandLine(unsafe), ErrUnsafe.Error()},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			n, log := newTestNotifier(t, Config{Accounts: row.accounts})
			n.Post(Transition{Kind: Instance, Name: "V", State: Master, Hooks: &Hooks{Master: row.command}})
			log.until(row.want)
			if log.count("(V) notify_master: ") != 1 {
				t.Errorf("log:\n%v", log)
			}
		})
	}
}

// TestOverflow: the caller never waits, and learns what was lost.
func TestOverflow(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "fifo")
	n, log := newTestNotifier(t, Config{FIFOs: []FIFO{{Path: pipe, Content: Routers}}})
	n.channels[0].mu.Lock() // the worst that could happen: a write that does not return
	for range queueSize + 100 {
		n.Post(Transition{Kind: Instance, Name: "V", State: Master})
	}
	n.channels[0].mu.Unlock()
	if lost := n.Stats().Events; lost < 99 || lost > 100 { // one may be on its way
		t.Errorf("%d events lost", lost)
	}
	if err := n.Close(t.Context()); err != nil {
		t.Error(err)
	}
	n.Post(Transition{})
	if log.count("notifications were lost: too many") != 1 || n.Stats().Events < 100 {
		t.Errorf("%+v, log:\n%v", n.Stats(), log)
	}
	// A pipe holds fewer lines than that.
	if n.Stats().Lines == 0 || log.count("full, its reader is slow") != 1 {
		t.Errorf("%+v, log:\n%v", n.Stats(), log)
	}
}

// TestReload: pipes that stay lose nothing, others come and go.
func TestReload(t *testing.T) {
	dir := t.TempDir()
	stays, goes, comes := FIFO{Path: dir + "/stays", Content: Routers}, FIFO{Path: dir + "/goes", Content: Routers}, FIFO{Path: dir + "/comes", Content: Routers}
	n, log := newTestNotifier(t, Config{FIFOs: []FIFO{stays, goes}})
	inStays, inGoes := reading(t, stays.Path), reading(t, goes.Path)
	var before, after string
	post := func(s State, text *string) {
		for i := range 100 {
			n.Post(Transition{Kind: Instance, Name: "V", State: s, Priority: i})
			*text += line(Instance, "V", s, i)
		}
	}
	post(Master, &before)
	if err := n.Reload(t.Context(), Config{FIFOs: []FIFO{comes, stays}}); err != nil {
		t.Fatal(err)
	}
	inComes := reading(t, comes.Path)
	post(Backup, &after)
	if err := n.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, in := range []*bufio.Reader{inStays, inGoes, inComes} {
		want := []string{before + after, before, after}[i]
		if text, err := io.ReadAll(in); string(text) != want || err != nil {
			t.Errorf("pipe %d: %v (-want +got)\n%s", i, err, cmp.Diff(want, string(text)))
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 || log.String() != "" {
		t.Errorf("%v is left, log:\n%v", left, log)
	}
	if err := n.Reload(t.Context(), Config{}); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}

// TestCloseHandles: what was posted before the end is told, also by scripts.
func TestCloseHandles(t *testing.T) {
	path, out := teller(t)
	n, _ := newTestNotifier(t, Config{})
	for i := range 5 {
		n.Post(Transition{Kind: Instance, Name: fmt.Sprint("V", i), State: Stop, Hooks: hooks(path)})
	}
	if err := n.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if lines := told(out, 0); len(lines) != 10 {
		t.Errorf("%d lines:\n%v", len(lines), lines)
	}
}
