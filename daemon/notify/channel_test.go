package notify

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

// TestReader: the script of a pipe gets its path after its own arguments, reads
// the lines of the end too, and is told to end then.
func TestReader(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "fifo")
	path := script(t, "#!/bin/sh\nout=\"$0.out\"\ntrap 'echo term >> \"$out\"; exit' TERM\necho \"$@\" >> \"$out\"\nexec < \"$2\"\nwhile read line; do echo \"$line\" >> \"$out\"; done\n", 0o755)
	n, log := newTestNotifier(t, Config{FIFOs: []FIFO{{Path: pipe, Content: Routers, Script: commandLine(path, "own")}}})
	told(path+".out", 1)
	n.Post(Transition{Kind: Instance, Name: "V", State: Master, Priority: 100})
	told(path+".out", 2)
	n.Post(Transition{Kind: Instance, Name: "V", State: Stop, Priority: 100})
	if err := n.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(told(path+".out", 4), "\n")
	if want := "own " + pipe + "\nINSTANCE \"V\" MASTER 100\nINSTANCE \"V\" STOP 100\nterm"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 || log.String() != "" {
		t.Errorf("%v is left, log:\n%v", left, log)
	}
}

// TestReaderEnds: it is started again, after longer and longer pauses, and one
// that cannot be run is tried again too.
func TestReaderEnds(t *testing.T) {
	path, out := teller(t)
	missing := filepath.Join(t.TempDir(), "later")
	n, log := newTestNotifier(t, Config{FIFOs: []FIFO{
		{Path: t.TempDir() + "/fifo", Content: Routers, Script: commandLine(path)},
		{Path: t.TempDir() + "/fifo", Content: Routers, Script: commandLine(missing)},
	}})
	told(out, 4)
	for _, pause := range []string{"10ms", "20ms", "40ms", "50ms"} {
		log.until("exit status 0, starting it again in " + pause)
	}
	log.until("no such file or directory, starting it again in 50ms")
	if err := os.Symlink(path, missing); err != nil {
		t.Fatal(err)
	}
	told(missing+".out", 1)
	if err := n.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestReaderHangs: one that ends at nothing is killed at the end, and nothing waits
// for its reading.
func TestReaderHangs(t *testing.T) {
	path := script(t, "#!/bin/sh\ntrap '' TERM\necho $$ > \"$0.pid\"\nwhile :; do sleep 0.01; done\n", 0o755)
	n, _ := newTestNotifier(t, Config{FIFOs: []FIFO{{Path: t.TempDir() + "/fifo", Content: Routers, Script: commandLine(path)}}})
	pid := number32(t, content(path+".pid"))
	n.Post(Transition{Kind: Instance, Name: "V", State: Stop})
	if err := n.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if runs(pid) {
		t.Error("it still runs")
	}
}

// TestReaderChanges: a reload with another script for the same pipe ends the one
// and starts the other, with a pipe of its own.
func TestReaderChanges(t *testing.T) {
	pipe := t.TempDir() + "/fifo"
	path := script(t, "#!/bin/sh\necho $$ > \"$0.$1\"\nexec sleep 1000\n", 0o755)
	n, log := newTestNotifier(t, Config{FIFOs: []FIFO{{Path: pipe, Content: Routers, Script: commandLine(path, "a")}}})
	a := number32(t, content(path+".a"))
	if err := n.Reload(t.Context(), Config{FIFOs: []FIFO{{Path: pipe, Content: Routers, Script: commandLine(path, "b")}}}); err != nil {
		t.Fatal(err)
	}
	b := number32(t, content(path+".b"))
	eventually(func() bool { return !runs(a) })
	n.Post(Transition{Kind: Instance, Name: "V", State: Master, Priority: 1})
	if got, err := reading(t, pipe).ReadString('\n'); got != "INSTANCE \"V\" MASTER 1\n" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if !runs(b) {
		t.Errorf("the new one does not run:\n%v", log)
	}
}
