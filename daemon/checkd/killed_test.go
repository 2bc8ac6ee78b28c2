package checkd_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// perService is how many servers a service of many has. The kernel takes what goes
// into one message, some hundred changes, as a whole.
const perService = 40

// many is a configuration of services with many servers, of which none is ever
// asked.
func many(scheduler string, from, to int) string {
	var b strings.Builder
	for n := from; n < to; n++ {
		fmt.Fprintf(&b, "virtual_server 10.0.2.%d 80 {\nlb_algo %s\nlb_kind NAT\nprotocol TCP\n", n, scheduler)
		for i := range perService {
			fmt.Fprintf(&b, "real_server 10.0.3.%d 80 {\nweight %d\n}\n", i+1, n)
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func manyLines(scheduler string, from, to int) []string {
	var lines []string
	for n := from; n < to; n++ {
		line := fmt.Sprintf("[10.0.2.%d]:tcp:80 %s", n, scheduler)
		for i := range perService {
			line += fmt.Sprintf(" 10.0.3.%d:80=%d", i+1, n)
		}
		lines = append(lines, line)
	}
	return lines
}

// TestKilled kills processes at random moments of a start and of a reload: only
// the checker process, whose parent starts it again, or both. What runs then, or
// is started then, always gets the table that it wants.
func TestKilled(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	d := newDirector(t)
	d.others(alien())
	before, after := many("rr", 1, 21), many("wlc", 11, 31)
	wantBefore, wantAfter := append(manyLines("rr", 1, 21), alienLine), append(manyLines("wlc", 11, 31), alienLine)
	d.write("k.conf", before)
	p := d.start()
	p.until("Initializing ipvs")
	begun := time.Now()
	p.until("Startup complete")
	took := time.Since(begun)
	p.stop()
	d.want(alienLine)
	middle := 0
	for n := range 8 {
		reload, respawn := n%2 == 0, n%4 >= 2
		d.write("k.conf", before)
		p := d.start()
		want := wantBefore
		if reload {
			p.until("Startup complete")
			d.write("k.conf", after)
			p.signal(unix.SIGHUP)
			p.until("Removing Virtual Server")
			want = wantAfter
		} else {
			p.until("Initializing ipvs")
		}
		time.Sleep(time.Duration(random.Int64N(int64(took))))
		if pid := d.checkers(); respawn && pid > 0 {
			_ = unix.Kill(pid, unix.SIGKILL)
			if reload && strings.Contains(p.until("Reload refused", "Reload done"), "refused") {
				want = wantBefore // in which case the parent says so
			}
		} else {
			p.kill()
			if have := strings.Join(d.table(), "\n"); have != alienLine && have != strings.Join(wantBefore, "\n") && have != strings.Join(wantAfter, "\n") {
				middle++
			}
			p = d.start()
			p.until("Startup complete")
		}
		d.want(want...)
		p.stop()
		d.want(alienLine)
	}
	t.Logf("killed in the middle of changes %d times; TestKilledAnywhere does so before each of them", middle)
}
