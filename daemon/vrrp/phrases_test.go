package vrrp

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf"
)

// TestPhrases holds the log lines that people search for.
func TestPhrases(t *testing.T) {
	reign := func() *Machine {
		m := NewMachine(instance(100))
		run(m, Startup{Source: ours}, 0)
		run(m, Tick{}, Instant(downFor(100)))
		return m
	}
	backup := func() *Machine {
		m := NewMachine(instance(100, func(i *conf.Instance) { i.PreemptDelay = time.Minute }))
		run(m, Startup{Source: ours}, 0)
		return m
	}
	rows := []struct {
		m     *Machine
		event Event
		want  Say
	}{
		{reign(), hears(120, low), Say{false, "Master received advert from 10.0.0.1 with higher priority 120, ours 100"}},
		{reign(), hears(100, high), Say{false, "Master received advert from 10.0.1.1 with same priority 100 but higher IP address than ours"}},
		{reign(), hears(100, ours), Say{false, "equal priority advert received from remote host with our IP address."}},
		{reign(), hears(50, low), Say{false, "Received advert from 10.0.0.1 with lower priority 50, ours 100, forcing new election"}},
		{reign(), hears(0, low), Say{true, "Master received priority 0 message"}},
		{backup(), hears(0, low), Say{true, "Backup received priority 0 advertisement"}},
		{backup(), hears(50, low), Say{false, "start preempt delay (1m0s)"}},
		{reign(), SetPriority{120, "script s is up"}, Say{false, "Changing effective priority from 100 to 120: script s is up"}},
		{reign(), Down{"Netlink reports eth0 down"}, Say{false, "Netlink reports eth0 down"}},
		{reign(), Lost{"address gone"}, Say{false, "address gone"}},
	}
	for _, row := range rows {
		var got []Action
		for _, a := range run(row.m, row.event, Instant(5*time.Second)) {
			if _, ok := a.(Say); ok {
				got = append(got, a)
			}
		}
		if diff := cmp.Diff([]Action{row.want}, got); diff != "" {
			t.Errorf("%T %v (-want +got)\n%s", row.event, row.event, diff)
		}
	}
}
