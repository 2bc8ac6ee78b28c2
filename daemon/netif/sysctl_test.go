package netif

import (
	"testing"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

func TestSysctls(t *testing.T) {
	const ignore, filter, mtu = "ipv4/conf/eth0/arp_ignore", "ipv4/conf/eth0/arp_filter", "ipv6/conf/eth0/mtu"
	_, h, _ := pair(t)
	h.SetSysctl(filter, "1")
	before := h.Sysctl(mtu)
	var s Sysctls
	do := func(f func() error) { t.Helper(); h.Do(f) }
	check := func(what, key, want string) {
		t.Helper()
		if got := h.Sysctl(key); got != want {
			t.Errorf("%s: %s is %s, want %s", what, key, got, want)
		}
	}

	do(func() error { return s.Hold(ignore, "1") })
	do(func() error { return s.Hold(ignore, "1") })
	do(func() error { return s.Hold(filter, "1") })
	check("held", ignore, "1")
	do(func() error { return s.Release(ignore) })
	check("held by another", ignore, "1")
	do(func() error { return s.Release(ignore) })
	check("released", ignore, "0")
	do(func() error { return s.Release(ignore) })

	do(func() error { return s.Hold(ignore, "2") })
	h.SetSysctl(ignore, "0")
	do(func() error { return s.Hold(ignore, "2") })
	check("held again", ignore, "2")
	do(func() error { return s.Hold(mtu, "1400") })
	h.SetSysctl(mtu, "1300")
	do(s.Restore)
	check("restored", ignore, "0")
	check("was so before", filter, "1")
	check("changed by somebody else", mtu, "1300")
	if before == "1300" {
		t.Errorf("the test is no test: %s was 1300", mtu)
	}
}

func TestSysctlsRefuse(t *testing.T) {
	_, h, _ := pair(t)
	var s Sysctls
	h.Do(func() error {
		if err := s.Hold("ipv4/conf/nosuch/arp_ignore", "1"); err == nil {
			t.Error("an interface that does not exist: no error")
		}
		if err := s.Hold("ipv4/conf/eth0/arp_ignore", "1"); err != nil {
			return err
		}
		if err := s.Hold("ipv4/conf/eth0/arp_ignore", "2"); err == nil {
			t.Error("two values: no error")
		}
		return s.Restore()
	})
}

// TestSysctlsGone: the sysctls of an interface that has been removed are no error.
func TestSysctlsGone(t *testing.T) {
	h := testnet.New(t)
	sw := testnet.New(t)
	sw.Switch()
	h.Plug(sw, "p1", "10.0.0.1/24")
	var s Sysctls
	h.Do(func() error { return s.Hold("ipv4/conf/eth0/arp_ignore", "1") })
	h.Remove("eth0")
	h.Do(s.Restore)
}
