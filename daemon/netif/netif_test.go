package netif

import (
	"net"
	"net/netip"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

func TestMain(m *testing.M) { os.Exit(testnet.Main(m)) }

// pair is a switch with two hosts.
func pair(t testing.TB) (sw, a, b *testnet.Host) {
	t.Helper()
	sw, a, b = testnet.New(t), testnet.New(t), testnet.New(t)
	sw.Switch()
	a.Plug(sw, "p1", "10.0.0.1/24")
	b.Plug(sw, "p2", "10.0.0.2/24")
	return sw, a, b
}

// with runs f in h with a Conn and eth0.
func with(t testing.TB, h *testnet.Host, f func(c *Conn, eth *Link) error) {
	t.Helper()
	h.Do(func() error {
		c, err := Open()
		if err != nil {
			return err
		}
		defer c.Close()
		eth, err := c.Link("eth0")
		if err != nil {
			return err
		}
		return f(c, eth)
	})
}

// diff compares what has addresses in it.
func diff(want, got any) string {
	return cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }))
}

func addr(text string) netip.Addr { return netip.MustParseAddr(text) }

func prefix(text string) netip.Prefix { return netip.MustParsePrefix(text) }

func ipnet(text string) *net.IPNet {
	_, n, err := net.ParseCIDR(text)
	if err != nil {
		panic(err)
	}
	return n
}
