package conf

import (
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// maxAdvertInt is the longest interval that version 3 has, 4095 centiseconds
// (RFC 9568 5.2.7).
const maxAdvertInt = 40950 * time.Millisecond

// interval holds advert_int to what the version's packet can carry: whole
// seconds in version 2 (RFC 3768 5.3.7), else centiseconds.
func (f *finisher) interval() {
	i, was := f.i, f.i.AdvertInt
	unit, most, what := time.Second, 255*time.Second, "whole seconds"
	if i.Version == 3 {
		unit, most, what = 10*time.Millisecond, maxAdvertInt, "hundredths of a second, at most 40.95 s"
	}
	i.AdvertInt = min(max(was.Round(unit), unit), most)
	if i.AdvertInt != was {
		f.errorf(diag.Rounded, "advert_int", "advert_int %s becomes %s: version %d has %s",
			inSeconds(was), inSeconds(i.AdvertInt), i.Version, what)
	}
}

// inSeconds writes d in seconds.
func inSeconds(d time.Duration) string { return schema.FormatDecimal(d, time.Second) }

// preemption drops what a Master from the start, or an owner, cannot wait for.
func (f *finisher) preemption() {
	i := f.i
	cause, help := "state MASTER", "write state BACKUP on all hosts: the priority decides who becomes Master"
	if i.Priority == 255 && !i.Given("state") {
		cause, help = "priority 255", "write a priority from 1 to 254"
	}
	if !i.Preempt && (i.State == Master || i.Priority == 255) {
		f.report(f.at("nopreempt"), diag.Error, diag.PreemptOfMaster, "nopreempt has no effect with "+cause, help)
		i.Preempt = true
	}
	if i.PreemptDelay > 0 && i.State == Master {
		f.report(f.at("preempt_delay"), diag.Error, diag.PreemptOfMaster, "preempt_delay has no effect with "+cause, help)
		i.PreemptDelay = 0
	}
	switch {
	case i.PreemptDelay == 0:
	case i.Strict:
		f.strict("preempt_delay", "there is no preempt_delay; it is passed over")
		i.PreemptDelay = 0
	case !i.Preempt:
		f.errorf(diag.NoEffect, "preempt_delay", "preempt_delay has no effect with nopreempt")
		i.PreemptDelay = 0
	}
	f.downTimers()
}

func (f *finisher) downTimers() {
	i := f.i
	if i.Strict && i.DownTimerAdverts != 3 {
		f.strict("down_timer_adverts", "down_timer_adverts is 3, not %d", i.DownTimerAdverts)
		i.DownTimerAdverts = 3
	}
	if i.TimerExpired > 0 && i.Preempt {
		f.errorf(diag.NoEffect, "timer_expired_backup", "timer_expired_backup has no effect without nopreempt")
		i.TimerExpired = 0
	}
}

// accept is the default of accept mode, which depends on strict mode and on
// who owns the addresses.
func (f *finisher) accept() {
	i := f.i
	owner := i.Priority == 255
	switch {
	case !i.Given("accept") && !i.Given("no_accept"):
		i.Accept = owner || !i.Strict
	case i.Accept && i.Strict && i.Version == 2 && !owner:
		f.strict("accept", "version 2 has no accept; it is passed over")
		i.Accept = false
	}
	if !i.Accept && !owner && i.Strict && !i.Given("no_accept") && len(i.Addresses) > 0 {
		f.report(f.at("strict_mode"), diag.Warning, diag.SilentAddress,
			"vrrp_instance "+i.Name+" is in strict mode: its addresses answer nothing, not even ping",
			"leave strict mode out; or write no_accept, if that is meant")
	}
}

// strictAdverts has no bursts and no answers for lower priorities, as in the
// RFC.
func (f *finisher) strictAdverts() {
	i := f.i
	if !i.Strict {
		return
	}
	wrong := func(keyword string, bad bool, want string) {
		if bad && i.Given(keyword) {
			f.strict(keyword, "%s is %s", keyword, want)
		}
	}
	wrong("garp_lower_prio_repeat", i.GARP.LowerRepeat != 0, "0")
	wrong("garp_lower_prio_delay", i.GARP.LowerDelay != 0, "0")
	wrong("lower_prio_no_advert", !i.LowerPrioNoAdvert, "true")
	wrong("higher_prio_send_advert", i.HigherPrioSendAdvert, "false")
	i.GARP.LowerRepeat, i.GARP.LowerDelay = 0, 0
	i.LowerPrioNoAdvert, i.HigherPrioSendAdvert = true, false
}

// ownerAdverts: only an owner can take no notice of adverts, and in strict mode
// it must.
func (f *finisher) ownerAdverts() {
	i := f.i
	given := i.Given("owner_ignore_adverts")
	switch {
	case i.Priority != 255:
		if i.OwnerIgnoreAdverts && given {
			f.errorf(diag.NoEffect, "owner_ignore_adverts", "owner_ignore_adverts has no effect: the priority is not 255")
		}
		i.OwnerIgnoreAdverts = false
	case i.Strict:
		if !i.OwnerIgnoreAdverts && given {
			f.strict("owner_ignore_adverts", "owner_ignore_adverts is true")
		}
		i.OwnerIgnoreAdverts = true
	}
}
