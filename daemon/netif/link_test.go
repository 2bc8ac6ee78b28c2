package netif

import (
	"errors"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

func TestLink(t *testing.T) {
	sw, h := testnet.New(t), testnet.New(t)
	sw.Switch()
	h.Plug(sw, "p1", "10.0.0.1/24")
	mac := h.MAC("eth0")
	h.Do(func() error {
		c, err := Open()
		if err != nil {
			return err
		}
		defer c.Close()
		for _, name := range []string{"eth7", "a-name-longer-than-any"} {
			if _, err := c.Link(name); !errors.Is(err, ErrNoLink) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := c.Remove(99, Address{Prefix: netip.MustParsePrefix("10.0.0.9/24")}); err != nil {
			t.Errorf("remove from an interface that is gone: %v", err)
		}
		if err := c.Add(99, Address{Prefix: netip.MustParsePrefix("10.0.0.9/24")}); !errors.Is(err, unix.ENODEV) {
			t.Errorf("add to an interface that is gone: %v", err)
		}
		lo, err := c.Link("lo")
		if err == nil && (!lo.Loopback() || !lo.Fit()) {
			t.Errorf("lo: %+v", lo)
		}
		eth, err2 := c.Link("eth0")
		if err2 == nil && (eth.Loopback() || !eth.Fit() || eth.Name != "eth0" || eth.MAC.String() != mac.String()) {
			t.Errorf("eth0: %+v", eth)
		}
		return errors.Join(err, err2)
	})
}
