package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// BenchmarkConfigTest tests one large configuration (100 virtual servers of 100
// real servers each, 110,000 lines) with `vipd -t` and with `keepalived -t`, turn
// by turn, and reports the time and the peak memory of both.
func BenchmarkConfigTest(b *testing.B) {
	keepalived, err := exec.LookPath("keepalived")
	if err != nil {
		b.Fatalf("install the package keepalived to compare with: %v", err)
	}
	dir := b.TempDir()
	vipd, file := filepath.Join(dir, "vipd"), filepath.Join(dir, "keepalived.conf")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", vipd, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	if err := writeLarge(file); err != nil {
		b.Fatal(err)
	}
	var theirs, ours cost
	for b.Loop() {
		theirs.add(b, keepalived, file)
		ours.add(b, vipd, file)
	}
	theirs.report(b, "keepalived")
	ours.report(b, "vipd")
	b.ReportMetric(float64(ours.wall)/float64(theirs.wall), "vipd/keepalived")
	b.ReportMetric(0, "ns/op")
}

// cost is what runs of a program took.
type cost struct {
	wall, cpu time.Duration // all runs together
	peak      int64         // KiB, the worst
	runs      int
}

func (c *cost) add(b *testing.B, program, file string) {
	b.Helper()
	cmd := exec.Command(program, "-t", "-f", file)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil || len(out) > 0 {
		b.Fatalf("%s -t: %v\n%s", program, err, out)
	}
	c.wall += time.Since(start)
	c.cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	c.peak = max(c.peak, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	c.runs++
}

func (c *cost) report(b *testing.B, name string) {
	b.ReportMetric(c.wall.Seconds()*1e3/float64(c.runs), name+"-ms")
	b.ReportMetric(c.cpu.Seconds()*1e3/float64(c.runs), name+"-cpu-ms")
	b.ReportMetric(float64(c.peak)/1024, name+"-MiB")
}

func writeLarge(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	fmt.Fprint(w, "global_defs {\n    router_id bench\n}\n")
	for v := range 100 {
		fmt.Fprintf(w, "\nvirtual_server 10.0.%d.1 80 {\n    delay_loop 6\n    lb_algo wrr\n    lb_kind NAT\n    protocol TCP\n    quorum 3\n", v)
		for r := range 100 {
			fmt.Fprintf(w, `
    real_server 172.16.%d.%d 8080 {
        weight %d
        HTTP_GET {
            url {
                path /health
                status_code 200
            }
            connect_timeout 3
            delay_before_retry 2
        }
    }
`, v, r+1, r%10+1)
		}
		fmt.Fprint(w, "}\n")
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}
