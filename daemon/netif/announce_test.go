package netif

import (
	"encoding/hex"
	"net"
	"net/netip"
	"testing"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

func TestAppendARP(t *testing.T) {
	mac := net.HardwareAddr{2, 0, 0, 0, 0, 9}
	got := hex.EncodeToString(AppendARP(nil, mac, netip.MustParseAddr("192.168.0.5")))
	want := "ffffffffffff" + "020000000009" + "0806" + // Ethernet
		"0001" + "0800" + "06" + "04" + "0001" + // a request for IPv4 on Ethernet
		"020000000009" + "c0a80005" + "ffffffffffff" + "c0a80005"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAnnounce(t *testing.T) {
	sw, h := testnet.New(t), testnet.New(t)
	sw.Switch()
	h.Plug(sw, "p1", "10.0.0.1/24")
	frames := sw.Capture()
	h.Do(func() error {
		a, err := NewAnnouncer()
		if err != nil {
			return err
		}
		defer a.Close()
		c, err := Open()
		if err != nil {
			return err
		}
		defer c.Close()
		link, err := c.Link("eth0")
		if err != nil {
			return err
		}
		return a.Announce(link, netip.MustParseAddr("10.0.0.100"))
	})
	f := <-frames
	if f.ARP == nil || f.Src.String() != h.MAC("eth0").String() || f.Dst.String() != "ff:ff:ff:ff:ff:ff" || f.From().String() != "10.0.0.100" {
		t.Errorf("got %+v", f)
	}
}
