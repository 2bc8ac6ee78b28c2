package syncd

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
	"github.com/viplab/viplab/daemon/ipvs"
	"github.com/viplab/viplab/daemon/notify"
)

const instance = "vrrp_instance V {\ninterface lo\nvirtual_router_id 51\nvirtual_ipaddress {\n10.0.0.1\n}\n%s\n}\n"

func config(t *testing.T, global, lines string) *conf.Config {
	t.Helper()
	cfg, err := conf.Read(strings.NewReader("global_defs {\n"+global+"\n}\n"+fmt.Sprintf(instance, lines)), "k.conf")
	if cfg == nil {
		t.Fatal(err)
	}
	return cfg
}

// lines is a log.
type lines struct {
	mu   sync.Mutex
	text []string
}

func (l *lines) Printf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, fmt.Sprintf(format, args...))
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.text, "\n")
}

func transition(name string, s notify.State) notify.Event {
	return notify.Transition{Kind: notify.Instance, Name: name, State: s}
}

func TestFollow(t *testing.T) {
	h := testnet.New(t)
	var raw *ipvs.Conn
	h.Do(func() (err error) {
		if raw, err = ipvs.Open(t.Context()); errors.Is(err, ipvs.ErrNoIPVS) {
			return nil
		}
		return err
	})
	if raw == nil {
		t.Skip("this kernel has no IPVS; without -race the test runs in a guest")
	}
	defer raw.Close()
	wait := func(want string) {
		t.Helper()
		got := ""
		for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
			list, err := raw.Daemons()
			if err != nil {
				t.Fatal(err)
			}
			if got = fmt.Sprint(list); got == want {
				return
			}
		}
		t.Fatalf("got %s, want %s", got, want)
	}
	enter := enterOf(h)
	log := &lines{}
	f := New(log, enter)
	f.Use(config(t, "lvs_sync_daemon lo V", ""))
	backup, master := "[backup sync daemon (lo, id 51)]", "[master sync daemon (lo, id 51)]"
	wait(backup)
	f.Note(transition("other", notify.Master))
	f.Note(transition("V", notify.Master))
	wait(master)
	f.Note(transition("V", notify.Fault))
	wait(backup)
	f.Note(transition("V", notify.Master))
	f.Use(config(t, "lvs_sync_daemon lo V id 7", ""))
	wait("[master sync daemon (lo, id 7)]")
	f.Use(config(t, "lvs_sync_daemon lo id 3", ""))
	wait("[master sync daemon (lo, id 3) backup sync daemon (lo, id 3)]")
	f.Use(config(t, "", ""))
	wait("[]")
	f.Use(config(t, "", "lvs_sync_daemon_interface lo"))
	wait(master) // though nothing has followed it meanwhile
	f.Close(true)
	wait(master)
	f = New(log, enter) // what a crash has left
	f.Use(config(t, "lvs_sync_daemon lo id 4", ""))
	wait("[master sync daemon (lo, id 4) backup sync daemon (lo, id 4)]")
	f.Close(false)
	wait("[]")
	if s := log.String(); s != "" {
		t.Errorf("logged: %s", s)
	}
}

func TestNoInterface(t *testing.T) {
	h := testnet.New(t)
	log := &lines{}
	f := New(log, enterOf(h))
	defer f.Close(false)
	f.Use(config(t, "lvs_sync_daemon eth7 V", ""))
	for until := time.Now().Add(10 * time.Second); log.String() == "" && time.Now().Before(until); {
		time.Sleep(5 * time.Millisecond)
	}
	f.Note(transition("V", notify.Backup))
	time.Sleep(20 * time.Millisecond)
	text := log.String()
	if !strings.HasPrefix(text, "lvs_sync_daemon: ") || strings.Contains(text, "\n") {
		t.Errorf("logged: %s", text)
	}
}

// enterOf leads into h.
func enterOf(h *testnet.Host) func() error {
	var fd int
	h.Do(func() (err error) {
		fd, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		return err
	})
	return func() error { return unix.Setns(fd, unix.CLONE_NEWNET) }
}
