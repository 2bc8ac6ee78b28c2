package fault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// world is a System that notes what is done to it. Its services run until they
// are stopped or killed.
type world struct {
	did     []string
	running map[string]*fakeProcess
	files   map[string]string
}

func newWorld() *world {
	w := &world{running: make(map[string]*fakeProcess), files: make(map[string]string)}
	_ = w.StartService(context.Background(), "n1", "keepalived")
	w.did = nil
	return w
}

func (w *world) note(format string, args ...any) { w.did = append(w.did, fmt.Sprintf(format, args...)) }

func (w *world) StartService(_ context.Context, node, service string) error {
	w.note("start %s/%s", node, service)
	w.running[node+"/"+service] = &fakeProcess{world: w, done: make(chan struct{})}
	return nil
}

func (w *world) StopService(_ context.Context, node, service string) error {
	w.note("stop %s/%s", node, service)
	delete(w.running, node+"/"+service)
	return nil
}

func (w *world) Process(node, service string) (Process, error) {
	p, ok := w.running[node+"/"+service]
	if !ok {
		return nil, ErrNotRunning
	}
	return p, nil
}

func (w *world) ConfigFile(string, string) (string, error) { return "/etc/k.conf", nil }

func (w *world) ReadFile(node, path string) ([]byte, error) {
	text, ok := w.files[node+path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(text), nil
}

func (w *world) WriteFile(node, path string, data []byte) error {
	w.files[node+path] = string(data)
	return nil
}

func (w *world) SetLink(node, iface string, up bool) error {
	w.note("link %s:%s %t", node, iface, up)
	return nil
}

func (w *world) SetPort(node, iface string, up bool) error {
	w.note("port %s:%s %t", node, iface, up)
	return nil
}

func (w *world) AttachPort(node, iface string, attached bool) error {
	w.note("attached %s:%s %t", node, iface, attached)
	return nil
}

type fakeProcess struct {
	world *world
	done  chan struct{}
}

func (p *fakeProcess) Signal(sig syscall.Signal) error {
	p.world.note("signal %v", sig)
	if sig == syscall.SIGKILL {
		p.die()
	}
	return nil
}

func (p *fakeProcess) SignalTree(sig syscall.Signal) error {
	p.world.note("signal tree %v", sig)
	return nil
}

func (p *fakeProcess) KillTree() error {
	p.world.note("kill tree")
	p.die()
	return nil
}

func (p *fakeProcess) SignalNode(pid int, sig syscall.Signal) error {
	p.world.note("signal node process %d %v", pid, sig)
	return nil
}

func (p *fakeProcess) Done() <-chan struct{} { return p.done }

func (p *fakeProcess) die() {
	close(p.done)
	delete(p.world.running, "n1/keepalived")
}

func TestFaultsAndTheirHeals(t *testing.T) {
	svc := Service{"n1", "keepalived"}
	eth0 := Interface{"n1", "eth0"}
	for _, tc := range []struct {
		fault  Fault
		target string
		inject []string
		heal   []string
	}{
		{Stop{svc}, "n1/keepalived", []string{"stop n1/keepalived"}, []string{"start n1/keepalived"}},
		{KillParent{svc}, "n1/keepalived", []string{"signal killed"}, []string{"start n1/keepalived"}},
		{KillAll{svc}, "n1/keepalived", []string{"kill tree"}, []string{"start n1/keepalived"}},
		{KillChild{Service: svc}, "n1/keepalived", []string{"signal node process 7 killed"}, nil},
		{Pause{svc}, "n1/keepalived", []string{"signal tree stopped (signal)"}, []string{"signal tree continued"}},
		{LinkDown{eth0}, "n1:eth0", []string{"link n1:eth0 false"}, []string{"link n1:eth0 true"}},
		{PortDown{eth0}, "n1:eth0", []string{"port n1:eth0 false"}, []string{"port n1:eth0 true"}},
		{PortDetach{eth0}, "n1:eth0", []string{"attached n1:eth0 false"}, []string{"attached n1:eth0 true"}},
		{Config{svc, "/etc/other.conf"}, "n1/keepalived", []string{"signal hangup"}, []string{"signal hangup"}},
		{Priority{svc, 51, 90}, "n1/keepalived", []string{"signal hangup"}, []string{"signal hangup"}},
	} {
		t.Run(tc.fault.Name(), func(t *testing.T) {
			w := newWorld()
			w.files["n1/run/vrrp.pid"] = "7\n"
			w.files["n1/etc/k.conf"] = "vrrp_instance V { virtual_router_id 51\n priority 100 }"
			w.files["n1/etc/other.conf"] = "vrrp_instance {"
			before := w.files["n1/etc/k.conf"]
			if got := tc.fault.Target(); got != tc.target {
				t.Errorf("target: got %q, want %q", got, tc.target)
			}
			heal, err := tc.fault.Inject(context.Background(), w)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.inject, w.did); diff != "" {
				t.Errorf("inject (-want +got):\n%s", diff)
			}
			w.did = nil
			if err := heal(context.Background()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.heal, w.did); diff != "" {
				t.Errorf("heal (-want +got):\n%s", diff)
			}
			if got := w.files["n1/etc/k.conf"]; got != before {
				t.Errorf("the configuration is not as it was: %q", got)
			}
		})
	}
}

