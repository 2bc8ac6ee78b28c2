package service

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/viplab/viplab/lab/timeline"
	"github.com/viplab/viplab/lab/topology"
)

func TestMain(m *testing.M) {
	Dispatch()
	goleak.VerifyTestMain(m)
}

func TestPages(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "index.html"), []byte("web1 server\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(root, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	h := logged(&log, pages(topology.HTTP{Root: root, Pages: map[string]string{"/status": "ok"}}))
	for _, tc := range []struct {
		path, body string
		status     int
	}{
		{"/", "web1 server\n", 200},
		{"/index.html", "web1 server\n", 200},
		{"/status", "ok", 200},
		{"/empty", "404 page not found\n", 404},
		{"/../index.html", "web1 server\n", 200},
		{"/none", "404 page not found\n", 404},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, tc.path, nil))
		if w.Code != tc.status || w.Body.String() != tc.body {
			t.Errorf("%s: got %d %q", tc.path, w.Code, w.Body)
		}
	}
	want := "192.0.2.1 \"GET / HTTP/1.1\" 200\n192.0.2.1 \"GET /index.html HTTP/1.1\" 200\n192.0.2.1 \"GET /status HTTP/1.1\" 200\n" +
		"192.0.2.1 \"GET /empty HTTP/1.1\" 404\n192.0.2.1 \"GET /../index.html HTTP/1.1\" 200\n192.0.2.1 \"GET /none HTTP/1.1\" 404\n"
	if diff := cmp.Diff(want, log.String()); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func TestServeAllEndsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	listeners, err := listenAll(ctx, []string{"127.0.0.1:0", "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- serveAll(ctx, listeners, http.NotFoundHandler()) }()
	for _, l := range listeners {
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		res, err := client.Get("http://" + l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestListenAllClosesWhatItOpened(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	if _, err := listenAll(t.Context(), []string{address, taken.Addr().String()}); err == nil {
		t.Fatal("a taken address was listened on")
	}
	again, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatalf("the first listener is still open: %v", err)
	}
	again.Close()
}

// mailServer is a sink on a free port.
func mailServer(t *testing.T) (address, spool string, out *bytes.Buffer) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	out, spool = new(bytes.Buffer), t.TempDir()
	s := &sink{spool: spool, out: out, now: func() time.Time { return time.Unix(0, 0) }}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{sink: s}, nil }))
	done := make(chan error)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() { server.Close(); <-done })
	return l.Addr().String(), spool, out
}

func TestMailGoesFromTheCommandToTheSink(t *testing.T) {
	address, spool, out := mailServer(t)
	body := strings.NewReader("vrrp transition\nFrom here on\n")
	if err := sendMail([]string{"--server", address, "-r", "root@LB1", "-s", "LB1 to be master", "root"}, body, nil); err != nil {
		t.Fatal(err)
	}
	var got timeline.Mail
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := timeline.Mail{
		From: "root@LB1", To: []string{"root@localhost"},
		Subject: "LB1 to be master", Body: "vrrp transition\nFrom here on",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	box, err := os.ReadFile(filepath.Join(spool, "root"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(box)
	if !strings.HasPrefix(text, "From root@LB1 Thu Jan  1 00:00:00 1970\n") || !strings.Contains(text, "\n>From here on\n") {
		t.Errorf("mailbox:\n%s", text)
	}
}

func TestParseMail(t *testing.T) {
	for _, tc := range []struct{ name, text, subject, body string }{
		{"plain", "Subject: hello\r\n\r\nbody\r\n", "hello", "body"},
		{"encoded subject", "Subject: =?utf-8?q?=E4=B8=BB?=\r\n\r\nx", "主", "x"},
		{"no header", "just text", "", "just text"},
		{"long", "Subject: s\r\n\r\n" + strings.Repeat("y", 2*maxMailBody), "s", strings.Repeat("y", maxMailBody)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := parseMail("a", nil, tc.text)
			if m.Subject != tc.subject || m.Body != tc.body {
				t.Errorf("got %q %q", m.Subject, m.Body)
			}
		})
	}
}

func FuzzParseMail(f *testing.F) {
	f.Add("Subject: =?utf-8?q?=E4?=\r\n\r\nbody")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if m := parseMail("a", nil, text); len(m.Body) > maxMailBody {
			t.Errorf("body of %d bytes", len(m.Body))
		}
	})
}

// sleeper runs a sleep under a name of its own.
func sleeper(t *testing.T, name string) *exec.Cmd {
	t.Helper()
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	blob, err := os.ReadFile(sleep)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, blob, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "1000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd
}

func TestKillall(t *testing.T) {
	name := fmt.Sprintf("vl%d-sleeper-long", os.Getpid())
	var complaint bytes.Buffer
	if got := killall([]string{"-0", name}, &complaint); got != 1 || !strings.Contains(complaint.String(), "no process found") {
		t.Errorf("nobody has the name: got %d, %q", got, complaint.String())
	}
	cmd := sleeper(t, name)
	if got := killall([]string{"-0", name}, &complaint); got != 0 {
		t.Errorf("-0: got %d", got)
	}
	if got := killall([]string{"-s", "KILL", name}, &complaint); got != 0 {
		t.Errorf("-s KILL: got %d", got)
	}
	if err := cmd.Wait(); err == nil || err.Error() != "signal: killed" {
		t.Errorf("the process ended with %v", err)
	}
	for _, args := range [][]string{{}, {"-NOSUCH", "x"}} {
		if got := killall(args, &complaint); got != 1 {
			t.Errorf("killall %v: got %d, want 1", args, got)
		}
	}
}

func TestSignalNumber(t *testing.T) {
	for word, want := range map[string]int{"9": 9, "KILL": 9, "sigkill": 9, "0": 0, "HUP": 1} {
		if got, ok := signalNumber(word); !ok || int(got) != want {
			t.Errorf("%s: got %d, %t", word, got, ok)
		}
	}
	for _, word := range []string{"NOSUCH", "-1", "99"} {
		if _, ok := signalNumber(word); ok {
			t.Errorf("%s is no signal", word)
		}
	}
}
