package netif

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

// TestMonitor expects an event of each kind for what is done to an interface.
func TestMonitor(t *testing.T) {
	sw, h := testnet.New(t), testnet.New(t)
	sw.Switch()
	h.Plug(sw, "p1", "10.0.0.1/24")
	var m *Monitor
	h.Do(func() (err error) { m, err = NewMonitor(); return err })
	defer m.Close()
	rows := []struct {
		name string
		do   func()
		want func(Event) bool
	}{
		{"address added", func() { h.Address("10.0.0.9/24", true) }, func(e Event) bool { return e.Kind == AddressAdded && e.IP.String() == "10.0.0.9" }},
		{"address gone", func() { h.Address("10.0.0.9/24", false) }, func(e Event) bool { return e.Kind == AddressGone && e.IP.String() == "10.0.0.9" }},
		{"carrier lost", func() { sw.Link("p1", false) }, func(e Event) bool { return e.Kind == LinkChanged && e.Name == "eth0" }},
		{"link gone", func() { h.Remove("eth0") }, func(e Event) bool { return e.Kind == LinkGone && e.Name == "eth0" }},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			row.do()
			for { // ends with the event, or with the test binary's own time-out
				if _, err := unix.Poll([]unix.PollFd{{Fd: int32(m.FD()), Events: unix.POLLIN}}, -1); err != nil && err != unix.EINTR {
					t.Fatal(err)
				}
				events, err := m.Read()
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range events {
					if row.want(e) {
						return
					}
				}
			}
		})
	}
}

func FuzzParseEvent(f *testing.F) {
	f.Add(uint16(unix.RTM_NEWADDR), []byte{2, 24, 0, 0, 1, 0, 0, 0, 8, 0, 2, 0, 10, 0, 0, 1})
	f.Add(uint16(unix.RTM_DELLINK), make([]byte, unix.SizeofIfInfomsg))
	f.Fuzz(func(t *testing.T, kind uint16, data []byte) {
		if e, ok := parseEvent(kind, data); ok && e.Kind == 0 {
			t.Errorf("an event of no kind: %+v", e)
		}
	})
}
