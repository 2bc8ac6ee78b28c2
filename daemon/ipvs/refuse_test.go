package ipvs

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
)

func fails(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

// dialedOnSwitch is a Conn of a host with eth0.
func dialedOnSwitch(t testing.TB) (*testnet.Host, *Conn) {
	t.Helper()
	h, c := dialed(t)
	sw := testnet.New(t)
	sw.Switch()
	h.Plug(sw, "p1", "10.9.0.1/24")
	return h, c
}

// TestRefused provokes each error of the kernel's for real.
func TestRefused(t *testing.T) {
	_, c := dialed(t)
	web := Service{Key: tcp("10.0.0.1:80"), Scheduler: "rr"}
	new, absent := Service{Key: tcp("10.0.0.2:80"), Scheduler: "rr"}, Service{Key: tcp("10.0.0.3:80"), Scheduler: "rr"}
	with := func(s Service, f func(*Service)) Service { f(&s); return s }
	server := nat("192.168.0.1:80", 1)
	but := func(f func(*Server)) Server { s := nat("192.168.0.2:80", 1); f(&s); return s }
	apply(t, c, Change{AddService, web, Server{}}, Change{AddServer, web, server})
	for _, tc := range []struct {
		name   string
		change Change
		want   error
		says   string
	}{
		{"service exists", Change{AddService, web, Server{}}, ErrExists, "add service [10.0.0.1]:tcp:80: "},
		{"no service to edit", Change{EditService, new, Server{}}, ErrNotFound, ""},
		{"no service to remove", Change{RemoveService, new, Server{}}, ErrNotFound, ""},
		{"no scheduler", Change{AddService, with(new, func(s *Service) { s.Scheduler = "nosuch" }), Server{}}, ErrNoScheduler, "nosuch"},
		{"no scheduler to edit", Change{EditService, with(web, func(s *Service) { s.Scheduler = "" }), Server{}}, ErrNoScheduler, ""},
		{"no engine", Change{AddService, with(new, func(s *Service) { s.Engine = "nosuch" }), Server{}}, ErrNoEngine, "nosuch"},
		{"no engine to edit", Change{EditService, with(web, func(s *Service) { s.Engine = "nosuch" }), Server{}}, ErrNoEngine, "nosuch"},
		{"neither", Change{AddService, with(new, func(s *Service) { s.Scheduler, s.Engine = "nosuch", "nosuch" }), Server{}}, ErrNoScheduler, ""},
		{"long name", Change{AddService, with(new, func(s *Service) { s.Scheduler = strings.Repeat("x", 70000) }), Server{}}, ErrInvalid, "scheduler's name"},
		{"long engine", Change{AddService, with(new, func(s *Service) { s.Engine = strings.Repeat("x", 70000) }), Server{}}, ErrInvalid, "engine's name"},
		{"nameless service", Change{AddService, Service{Scheduler: "rr"}, Server{}}, ErrInvalid, "address or a mark"},
		{"server exists", Change{AddServer, web, server}, ErrExists, "add server [192.168.0.1]:tcp:80 of [10.0.0.1]:tcp:80: "},
		{"no server to edit", Change{EditServer, web, but(func(*Server) {})}, ErrNotFound, ""},
		{"no server to remove", Change{RemoveServer, web, but(func(*Server) {})}, ErrNotFound, ""},
		{"no service for a server", Change{AddServer, absent, server}, ErrNotFound, "service not found"},
		{"limits", Change{AddServer, web, but(func(s *Server) { s.Lower = 1 })}, ErrInvalid, "lower limit"},
		{"big limit", Change{AddServer, web, but(func(s *Server) { s.Upper = 1 << 31 })}, ErrInvalid, ""},
		{"negative weight", Change{AddServer, web, but(func(s *Server) { s.Weight = -1 })}, ErrInvalid, "negative"},
		{"GUE without port", Change{AddServer, web, but(func(s *Server) { s.Forward = conf.Forwarding{Method: conf.TUN, Tunnel: conf.GUE} })}, ErrInvalid, "port"},
		{"other family", Change{AddServer, web, nat("[2001:db8::1]:80", 1)}, ErrInvalid, "TUN"},
		{"multicast", Change{AddServer, web, nat("224.0.0.1:80", 1)}, ErrInvalid, "address"},
		{"nameless server", Change{AddServer, web, Server{}}, ErrInvalid, ""},
		{"no such change", Change{0, web, server}, ErrUnsupported, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := c.Apply([]Change{tc.change})
			if len(got) != 1 {
				t.Fatalf("got %v, want one failure", got)
			}
			fails(t, got[0], tc.want)
			if !strings.Contains(got[0].Error(), tc.says) {
				t.Errorf("got %q, want %q in it", got[0], tc.says)
			}
			t.Log(got[0])
		})
	}
	same(t, table(t, c), []Entry{entry(web.Key, "rr", server)})
	fails(t, c.Zero(absent.Key), ErrNotFound)
	fails(t, c.SetTimeouts(Timeouts{TCP: 1 << 62}), ErrInvalid)
}

// TestMixedFamilies has servers of the other family, which sync daemons forbid.
func TestMixedFamilies(t *testing.T) {
	_, c := dialedOnSwitch(t)
	web := Service{Key: tcp("10.0.0.1:80"), Scheduler: "rr"}
	far := nat("[2001:db8::1]:80", 1)
	far.Forward.Method = conf.TUN
	if err := c.StartDaemon(Daemon{Master: true, Interface: "eth0"}); err != nil {
		t.Fatal(err)
	}
	got := c.Apply([]Change{{AddService, web, Server{}}, {AddServer, web, far}})
	if len(got) != 1 || !strings.Contains(got[0].Error(), "sync daemon") {
		t.Errorf("got %v", got)
	}
	if err := c.StopDaemon(true); err != nil {
		t.Fatal(err)
	}
	apply(t, c, Change{AddServer, web, far})
	fails(t, c.StartDaemon(Daemon{Master: true, Interface: "eth0"}), ErrInvalid)
}

func TestNoPermission(t *testing.T) {
	h, _ := dialed(t)
	results := make(chan error, 3)
	<-h.Go(func() {
		defer close(results)
		// The thread ends with its capabilities, or rather without.
		runtime.LockOSThread()
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var none [2]unix.CapUserData
		if err := unix.Capset(&header, &none[0]); err != nil {
			results <- err
			return
		}
		c, err := Open(t.Context())
		if err != nil {
			results <- err
			return
		}
		_, err = c.Table()
		results <- err
		for _, f := range c.Apply([]Change{{AddService, Service{Key: tcp("10.0.0.1:80"), Scheduler: "rr"}, Server{}}}) {
			results <- f
		}
		results <- c.Close()
	})
	var n int
	for err := range results {
		if n++; n < 3 {
			fails(t, err, ErrPermission)
		} else if err != nil {
			t.Error(err)
		}
	}
	if n != 3 {
		t.Errorf("got %d results", n)
	}
}

// TestNoIPVS asks for a family that no kernel has, after which ip_vs is asked
// for in vain or is there already.
func TestNoIPVS(t *testing.T) {
	c, err := open(t.Context(), "NOSUCH")
	fails(t, err, ErrNoIPVS)
	if c != nil {
		t.Error("there is a Conn")
	}
	t.Log(err)
}
