package checkd_test

import (
	"bufio"
	"flag"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon"
	"github.com/viplab/viplab/lab/kernel"
)

// patience is how long anything may take.
const patience = 2 * time.Minute

// beVipd makes the test binary vipd itself.
const beVipd = "VIPD_TEST_MAIN"

// TestMain runs the tests in a guest, since few hosts have IPVS; with the race
// detector, which does not run there, and for fuzzing, on the host, where those
// that need IPVS are skipped unless it is there. The clock is one on which
// computing takes time, or no process would ever be killed in the middle of it.
func TestMain(m *testing.M) {
	kernel.Main()
	if os.Getenv(beVipd) != "" {
		os.Exit(daemon.Main(os.Args, os.Stdout, os.Stderr))
	}
	flag.Parse()
	fuzzing := flag.Lookup("test.fuzz").Value.String() != ""
	if _, inside := kernel.Current(); !inside && !raceDetector && !fuzzing {
		if os.Getenv("VIPLAB_CLOCK") == "" {
			os.Setenv("VIPLAB_CLOCK", "virtual")
		}
		os.Exit(kernel.RunTests(kernel.FeatureIPVS))
	}
	goleak.VerifyTestMain(m)
}

func (d *director) command(args ...string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Args[0] = "vipd"
	cmd.Env = append(os.Environ(), beVipd+"=1")
	cmd.Dir = d.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
	return cmd
}

// running is vipd in the foreground.
type running struct {
	*exec.Cmd
	d   *director
	log *bufio.Scanner
}

func (d *director) start(flags ...string) *running {
	d.t.Helper()
	args := append([]string{"-nlD", "-f", "k.conf", "-p", "k.pid", "-r", "vrrp.pid", "-c", "checkers.pid"}, flags...)
	p := &running{Cmd: d.command(args...), d: d}
	pipe, err := p.StderrPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	p.log = bufio.NewScanner(pipe)
	d.Do(p.Cmd.Start)
	d.t.Cleanup(func() {
		if p.ProcessState == nil {
			p.kill()
		}
	})
	return p
}

// until waits for a line that contains one of texts and returns the lines before
// it, with it.
func (p *running) until(texts ...string) string {
	p.d.t.Helper()
	late := time.AfterFunc(patience, func() { _ = p.Process.Signal(unix.SIGABRT) })
	defer late.Stop()
	var lines []string
	for p.log.Scan() {
		lines = append(lines, p.log.Text())
		for _, text := range texts {
			if strings.Contains(p.log.Text(), text) {
				return strings.Join(lines, "\n")
			}
		}
	}
	p.d.t.Fatalf("no line with one of %q in\n%s", texts, strings.Join(lines[:min(len(lines), 60)], "\n"))
	return ""
}

func (p *running) signal(sig syscall.Signal) {
	p.d.t.Helper()
	if err := p.Process.Signal(sig); err != nil {
		p.d.t.Fatal(err)
	}
}

// stop ends vipd in order and returns its last lines.
func (p *running) stop() string {
	p.d.t.Helper()
	p.signal(unix.SIGTERM)
	var lines []string
	for p.log.Scan() {
		lines = append(lines, p.log.Text())
	}
	_ = p.Wait()
	return strings.Join(lines, "\n")
}

// kill ends the checker process, if there is one, and then its parent, without
// a chance for either to do anything.
func (p *running) kill() {
	_ = p.Process.Signal(unix.SIGSTOP)
	if pid := p.d.checkers(); pid > 0 {
		_ = unix.Kill(pid, unix.SIGKILL)
	}
	_ = p.Process.Kill()
	_ = p.Wait()
}
