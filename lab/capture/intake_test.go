package capture

import (
	"errors"
	"io"
	"log/syslog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/capture/nstest"
	"github.com/viplab/viplab/lab/timeline"
)

func ownMount(t *testing.T) int {
	t.Helper()
	f, err := os.Open("/proc/self/ns/mnt")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return int(f.Fd())
}

func logs(rec *timeline.Recorder) []string {
	var out []string
	for _, e := range rec.Events() {
		if l := e.Log; l != nil {
			out = append(out, strings.Join([]string{e.Node, l.Source, l.Facility, l.Severity, l.Text}, "|"))
		}
	}
	return out
}

func TestSyslogService(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, nil, 0o600); err != nil { // is replaced
		t.Fatal(err)
	}
	fd, err := OpenSyslogSocket(ownMount(t), path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o777 {
		t.Errorf("socket has mode %v, %v", info.Mode(), err)
	}
	rec := nstest.Recorder()
	var messages, local3 strings.Builder
	only3, err := parseSelector("local3.*")
	if err != nil {
		t.Fatal(err)
	}
	s, err := ServeSyslog(fd, SyslogConfig{Node: "web1", Hostname: "web1.niliu.edu", Record: rec, Outputs: []SyslogOutput{
		{Everything(), &messages}, {only3, &local3},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []syslog.Priority{syslog.LOG_DAEMON | syslog.LOG_INFO, syslog.LOG_LOCAL3 | syslog.LOG_ERR} {
		w, err := syslog.Dial("unixgram", path, p, "vipd")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("one\ntwo")); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	want := []string{"web1|vipd|daemon|info|one", "web1|vipd|daemon|info|two", "web1|vipd|local3|err|one", "web1|vipd|local3|err|two"}
	if diff := cmp.Diff(want, logs(rec)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := messages.String(); strings.Count(got, "\n") != 2 || strings.Count(got, " web1.niliu.edu vipd[") != 2 {
		t.Errorf("messages: %q", got)
	}
	if got := local3.String(); strings.Count(got, "\n") != 1 || !strings.Contains(messages.String(), got) {
		t.Errorf("local3: %q", got)
	}
}

// TestSyslogTime: a line has the time at which it was sent, whenever it is read.
func TestSyslogTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	fd, err := OpenSyslogSocket(ownMount(t), path)
	if err != nil {
		t.Fatal(err)
	}
	rec := nstest.Recorder()
	w, err := syslog.Dial("unixgram", path, syslog.LOG_DAEMON|syslog.LOG_INFO, "vipd")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	from := rec.Now()
	if err := w.Info("x"); err != nil {
		t.Fatal(err)
	}
	to := rec.Now()
	time.Sleep(30 * time.Millisecond)
	s, err := ServeSyslog(fd, SyslogConfig{Node: "a", Record: rec})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	const inexact = time.Millisecond // both clocks are read one after the other
	if at := rec.Events()[0].At; at < from.Add(-inexact) || at > to.Add(inexact) {
		t.Errorf("a line sent between %v and %v has the time %v", from, to, at)
	}
}

func TestSyslogFileError(t *testing.T) {
	here, there := socketPair(t)
	rec := nstest.Recorder()
	s, err := ServeSyslog(here, SyslogConfig{Node: "a", Record: rec, Outputs: []SyslogOutput{{Everything(), &failing{}}}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := unix.Write(there, []byte("<30>x: y")); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("close: %v", err)
	}
	if got := len(rec.Events()); got != 2 {
		t.Errorf("%d events, want 2", got)
	}
}

func TestOpenSyslogSocketError(t *testing.T) {
	if _, err := OpenSyslogSocket(ownMount(t), filepath.Join(t.TempDir(), "no", "log")); !errors.Is(err, unix.ENOENT) {
		t.Errorf("got %v", err)
	}
}
