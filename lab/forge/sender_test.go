package forge

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/vishvananda/netns"

	"github.com/viplab/viplab/lab/capture"
	"github.com/viplab/viplab/lab/capture/nstest"
	"github.com/viplab/viplab/lab/internal/nsthread"
	"github.com/viplab/viplab/lab/timeline"
)

func TestMain(m *testing.M) { os.Exit(nstest.Main(m)) }

// nsNode is a namespace as senders need it.
type nsNode struct{ ns netns.NsHandle }

func (n nsNode) Do(f func() error) error { return nsthread.Net(n.ns, f) }
func (n nsNode) Net() netns.NsHandle     { return n.ns }

func TestSend(t *testing.T) {
	n := nstest.New(t, "a")
	rec := nstest.Recorder()
	frames, err := capture.OpenFrames(n.Switch, rec, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer frames.Close()
	if err := frames.AddPort(capture.Port{Index: n.Nodes["a"].Port, Node: "a", Interface: "eth0", Network: "lan"}); err != nil {
		t.Fatal(err)
	}
	s, err := Open(nsNode{n.Nodes["a"].NS}, "eth0")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const every = 5 * time.Millisecond
	if err := s.Send(t.Context(), Advert{VRID: 7, Priority: 1}, 3, every); err != nil {
		t.Fatal(err)
	}
	if err := frames.Sync(); err != nil {
		t.Fatal(err)
	}
	var at []timeline.Time
	for _, e := range rec.Events() {
		if e.Frame == nil || e.Frame.VRRP == nil {
			continue
		}
		at = append(at, e.At)
		if e.Frame.Src != n.Nodes["a"].MAC || e.Frame.IPSrc != n.Nodes["a"].Address.Addr() || e.Frame.VRRP.VRID != 7 {
			t.Errorf("sent %+v with %+v", e.Frame, e.Frame.VRRP)
		}
	}
	if len(at) != 3 || at[2].Sub(at[0]) < every {
		t.Errorf("sent at %v", at)
	}
}

func TestSendRefuses(t *testing.T) {
	n := nstest.New(t, "a")
	if _, err := Open(nsNode{n.Nodes["a"].NS}, "eth7"); err == nil {
		t.Error("an interface that is not there was opened")
	}
	s, err := Open(nsNode{n.Nodes["a"].NS}, "eth0")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Send(t.Context(), Advert{VRID: 256}, 1, 0); !errors.Is(err, ErrAdvert) {
		t.Errorf("impossible: got %v", err)
	}
	six := Advert{Addresses: []netip.Addr{vip6}}
	if err := s.Send(t.Context(), six, 1, 0); !errors.Is(err, ErrNoAddress) {
		t.Errorf("no address of IPv6: got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Send(ctx, Advert{VRID: 7}, 1, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}
