package expect

import (
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

// What a configuration promises, written from RFC 3768 6.1 and RFC 5798 6.1,
// apart from the daemon's own arithmetic: a mistake in one must not hide in the
// other.

// SkewTime is how long a Backup of this priority waits after a resignation.
// Version 2: (256 - priority)/256 seconds, whatever the interval. Version 3:
// that share of the interval, which is the one learnt from the Master.
func SkewTime(version, priority int, interval time.Duration) time.Duration {
	unit := time.Second
	if version >= 3 {
		unit = interval
	}
	return time.Duration(256-priority) * unit / 256
}

// MasterDownInterval is how long a Backup of this priority waits after the
// last advertisement it accepted: 3 x interval + Skew_Time.
func MasterDownInterval(version, priority int, interval time.Duration) time.Duration {
	return 3*interval + SkewTime(version, priority, interval)
}

// promise is a span of time that a configuration promises.
type promise struct {
	span time.Duration
	// early is how much sooner is right too: what a router that keeps its
	// timers in the RFC's unit may round off.
	early time.Duration
	// late is how much later is right too: what is not known exactly about the
	// span's beginning. A promise with late has no error to measure.
	late time.Duration
}

// centisecond is the unit of version 3's timers (RFC 5798 6.1).
const centisecond = 10 * time.Millisecond

func skewPromise(inst *conf.Instance, priority int, interval time.Duration) promise {
	p := promise{span: SkewTime(inst.Version, priority, interval)}
	if inst.Version >= 3 {
		p.early = p.span % centisecond
	}
	return p
}

func downPromise(inst *conf.Instance, priority int, interval time.Duration) promise {
	p := skewPromise(inst, priority, interval)
	p.span += 3 * interval
	return p
}

// startPromise is the wait of a router that starts: an owner of the addresses
// becomes Master at once, any other waits for a Master first (RFC 3768 6.4.1).
func startPromise(inst *conf.Instance, priority int) promise {
	if priority == ownerPriority {
		return promise{}
	}
	return downPromise(inst, priority, inst.AdvertInt)
}

// ownerPriority is reserved for the router that owns the addresses (RFC 3768 5.3.4).
const ownerPriority = 255

// The least tolerance on each clock, above what calibration measured. Each
// clock adds an error that calibration of the scheduler does not see:
//   - ideal: CPU time is free, so only the daemons' own rounding is left; a
//     daemon that counts in milliseconds is off by up to one.
//   - virtual: CPU time counts as on a real machine, and the guest has one CPU
//     for the daemons and the lab's own work alike: whoever becomes runnable may
//     wait for the scheduler's tick, which is 10 ms (CONFIG_HZ=100).
//   - real: the host does other work too; calibration saw it only for a moment.
const (
	idealFloor   = time.Millisecond
	virtualFloor = 10 * time.Millisecond
	realFloor    = 10 * time.Millisecond
)

// ToleranceOf returns how far timing checks of a run may be off their formula:
// the floor of its clock and the scheduler error that calibration measured.
func ToleranceOf(info timeline.Info) time.Duration {
	floor := realFloor
	switch info.Clock {
	case "ideal":
		floor = idealFloor
	case "virtual":
		floor = virtualFloor
	}
	return floor + time.Duration(max(info.SchedulerError, 0)*float64(time.Second))
}
