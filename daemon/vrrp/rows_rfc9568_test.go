package vrrp

import (
	"net/netip"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

func v3(i *conf.Instance)   { i.Version = 3 }
func fast(i *conf.Instance) { i.Version, i.AdvertInt = 3, 10*ms }

// says is an advertisement of version 3.
func says(prio int, from netip.Addr, interval time.Duration) Event {
	return Received{Priority: prio, Source: from, Interval: interval}
}

// downAt and skewAt are Active_Down_Interval and Skew_Time, written out from
// RFC 9568 6.1, apart from the code's.
func skewAt(prio int, interval time.Duration) time.Duration {
	return interval * time.Duration(256-prio) / 256
}
func downAt(prio int, interval time.Duration) time.Duration {
	return 3*interval + skewAt(prio, interval)
}

// rfc9568Rows are the requirements of RFC 5798 and RFC 9568.
func rfc9568Rows() []row {
	ll1, ll2, ll3 := netip.MustParseAddr("fe80::1"), netip.MustParseAddr("fe80::2"), netip.MustParseAddr("fe80:0:0:1::1")
	start6 := step{0, Startup{Source: ll2}, nil, Backup}
	reign := func(then ...step) []step {
		return append([]step{start6, {d100, Tick{}, promoted(100), Master}}, then...)
	}
	return []row{
		{"R5798-6.1-02 without a Master the own interval counts", instance(100, v3, func(i *conf.Instance) { i.AdvertInt = 2 * time.Second }), []step{
			start, {downAt(100, 2*time.Second) - 1, Tick{}, nil, Backup}, {downAt(100, 2*time.Second), Tick{}, promoted(100), Master}}},
		{"R5798-6.1-03 and -04 the Master's interval counts, in Skew_Time too", instance(100, v3), []step{
			start, {500 * ms, says(200, high, 2000*ms), nil, Backup},
			{500*ms + 7218750*time.Microsecond - 1, Tick{}, nil, Backup}, {500*ms + 7218750*time.Microsecond, Tick{}, promoted(100), Master}}},
		{"R5798-6.1-04 the longest interval", instance(1, v3), []step{start, {0, says(200, high, 40950*ms), nil, Backup},
			{downAt(1, 40950*ms) - 1, Tick{}, nil, Backup}, {downAt(1, 40950*ms), Tick{}, promoted(1), Master}}},
		{"R5798-6.4.2-10 priority 0: Skew_Time of the learnt interval", instance(100, v3), []step{start, {0, says(200, high, 2000*ms), nil, Backup},
			{1000 * ms, says(0, high, 500*ms), nil, Backup}, {1000*ms + 1218750*time.Microsecond - 1, Tick{}, nil, Backup},
			{1000*ms + 1218750*time.Microsecond, Tick{}, promoted(100), Master}}},
		{"R5798-6.4.2-11 a new interval counts at once", instance(100, v3), []step{start, {0, says(200, high, 1000*ms), nil, Backup},
			{1000 * ms, says(200, high, 300*ms), nil, Backup}, {1000*ms + downAt(100, 300*ms) - 1, Tick{}, nil, Backup},
			{1900 * ms, says(200, high, 3000*ms), nil, Backup}, {1900*ms + downAt(100, 3000*ms) - 1, Tick{}, nil, Backup},
			{1900*ms + downAt(100, 3000*ms), Tick{}, promoted(100), Master}}},
		{"R5798-6.4.2-12 a discarded advert teaches nothing", instance(100, v3), []step{start, {0, says(200, high, 2000*ms), nil, Backup},
			{1000 * ms, says(50, low, 100*ms), nil, Backup}, {downAt(100, 2000*ms) - 1, Tick{}, nil, Backup}, {downAt(100, 2000*ms), Tick{}, promoted(100), Master}}},
		{"R5798-6.4.2-13 the own interval is used after the takeover", instance(100, v3, noGARP), []step{start, {0, says(200, high, 2000*ms), nil, Backup},
			{downAt(100, 2000*ms), Tick{}, promoted(100), Master}, {downAt(100, 2000*ms) + 1000*ms - 1, Tick{}, nil, Master},
			{downAt(100, 2000*ms) + 1000*ms, Tick{}, sent(100), Master}}},
		{"without preemption a lower Master teaches its interval", instance(100, v3, noPreempt), []step{start, {0, says(50, low, 2000*ms), nil, Backup},
			{downAt(100, 2000*ms) - 1, Tick{}, nil, Backup}, {downAt(100, 2000*ms), Tick{}, promoted(100), Master}}},
		{"R5798-6.4.3-08 and R9568-6.4.3-06 a Master learns of whom it gives way to", instance(100, v3), master(
			step{4000 * ms, says(101, low, 300*ms), removed(), Backup}, step{4000*ms + downAt(100, 300*ms) - 1, Tick{}, nil, Backup},
			step{4000*ms + downAt(100, 300*ms), Tick{}, promoted(100), Master})},
		{"R5798-6.4.3-07 priority 0 is answered, the interval starts again", instance(100, v3, noGARP), master(
			step{d100 + 800*ms, says(0, low, 100*ms), sent(100), Master}, step{d100 + 1799*ms, Tick{}, nil, Master}, step{d100 + 1800*ms, Tick{}, sent(100), Master})},
		{"R5798-6.4.3-09 a tie: all 128 bits count", instance(100, v3, noGARP), reign(
			step{4000 * ms, says(100, ll1, 1000*ms), answered(100), Master}, step{4100 * ms, says(100, ll3, 1000*ms), removed(), Backup})},
		{"a zone says nothing about who it is", instance(100, v3, noGARP), reign(
			step{4000 * ms, says(100, ll2.WithZone("eth0"), 1000*ms), nil, Master}, step{4100 * ms, says(100, ll1.WithZone("eth0"), 1000*ms), answered(100), Master})},
		{"R9568-6.4.3-08 assertions do not upset the cadence", instance(100, v3, noGARP), master(
			step{d100 + 300*ms, says(99, low, 1000*ms), answered(100), Master}, step{d100 + 301*ms, says(99, low, 1000*ms), nil, Master},
			step{d100 + 1000*ms, Tick{}, sent(100), Master})},
		{"R9568-6.4.3-11 without preemption a Master gives way all the same", instance(100, v3, noPreempt), master(
			step{4000 * ms, says(101, low, 1000*ms), removed(), Backup})},
		{"version 2 does not learn", instance(100), []step{start, {0, says(200, high, 40*time.Second), nil, Backup}, {d100, Tick{}, promoted(100), Master}}},
		{"adverts each 10 ms", instance(100, fast, noGARP), []step{start,
			{36093750*time.Nanosecond - 1, Tick{}, nil, Backup}, {36093750 * time.Nanosecond, Tick{}, promoted(100), Master},
			{46093750*time.Nanosecond - 1, Tick{}, nil, Master}, {46093750 * time.Nanosecond, Tick{}, sent(100), Master}, {56093750 * time.Nanosecond, Tick{}, sent(100), Master}}},
		{"a reload of the interval does not unlearn the Master's", instance(100, v3), []step{start, {0, says(200, high, 2000*ms), nil, Backup},
			{1, Reload{Instance: instance(100, v3, func(i *conf.Instance) { i.AdvertInt = 500 * ms })}, nil, Backup},
			{downAt(100, 2000*ms) - 1, Tick{}, nil, Backup}, {downAt(100, 2000*ms), Tick{}, promoted(100), Master}}},
	}
}