func TestFaultsNeedARunningService(t *testing.T) {
	for _, f := range []Fault{
		KillParent{Service{"n2", "httpd"}}, KillAll{Service{"n2", "httpd"}}, Pause{Service{"n2", "httpd"}},
		KillChild{Service: Service{"n2", "httpd"}},
	} {
		if _, err := f.Inject(context.Background(), newWorld()); !errors.Is(err, ErrNotRunning) {
			t.Errorf("%s: got %v, want ErrNotRunning", f.Name(), err)
		}
	}
}

func TestConfigIsReplaced(t *testing.T) {
	w := newWorld()
	w.files["n1/etc/k.conf"], w.files["n1/etc/other.conf"] = "sound", "broken {"
	if _, err := (Config{Service{"n1", "keepalived"}, "/etc/other.conf"}).Inject(context.Background(), w); err != nil {
		t.Fatal(err)
	}
	if got := w.files["n1/etc/k.conf"]; got != "broken {" {
		t.Errorf("the daemon reads %q", got)
	}
	heal, err := (Config{Service{"n1", "keepalived"}, "/etc/other.conf"}).Inject(context.Background(), w)
	if err != nil {
		t.Fatal(err)
	}
	delete(w.running, "n1/keepalived")
	if err := heal(context.Background()); err != nil || w.running["n1/keepalived"] == nil {
		t.Errorf("a daemon that has not survived: %v, and what runs is %v", err, w.running)
	}
	_, err = (Config{Service{"n1", "keepalived"}, "/etc/none.conf"}).Inject(context.Background(), w)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such file: got %v", err)
	}
}

func TestSetPriority(t *testing.T) {
	const two = `! priority 1
vrrp_instance VI_1 {
    virtual_router_id 51 # priority 2
    priority 100
}
vrrp_instance VI_2{
    authentication { auth_pass "priority" }
    priority 90
    virtual_router_id 61
}
`
	for _, tc := range []struct {
		name, config string
		vrid         int
		want         string
	}{
		{"first", two, 51, strings.Replace(two, "priority 100", "priority 77", 1)},
		{"second", two, 61, strings.Replace(two, "priority 90", "priority 77", 1)},
		{
			"absent", "vrrp_instance V {\n    virtual_router_id 9\n}\n", 9,
			"vrrp_instance V {\n    virtual_router_id 9\n    priority 77\n}\n",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := setPriority([]byte(tc.config), tc.vrid, 77)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if _, err := setPriority([]byte(two), 1, 77); !errors.Is(err, ErrNoInstance) {
		t.Errorf("unknown VRID: got %v, want ErrNoInstance", err)
	}
}
