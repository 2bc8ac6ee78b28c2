package bfd

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
)

// keepalived runs the keepalived that is installed on h. It returns its log, and
// what ends it.
func keepalived(t *testing.T, h *testnet.Host, config string) (said <-chan string, end func(syscall.Signal)) {
	t.Helper()
	path, err := exec.LookPath("keepalived")
	if err != nil {
		t.Fatalf("%v: install the package keepalived (hack/packages does)", err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "keepalived.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-n", "-l", "-D", "-f", file, "-p", filepath.Join(dir, "p"), "-r", filepath.Join(dir, "r"), "-b", filepath.Join(dir, "b"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	h.Do(cmd.Start)
	lines, over := make(chan string, 10000), false
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			lines <- s.Text()
		}
	}()
	end = func(sig syscall.Signal) {
		if over {
			return
		}
		over = true
		_ = cmd.Process.Signal(sig)
		for range lines {
		}
		_ = cmd.Wait()
	}
	t.Cleanup(func() { end(unix.SIGTERM) })
	return lines, end
}

func await(t *testing.T, said <-chan string, want string) {
	t.Helper()
	for line := range said { // ends with the line, or with the test binary's own time-out
		if strings.Contains(line, want) {
			return
		}
	}
	t.Fatalf("keepalived never said %q", want)
}

// TestKeepalived holds sessions with keepalived: they come up, agree on intervals,
// and each side notices when the other one ends. keepalived does not say that it
// does.
func TestKeepalived(t *testing.T) {
	for _, r := range []struct{ name, ours, theirs, extra string }{
		{"IPv4", "10.0.0.1", "10.0.0.2", ""},
		{"IPv6", "2001:db8::1", "2001:db8::2", "hoplimit 255\n"},
		{"it is passive", "10.0.0.1", "10.0.0.2", "passive\n"},
	} {
		t.Run(r.name, func(t *testing.T) {
			_, a, b := pair(t)
			config := "bfd_instance B {\nneighbor_ip " + r.ours + "\nsource_ip " + r.theirs + "\nmin_rx 40\nmin_tx 60\nmultiplier 4\n" + r.extra + "}\n"
			ours := to(r.theirs, func(b *conf.BFD) { b.MinRx, b.MinTx = 50*ms, 30*ms })
			ours.IdleTx = time.Second // a passive one answers nobody who is faster
			a.run(ours)
			said, end := keepalived(t, b.Host, config)
			await(t, said, "(B) Entering Up state")
			a.await(t, "B true Up")
			a.agreed(40*ms, 240*ms)
			end(unix.SIGTERM)
			a.await(t, "B false Down: control detection time expired")

			said, _ = keepalived(t, b.Host, config)
			await(t, said, "(B) Entering Up state")
			a.await(t, "B true Up")
			if err := a.Close(context.Background()); err != nil {
				t.Fatal(err)
			}
			await(t, said, "Remote diagnostic - Administratively Down")
		})
	}
}
