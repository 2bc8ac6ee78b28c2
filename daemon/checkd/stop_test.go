package checkd_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestOmega: at the stop the scripts of a service with omega run, and -I leaves
// the table to the next start.
func TestOmega(t *testing.T) {
	d := newDirector(t)
	d.listen(1)
	d.write("note.sh", "#!/bin/sh\necho \"$@\" >> "+d.file("notes")+"\n")
	d.write("k.conf", "global_defs {\nscript_user root\n}\n"+
		service("10.0.0.1", "omega\nquorum_up \""+d.file("note.sh")+" up\"\nquorum_down \""+d.file("note.sh")+" down\"", 1))
	p := d.start("-I")
	p.until("Startup complete")
	d.want("[10.0.0.1]:tcp:80 rr 10.0.1.1:80=1")
	if last := p.stop(); strings.Contains(last, "Shutting down") {
		t.Errorf("-I takes services out:\n%s", last)
	}
	d.want("[10.0.0.1]:tcp:80 rr 10.0.1.1:80=1")
	p = d.start()
	p.until("Startup complete")
	p.stop()
	d.want()
	text, err := os.ReadFile(d.file("notes"))
	if err != nil || string(text) != "up\nup\ndown\n" {
		t.Errorf("scripts noted %q, %v", text, err)
	}
}

// TestDump: SIGUSR1 writes the state of checkers beside that of the rest.
func TestDump(t *testing.T) {
	d := newDirector(t)
	d.listen(1)
	d.write("k.conf", "global_defs {\nstate_dump_file "+d.file("k.data")+"\n}\n"+service("10.0.0.1", "", 1))
	p := d.start()
	p.until("TCP connection to [10.0.1.1]:tcp:80 success.")
	p.signal(unix.SIGUSR1)
	var text []byte
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until) && !strings.Contains(string(text), "Health checkers"); time.Sleep(10 * time.Millisecond) {
		text, _ = os.ReadFile(d.file("k_check.data"))
	}
	for _, want := range []string{" VS VIP = 10.0.0.1, VPORT = 80\n", "   quorum_state_up = 1\n", " [10.0.0.1]:tcp:80 -> [10.0.1.1]:tcp:80\n   Enabled = yes\n   Up = yes\n   Has run = yes\n"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	p.stop()
}
