package daemon

import (
	"log/syslog"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// TestLogNeverWaits: a reader that reads nothing does not hold up who logs.
func TestLogNeverWaits(t *testing.T) {
	release, written := make(chan struct{}), 0
	l := newLog(false, func(line) { <-release; written++ })
	for range backlog + 100 {
		l.Log(false, "x")
	}
	if l.dropped.Load() < 99 { // one may be with the sink
		t.Errorf("%d dropped", l.dropped.Load())
	}
	close(release)
	l.Close()
	if dropped := int(l.dropped.Load()); written < backlog || written+dropped < backlog+100 {
		t.Errorf("%d written, %d dropped", written, dropped)
	}
}

func TestLogDetail(t *testing.T) {
	for _, detail := range []bool{false, true} {
		var got []string
		l := newLog(detail, func(n line) { got = append(got, n.text) })
		l.Log(true, "detail")
		l.Printf("n %d", 1)
		l.Close()
		if want := map[bool]string{false: "n 1", true: "detail n 1"}[detail]; strings.Join(got, " ") != want {
			t.Errorf("detail %v: %q", detail, got)
		}
	}
}

// TestSyslog: the lines come as keepalived's VRRP process writes them, and
// come again after a syslog daemon that was not there has started.
func TestSyslog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	write := toSyslog("unixgram", path, syslog.LOG_LOCAL3)
	write(line{text: "lost"})
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	write(line{text: "(VI_1) Entering MASTER STATE"})
	buf := make([]byte, 1024)
	n, err := conn.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	got := string(buf[:n])
	if !strings.HasPrefix(got, "<158>") || !strings.Contains(got, " Keepalived_vrrp[") || !strings.Contains(got, "]: (VI_1) Entering MASTER STATE") {
		t.Errorf("got %q", got)
	}
}
