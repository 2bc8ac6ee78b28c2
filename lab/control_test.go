package lab

import (
	"testing"
	"time"

	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/topology"
)

// exec runs a command on n1 and returns its exit status.
func (t *T) exec(args ...string) int {
	t.t.Helper()
	p, err := t.Exec("n1", args...)
	if err != nil {
		t.t.Fatal(err)
	}
	<-p.Done()
	status, _ := p.Status()
	return status
}

// TestSystemctlOnANode starts and stops services as a student, or a script, does.
func TestSystemctlOnANode(t *testing.T) {
	top := pair()
	top.Nodes["n1"].Services["httpd"] = &topology.Service{HTTP: &topology.HTTP{Pages: map[string]string{"/": "page"}}}
	l := Start(t, top, Options{Daemon: keepalived(t)})
	running := func(yes bool) {
		t.Helper()
		l.Expect(&expect.Process{Node: "n1", Service: "httpd", Running: yes})
	}
	for _, step := range []struct {
		args    []string
		status  int
		running bool
	}{
		{[]string{"systemctl", "is-active", "httpd"}, 0, true},
		{[]string{"systemctl", "stop", "httpd"}, 0, false},
		{[]string{"systemctl", "is-active", "httpd"}, 3, false},
		{[]string{"systemctl", "reload", "httpd"}, 1, false},
		{[]string{"systemctl", "start", "httpd"}, 0, true},
		{[]string{"systemctl", "start", "httpd"}, 0, true},
		{[]string{"systemctl", "restart", "httpd"}, 0, true},
		{[]string{"systemctl", "reload", "keepalived"}, 0, true},
		{[]string{"systemctl", "start", "tomcat"}, 5, true},
	} {
		if got := l.exec(step.args...); got != step.status {
			t.Errorf("%v: status %d, want %d", step.args, got, step.status)
		}
		running(step.running)
	}
	checks, err := l.Await(t.Context(), 0, time.Minute, &expect.Log{Node: "n1", Phrase: "Reloading"})
	if err != nil || expect.Overall(checks) != expect.Pass {
		t.Errorf("systemctl reload keepalived: %+v, %v", checks, err)
	}
}

// TestKillallKnowsTheDaemonByItsService ends the daemon under test as the course
// does, whatever it is called.
func TestKillallKnowsTheDaemonByItsService(t *testing.T) {
	daemon := keepalived(t)
	daemon.Name = "other" // and so its program on the nodes
	l := Start(t, pair(), Options{Daemon: daemon})
	l.Expect(&expect.Log{Node: "n1", Phrase: "Entering BACKUP STATE"})
	for _, args := range [][]string{{"killall", "-0", "other"}, {"killall", "keepalived"}} {
		if got := l.exec(args...); got != 0 {
			t.Errorf("%v: status %d", args, got)
		}
	}
	l.Expect(&expect.Process{Node: "n1", Service: "keepalived"})
	if got := l.exec("killall", "-0", "keepalived"); got != 1 {
		t.Errorf("killall -0 keepalived: status %d after its end", got)
	}
}
