package vrrp

import (
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// keepalivedRows are what keepalived adds to the RFCs.
func keepalivedRows() []row {
	return []row{
		{"garp_master_delay: a second burst, and no third", instance(100, func(i *conf.Instance) { i.AdvertInt = time.Minute }), []step{start,
			{3*time.Minute + skewOf(100), Tick{}, promoted(100), Master},
			{3*time.Minute + skewOf(100) + 5*time.Second - 1, Tick{}, nil, Master},
			{3*time.Minute + skewOf(100) + 5*time.Second, Tick{}, []Action{Announce{nil, 5}}, Master},
			{3*time.Minute + skewOf(100) + 15*time.Second, Tick{}, nil, Master}}},
		{"garp_master_refresh: first at delay plus refresh, then each", instance(255, func(i *conf.Instance) {
			i.AdvertInt, i.GARP.Delay, i.GARP.Refresh, i.GARP.RefreshTimes = time.Minute, time.Second, 10*time.Second, 2
		}), []step{
			{0, Startup{Source: ours}, promoted(255), Master},
			{1 * time.Second, Tick{}, []Action{Announce{nil, 5}}, Master},
			{11*time.Second - 1, Tick{}, nil, Master},
			{11 * time.Second, Tick{}, []Action{Announce{nil, 2}}, Master},
			{21 * time.Second, Tick{}, []Action{Announce{nil, 2}}, Master}}},
		{"garp_lower_prio: a second burst after its delay", instance(100, func(i *conf.Instance) {
			i.AdvertInt, i.GARP.Delay, i.GARP.LowerRepeat, i.GARP.LowerDelay = time.Minute, 0, 2, 3*time.Second
		}), []step{start, {3*time.Minute + skewOf(100), Tick{}, promoted(100), Master},
			{200 * time.Second, hears(9, low), []Action{SendAdvert{100}, Announce{nil, 2}, LowerHeard{}}, Master},
			{203 * time.Second, Tick{}, []Action{Announce{nil, 2}}, Master}}},
		{"preempt_delay holds the lower Master, then takes over", instance(100, func(i *conf.Instance) { i.PreemptDelay = 2 * time.Second }), []step{start,
			{1000 * ms, hears(50, low), nil, Backup}, {2999 * ms, hears(50, low), nil, Backup}, {3000 * ms, hears(50, low), nil, Backup},
			{2999*ms + d100 - 1, Tick{}, nil, Backup}, {2999*ms + d100, Tick{}, promoted(100), Master}}},
		{"an address taken away: resign, back after Skew_Time", instance(100), master(step{4000 * ms, Lost{"address 10.0.0.100 was removed by somebody else"}, resign(), Backup}, step{4000*ms + skewOf(100), Tick{}, promoted(100), Master})},
		{"R3768-6.4-derived-06 reload without a change is not seen", instance(100, noGARP), master(step{4000 * ms, Reload{Instance: instance(100, noGARP)}, []Action{Update{}}, Master}, step{d100 + 1000*ms, Tick{}, sent(100), Master})},
		{"R3768-6.4.3-22 reload with another priority: the next advert has it", instance(100, noGARP), master(step{4000 * ms, Reload{Instance: instance(90, noGARP)}, []Action{Update{}}, Master}, step{d100 + 1000*ms, Tick{}, sent(90), Master})},
		{"reload of a Backup counts from the last advert", instance(50), []step{start,
			{1000 * ms, hears(100, high), nil, Backup}, {1500 * ms, Reload{Instance: instance(150)}, nil, Backup}, {2000 * ms, hears(100, high), nil, Backup},
			{1000*ms + downFor(150), Tick{}, promoted(150), Master}}},
		{"reload with other addresses announces only the new", instance(100), master(step{4000 * ms, Reload{Instance: instance(100, func(i *conf.Instance) { i.Addresses = vips(vip2) })},
			[]Action{Update{}, Announce{vips(vip2), 5}}, Master})},
		{"reload to owner", instance(100), []step{start, {1, Reload{Instance: instance(255)}, promoted(255), Master}}},
	}
}
