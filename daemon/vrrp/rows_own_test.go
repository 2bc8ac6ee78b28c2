package vrrp

import (
	"slices"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

func farewell(i *conf.Instance) { i.HigherPrioSendAdvert = true }
func each(d time.Duration) func(*conf.Instance) {
	return func(i *conf.Instance) { i.AdvertInt = d }
}

// ownRows are limits against floods, two owners, a long sleep, a switchover, and
// what a reload may change.
func ownRows() []row {
	return slices.Concat(floodRows(), aheadRows(), ownerRows(), sleepRows(), switchoverRows(), reloadRows())
}

func floodRows() []row {
	hit := []Action{SendAdvert{100}, Announce{nil, 5}, LowerHeard{}}
	return []row{
		{"a lower priority is answered once an interval", instance(100), master(
			step{4000 * ms, hears(50, low), hit, Master}, step{4001 * ms, hears(50, low), nil, Master}, step{4002 * ms, hears(60, high), nil, Master},
			step{d100 + 1000*ms, Tick{}, sent(100), Master}, step{5000*ms - 1, hears(50, low), nil, Master}, step{5000 * ms, hears(50, low), hit, Master},
			step{5000 * ms, Tick{}, nil, Master}, step{d100 + 2000*ms, Tick{}, sent(100), Master}, step{6500 * ms, hears(50, low), hit, Master})},
		{"a lower priority that comes too soon is answered later", instance(100), master(
			step{4000 * ms, hears(50, low), hit, Master}, step{4001 * ms, hears(50, low), nil, Master}, step{d100 + 1000*ms, Tick{}, sent(100), Master},
			step{5000*ms - 1, Tick{}, nil, Master}, step{5000 * ms, Tick{}, hit, Master}, step{5000 * ms, hears(50, low), nil, Master},
			step{5500 * ms, hears(200, low), removed(), Backup}, step{6000 * ms, Tick{}, nil, Backup})},
		{"priority 0 is answered again after the smallest Skew_Time, and the timer brought forward", instance(100, noGARP), master(
			step{4000 * ms, hears(0, low), sent(100), Master}, step{4000 * ms, hears(0, low), nil, Master}, step{4001 * ms, hears(0, low), nil, Master},
			step{4003906250 - 1, Tick{}, nil, Master}, step{4003906250, Tick{}, sent(100), Master}, step{4003906250, hears(0, low), sent(100), Master})},
		{"priority 0 again does not put a takeover off", instance(100), []step{start, {1000 * ms, hears(0, high), nil, Backup},
			{1500 * ms, hears(0, high), nil, Backup}, {1000*ms + skewOf(100), Tick{}, promoted(100), Master}}},
		{"its own address is no other router, whatever the priority", instance(100), master(
			step{4000 * ms, hears(200, ours), nil, Master}, step{4000 * ms, hears(50, ours), nil, Master}, step{4000 * ms, hears(0, ours), nil, Master})},
		{"the last words of the Master that it preempts are answered with an advert only", instance(100, each(2*time.Second)), []step{start,
			{1000 * ms, hears(50, low), nil, Backup}, {6000*ms + skewOf(100), Tick{}, promoted(100), Master},
			{6001*ms + skewOf(100), hears(50, low), sent(100), Master}, {6002*ms + skewOf(100), hears(50, low), []Action{SendAdvert{100}, Announce{nil, 5}, LowerHeard{}}, Master}}},
		{"those of another router do", instance(100), []step{start,
			{1000 * ms, hears(50, low), nil, Backup}, {d100, Tick{}, promoted(100), Master}, {d100 + 1, hears(50, high), hit, Master}}},
		{"and later ones", instance(100, noGARP), []step{start,
			{1000 * ms, hears(50, low), nil, Backup}, {d100, Tick{}, promoted(100), Master}, {d100 + 1, hears(50, low), answered(100), Master}}},
		{"a last advert before it gives way", instance(100, farewell), master(step{4000 * ms, hears(100, high), append(sent(100), removed()...), Backup})},
	}
}

func aheadRows() []row {
	owns := []step{{0, Startup{Source: ours}, promoted(255), Master}}
	soon := Tick{Ahead: 10 * ms}
	i := func() *conf.Instance { return instance(255, noGARP) }
	return []row{
		{"an advert that goes with others is earlier once, and the next ones keep that time", i(), append(owns[:1:1],
			step{990*ms - 1, soon, nil, Master}, step{990 * ms, soon, sent(255), Master}, step{1990*ms - 1, Tick{}, nil, Master},
			step{1990 * ms, Tick{}, sent(255), Master}, step{2990 * ms, soon, sent(255), Master}, step{3990*ms - 1, Tick{}, nil, Master},
			step{3990 * ms, Tick{}, sent(255), Master})},
		{"Master_Down_Timer is never early", instance(100), []step{start, {d100 - 1, soon, nil, Backup}, {d100, soon, promoted(100), Master}}},
	}
}

func ownerRows() []row {
	owns := []step{{0, Startup{Source: ours}, promoted(255), Master}}
	hit := []Action{SendAdvert{255}, LowerHeard{}}
	i := func() *conf.Instance { return instance(255, noGARP) }
	return []row{
		{"of two owners the lower address gives way, and runs as 254", i(), append(owns[:1:1],
			step{1500 * ms, hears(255, high), removed(), Backup}, step{1500*ms + downFor(254) - 1, Tick{}, nil, Backup},
			step{1500*ms + downFor(254), Tick{}, promoted(254), Master}, step{5000 * ms, SetPriority{255, ""}, nil, Master},
			step{5500*ms + skewOf(254), Tick{}, sent(254), Master})},
		{"of two owners the higher address gives way to one that goes on", i(), append(owns[:1:1],
			step{500 * ms, hears(255, low), hit, Master}, step{1000 * ms, Tick{}, sent(255), Master}, step{1500 * ms, hears(255, low), hit, Master},
			step{2000 * ms, Tick{}, sent(255), Master}, step{2500 * ms, hears(255, low), hit, Master},
			step{3000*ms - 1, Tick{}, nil, Master}, step{3000 * ms, Tick{}, sent(254), Master}, step{3500 * ms, hears(255, low), removed(), Backup})},
		{"of two owners the higher address stays if the other gives way", i(), append(owns[:1:1],
			step{500 * ms, hears(255, low), hit, Master}, step{1000 * ms, Tick{}, sent(255), Master}, step{1500 * ms, hears(255, low), hit, Master},
			step{3000 * ms, Tick{}, sent(255), Master}, step{3500 * ms, hears(254, low), hit, Master})},
		{"a reload makes it the owner again", i(), append(owns[:1:1],
			step{1500 * ms, hears(255, high), removed(), Backup}, step{2000 * ms, Reload{Instance: i()}, promoted(255), Master})},
	}
}

func sleepRows() []row {
	expired := func(i *conf.Instance) { i.TimerExpired, i.Preempt = 150, false }
	limit := d100 + downFor(150)
	return []row{
		{"timer_expired_backup: a Master that slept for long steps down", instance(100, expired, noGARP), master(
			step{limit + 1, Tick{}, removed(), Backup}, step{limit + 1 + d100 - 1, Tick{}, nil, Backup}, step{limit + 1 + d100, Tick{}, promoted(100), Master})},
		{"timer_expired_backup: one that slept less goes on", instance(100, expired, noGARP), master(step{limit, Tick{}, sent(100), Master})},
		{"timer_expired_backup: an advert that waited is heard as Backup", instance(100, expired, noGARP), master(
			step{limit + 1, hears(50, low), removed(), Backup}, step{limit + 1 + d100 - 1, Tick{}, nil, Backup})},
		{"without timer_expired_backup it goes on", instance(100, noGARP), master(step{time.Hour, Tick{}, sent(100), Master})},
	}
}

func switchoverRows() []row {
	gone := step{4000 * ms, Switchover{}, resign(), Backup}
	return []row{
		{"after a switchover a lower priority is left alone", instance(200), []step{start, {downFor(200), Tick{}, promoted(200), Master}, gone,
			{4700 * ms, hears(50, low), nil, Backup}, {7000 * ms, hears(50, low), nil, Backup}, {7000*ms + downFor(200) - 1, Tick{}, nil, Backup},
			{7000*ms + downFor(200), Tick{}, promoted(200), Master}}},
		{"after a switchover it is back when the other resigns", instance(200), []step{start, {downFor(200), Tick{}, promoted(200), Master}, gone,
			{4700 * ms, hears(50, low), nil, Backup}, {5000 * ms, hears(0, low), nil, Backup}, {5000*ms + skewOf(200), Tick{}, promoted(200), Master}}},
		{"after a switchover nobody took over", instance(100), master(gone, step{4000*ms + d100 - 1, Tick{}, nil, Backup}, step{4000*ms + d100, Tick{}, promoted(100), Master})},
		{"a reload ends the holding", instance(200), []step{start, {downFor(200), Tick{}, promoted(200), Master}, gone,
			{4700 * ms, hears(50, low), nil, Backup}, {5000 * ms, Reload{Instance: instance(200)}, nil, Backup}, {5700 * ms, hears(50, low), nil, Backup},
			{4700*ms + downFor(200), Tick{}, promoted(200), Master}}},
		{"a fault ends the holding", instance(200), []step{start, {downFor(200), Tick{}, promoted(200), Master}, gone,
			{4700 * ms, hears(50, low), nil, Backup}, {5000 * ms, Down{"maintenance"}, nil, Fault}, {6000 * ms, Up{ours}, nil, Backup},
			{6700 * ms, hears(50, low), nil, Backup}, {6000*ms + downFor(200), Tick{}, promoted(200), Master}}},
	}
}

func reloadRows() []row {
	update := []Action{Update{}}
	return []row{
		{"a longer interval: the next advert comes as planned", instance(100, noGARP), master(
			step{4000 * ms, Reload{Instance: instance(100, noGARP, each(3*time.Second))}, update, Master},
			step{d100 + 1000*ms - 1, Tick{}, nil, Master}, step{d100 + 1000*ms, Tick{}, sent(100), Master},
			step{d100 + 4000*ms - 1, Tick{}, nil, Master}, step{d100 + 4000*ms, Tick{}, sent(100), Master})},
		{"a shorter interval counts from the last advert", instance(100, noGARP, each(3*time.Second)), []step{start,
			{9*time.Second + skewOf(100), Tick{}, promoted(100), Master},
			{10*time.Second + skewOf(100) - 1, Reload{Instance: instance(100, noGARP, each(2*time.Second))}, update, Master},
			{11*time.Second + skewOf(100) - 1, Tick{}, nil, Master}, {11*time.Second + skewOf(100), Tick{}, sent(100), Master}}},
		{"a shorter interval that is over already", instance(100, noGARP, each(3*time.Second)), []step{start,
			{9*time.Second + skewOf(100), Tick{}, promoted(100), Master},
			{11*time.Second + skewOf(100), Reload{Instance: instance(100, noGARP)}, update, Master},
			{11*time.Second + skewOf(100), Tick{}, sent(100), Master}, {12*time.Second + skewOf(100), Tick{}, sent(100), Master}}},
		{"a refresh begins with a reload", instance(255, noGARP, each(time.Minute)), []step{{0, Startup{Source: ours}, promoted(255), Master},
			{5 * time.Second, Reload{Instance: instance(255, noGARP, each(time.Minute), refresh(10*time.Second))}, update, Master},
			{15*time.Second - 1, Tick{}, nil, Master}, {15 * time.Second, Tick{}, []Action{Announce{nil, 1}}, Master},
			{20 * time.Second, Reload{Instance: instance(255, noGARP, each(time.Minute))}, update, Master}, {30 * time.Second, Tick{}, nil, Master}}},
		{"new addresses are announced twice, alone", instance(255, noGARP, each(time.Minute)), []step{{0, Startup{Source: ours}, promoted(255), Master},
			{10 * time.Second, Reload{Instance: instance(255, each(time.Minute), both)}, append(update[:1:1], Announce{vips(vip2), 5}), Master},
			{15 * time.Second, Tick{}, []Action{Announce{vips(vip2), 5}}, Master}}},
		{"the second burst of all stays one of all", instance(255, each(time.Minute)), []step{{0, Startup{Source: ours}, promoted(255), Master},
			{2 * time.Second, Reload{Instance: instance(255, each(time.Minute), both)}, append(update[:1:1], Announce{vips(vip2), 5}), Master},
			{5 * time.Second, Tick{}, []Action{Announce{nil, 5}}, Master}, {7 * time.Second, Tick{}, nil, Master}}},
	}
}

func both(i *conf.Instance) { i.Excluded = vips(vip2) }
func refresh(d time.Duration) func(*conf.Instance) {
	return func(i *conf.Instance) { i.GARP.Refresh, i.GARP.RefreshTimes = d, 1 }
}
