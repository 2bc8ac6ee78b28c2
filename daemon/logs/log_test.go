package logs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/syslog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// slow is a reader that reads nothing until it is released.
type slow struct {
	release chan struct{}
	text    bytes.Buffer
}

func (s *slow) Write(b []byte) (int, error) {
	<-s.release
	return s.text.Write(b)
}

// TestNeverWaits: a reader that reads nothing does not hold up who logs.
func TestNeverWaits(t *testing.T) {
	w := &slow{release: make(chan struct{})}
	l := New(Options{Console: w})
	for n := range 2 * backlog {
		l.Log(false, fmt.Sprintf("(VI_%d) x", n)) // each of a kind of its own
	}
	dropped := l.Dropped()
	if dropped < backlog-1 { // one may be with the writer
		t.Errorf("%d dropped", dropped)
	}
	close(w.release)
	l.Close()
	if lines := strings.Count(w.text.String(), " x\n"); lines+int(dropped) != 2*backlog {
		t.Errorf("%d written, %d dropped", lines, dropped)
	}
	if !strings.Contains(w.text.String(), fmt.Sprintf("%d log lines were left out", dropped)) {
		t.Error("the log does not say that lines are missing")
	}
}

// TestWaits: with Wait nothing is lost to a reader that is slow.
func TestWaits(t *testing.T) {
	w := &slow{release: make(chan struct{})}
	l := New(Options{Console: w, Wait: true})
	time.AfterFunc(20*time.Millisecond, func() { close(w.release) })
	for range 3 * backlog {
		l.Log(false, "x")
	}
	l.Close()
	if lines := strings.Count(w.text.String(), ": x\n"); lines != 3*backlog || l.Dropped() != 0 {
		t.Errorf("%d written, %d dropped", lines, l.Dropped())
	}
}

func TestDetail(t *testing.T) {
	for _, detail := range []bool{false, true} {
		var got bytes.Buffer
		l := New(Options{Console: &got, Detail: detail, now: func() time.Time { return time.Unix(0, 0).UTC() }})
		l.Log(true, "detail")
		l.Printf("n %d", 1)
		l.Close()
		l.Printf("after the end")
		want := "Thu Jan  1 00:00:00 1970: n 1\n"
		if detail {
			want = "Thu Jan  1 00:00:00 1970: detail\n" + want
		}
		if diff := cmp.Diff(want, got.String()); diff != "" {
			t.Errorf("detail %v (-want +got)\n%s", detail, diff)
		}
	}
}

func TestJSON(t *testing.T) {
	var got bytes.Buffer
	l := New(Options{Ident: "Keepalived_vrrp", Console: &got, Detail: true, JSON: true, now: func() time.Time { return time.Unix(7, 5000).UTC() }})
	l.Printf("(VI_1) said \"x\"\nand more")
	l.Log(true, "(k.conf: Line 3) no instance")
	l.Close()
	lines := strings.Split(strings.TrimSpace(got.String()), "\n")
	var first, second map[string]string
	if len(lines) != 2 || json.Unmarshal([]byte(lines[0]), &first) != nil || json.Unmarshal([]byte(lines[1]), &second) != nil {
		t.Fatalf("got %q", got.String())
	}
	want := map[string]string{"time": "1970-01-01T00:00:07.000005Z", "level": "info", "process": "Keepalived_vrrp", "instance": "VI_1", "text": "(VI_1) said \"x\"\nand more"}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if second["level"] != "detail" || second["instance"] != "" {
		t.Errorf("got %v", second)
	}
}

// TestLimit: what floods is cut, what differs from it goes through.
func TestLimit(t *testing.T) {
	m, now := newLimit(), time.Unix(1000, 0)
	passed := 0
	for n := range 50_000 {
		if m.allow(fmt.Sprintf("(VI_1) bad packet %d", n), now.Add(time.Duration(n)*20*time.Microsecond)) {
			passed++
		}
	}
	if passed < burst || passed > burst+2*perSecond {
		t.Errorf("%d of 50,000 in a second", passed)
	}
	now = now.Add(time.Second)
	for _, text := range []string{"(VI_1) Entering BACKUP STATE", "(VI_2) bad packet 1"} {
		if !m.allow(text, now) {
			t.Errorf("%q is cut", text)
		}
	}
	for range 2 * perSecond { // what a second has left
		m.allow("(VI_1) bad packet 5", now)
	}
	if m.allow("(VI_1) bad packet 5", now) {
		t.Error("a flood begins anew")
	}
	if !m.allow("(VI_1) bad packet 5", now.Add(time.Second)) {
		t.Error("a flood that is over is remembered")
	}
	if m.refused.Load() < 49_000-2*perSecond {
		t.Errorf("%d refused", m.refused.Load())
	}
	if n := testing.AllocsPerRun(100, func() { m.allow("(VI_1) bad packet 77", now) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestConcurrent: many log at a time while one closes.
func TestConcurrent(t *testing.T) {
	var got bytes.Buffer
	l := New(Options{Console: &got})
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for range 100 {
				l.Printf("(VI_%d) x", n)
			}
		})
	}
	l.Reopen()
	l.Rename("y")
	l.Close()
	all.Wait()
	l.Close()
}

func TestFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "vipd.log")
	now := time.Unix(0, 0).UTC()
	f := &file{name: name, console: console{form: plain}, now: func() time.Time { return now }}
	say := func(text string) { f.write(&line{at: now, text: text}) }
	want := func(name string, lines ...string) {
		t.Helper()
		text, err := os.ReadFile(name)
		if got := strings.ReplaceAll(string(text), "Thu Jan  1 00:00:00 1970: ", ""); err != nil || got != strings.Join(lines, "\n")+"\n" {
			t.Errorf("%q, %v; want %q", got, err, lines)
		}
	}
	say("1")
	if err := os.Rename(name, name+".1"); err != nil {
		t.Fatal(err)
	}
	say("2") // nobody has looked yet
	f.reopen()
	say("3")
	want(name+".1", "1", "2")
	want(name, "3")
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	f.looked = now.Add(-lookInterval)
	say("4")
	want(name, "4")
	f.close()
	if info, err := os.Stat(name); err != nil || info.Mode().Perm()&0o137 != 0 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// TestSyslog: the lines come as keepalived's process writes them, and come again
// after a syslog daemon that was not there has started.
func TestSyslog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	ident := "Keepalived_vrrp"
	s := newSyslog(path, syslog.LOG_LOCAL3, func() string { return ident }, plain)
	defer s.close()
	s.write(&line{text: "lost"})
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, name := range []string{"Keepalived_vrrp", "Keepalived_vrrp_blue", "at once"} {
		ident = name
		l := line{text: "(VI_1) Entering MASTER STATE"}
		if name == "at once" && !s.send(&l) {
			t.Error("not sent at once")
		} else if name != "at once" {
			s.write(&l)
		}
		buf := make([]byte, 1024)
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		got := string(buf[:n])
		if !strings.HasPrefix(got, "<158>") || !strings.Contains(got, " "+name+"[") || !strings.Contains(got, "]: (VI_1) Entering MASTER STATE") {
			t.Errorf("got %q", got)
		}
	}
}

// TestSyslogRestarts: lines are sent at once again to a syslog that was away.
func TestSyslogRestarts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	listen := func() *net.UnixConn {
		conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
		if err != nil {
			t.Fatal(err)
		}
		return conn
	}
	conn := listen()
	s := newSyslog(path, syslog.LOG_DAEMON, func() string { return "vipd" }, plain)
	defer s.close()
	s.write(&line{text: "0"}) // whoever waits is connected, too
	if !s.send(&line{text: "1"}) {
		t.Error("not sent at once")
	}
	conn.Close()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if s.send(&line{text: "2"}) {
		t.Error("sent to nobody")
	}
	defer listen().Close()
	s.write(&line{text: "3"})
	if !s.send(&line{text: "4"}) {
		t.Error("not sent at once after the restart")
	}
}

// TestSyslogOrder: what syslog cannot take at once it gets as soon as it can, in
// order and once, and who logs waits for neither.
func TestSyslogOrder(t *testing.T) {
	for _, only := range []bool{true, false} {
		path := filepath.Join(t.TempDir(), "log")
		conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		o := Options{Syslog: true, path: path}
		var text bytes.Buffer
		if !only {
			o.Console = &text
		}
		l := New(o)
		l.Printf("first")
		read := func() string {
			buf := make([]byte, 1024)
			n, err := conn.Read(buf)
			if err != nil {
				t.Fatal(err)
			}
			_, said, _ := strings.Cut(string(buf[:n]), "]: ")
			return strings.TrimSuffix(said, "\n")
		}
		if waiting := l.waiting.Load(); waiting != 0 {
			t.Errorf("%d lines wait that could be sent", waiting)
		}
		want := []string{"first"}
		var got []string
		for n := range 300 {
			want = append(want, fmt.Sprintf("(VI_%d) x", n))
			l.Printf("%s", want[len(want)-1])
			if n >= 100 { // more than a socket takes: now there is room
				got = append(got, read())
			}
		}
		for range len(want) - len(got) {
			got = append(got, read())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("lines (-want +got):\n%s", diff)
		}
		l.Close()
		if lines := strings.Count(text.String(), "\n"); !only && lines != len(want) {
			t.Errorf("%d lines on the console, want %d", lines, len(want))
		}
	}
}

// TestSummary: the log says how many lines it left out while it is still open.
func TestSummary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got bytes.Buffer
		l := New(Options{Console: &got})
		for range burst + 100 {
			l.Log(false, "x") // of one kind
			synctest.Wait()
		}
		time.Sleep(summaryInterval + time.Second)
		synctest.Wait()
		if n := l.Dropped(); n != 100 || !strings.HasSuffix(got.String(), ": 100 log lines were left out\n") {
			t.Errorf("%d dropped, and the log ends with %q", n, got.String()[max(0, got.Len()-80):])
		}
		l.Close()
	})
}
