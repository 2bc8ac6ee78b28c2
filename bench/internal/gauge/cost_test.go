package gauge

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestTree counts this process and two below it, one under the other.
func TestTree(t *testing.T) {
	cmd := exec.Command("sh", "-c", "sleep 60 & wait")
	cmd.SysProcAttr = &unix.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Kill(-cmd.Process.Pid, unix.SIGKILL); _ = cmd.Wait() })
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		c, err := Tree(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		if c.Processes == 3 && c.CPU > 0 && c.PSS > 0 && c.RSS >= c.PSS {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("got %+v, want three processes", c)
		}
	}
}

// TestStat reads what proc(5) gives without schedstat.
func TestStat(t *testing.T) {
	s, err := readStat("/proc/self/stat")
	if err != nil || s.pid != os.Getpid() || s.parent != os.Getppid() {
		t.Errorf("got %+v, %v", s, err)
	}
}
