package kernel

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Choose picks the kernel and clock for a lab that needs the given features, and
// says why it is that one. With BackendAuto or ClockAuto it takes the best there
// is: an exact clock that costs nothing before one that costs CPU before the real
// one, and for the real one the host's kernel before a guest. Its error is an
// ErrEnvironment that says of each kernel why not.
func Choose(ctx context.Context, want Backend, clock Clock, needs ...Feature) (Kernel, string, error) {
	if err := checkChoice(want, clock); err != nil {
		return Kernel{}, "", err
	}
	status, err := Probe(ctx)
	if err != nil {
		return Kernel{}, "", err
	}
	return choose(status, want, clock, needs)
}

// checkChoice refuses what no machine could give.
func checkChoice(want Backend, clock Clock) error {
	switch want {
	case BackendAuto, BackendHost, BackendUML:
	default:
		return fmt.Errorf("%w: unknown kernel %q: it is auto, host or uml", ErrUsage, want)
	}
	switch clock {
	case ClockAuto, ClockReal, ClockVirtual, ClockIdeal:
	default:
		return fmt.Errorf("%w: unknown clock %q: it is auto, real, virtual or ideal", ErrUsage, clock)
	}
	if want == BackendHost && clock != ClockAuto && clock != ClockReal {
		return fmt.Errorf("%w: the host's kernel has the real clock only, the %s clock needs --kernel uml", ErrUsage, clock)
	}
	return nil
}

// ErrUsage is matched by errors of Choose that say that no machine could give
// what was asked for. A command exits with status 2 for them.
var ErrUsage = errors.New("wrong usage")

// choose is the choice itself, without looking at the machine.
func choose(status Status, want Backend, clock Clock, needs []Feature) (Kernel, string, error) {
	for _, wanted := range []Clock{ClockIdeal, ClockVirtual, ClockReal} {
		if clock != ClockAuto && clock != wanted {
			continue
		}
		for _, c := range status.Kernels { // in the order of preference
			if obstacle(c, want, wanted, needs) == "" {
				return c.Kernel(wanted), reasonFor(status, c, wanted, want, needs), nil
			}
		}
	}
	return Kernel{}, "", refusal(status, want, clock, needs)
}

// obstacle says why a candidate is not the one that is wanted.
func obstacle(c Candidate, want Backend, clock Clock, needs []Feature) string {
	switch {
	case want != BackendAuto && c.Backend != want:
		return fmt.Sprintf("--kernel %s was asked for", want)
	case clock != ClockAuto && !hasClock(c, clock):
		return fmt.Sprintf("it has no %s clock", clock)
	case !c.Usable:
		return c.Why
	}
	if missing := c.lacks(needs...); len(missing) > 0 {
		return "it has no " + strings.Join(missing, ", ")
	}
	return ""
}

func hasClock(c Candidate, clock Clock) bool {
	for _, have := range c.Clocks {
		if have == clock {
			return true
		}
	}
	return false
}

// reasonFor says in a line what was taken, what that means, which kernel it was
// preferred to for want of something, and what would give a better clock.
func reasonFor(status Status, taken Candidate, clock Clock, want Backend, needs []Feature) string {
	text := fmt.Sprintf("%s (%s): %s", taken.Kernel(clock), taken.Name, meaning(clock))
	if clock != ClockReal {
		return text
	}
	for _, c := range status.Kernels {
		if c.Name == taken.Name {
			break
		}
		text += fmt.Sprintf("; not %s: %s", c.Name, obstacle(c, want, clock, needs))
	}
	for _, c := range status.Kernels {
		if c.Mend != "" && hasClock(c, ClockIdeal) && want != BackendHost {
			text += "; a virtual clock would need: " + c.Mend
		}
	}
	return text
}

// meaning says what a clock gives.
func meaning(clock Clock) string {
	switch clock {
	case ClockIdeal:
		return "timing is exact and waiting costs nothing"
	case ClockVirtual:
		return "waiting costs nothing, computing costs lab time"
	default:
		return "lab time is host time"
	}
}

// refusal says of each kernel why it is not usable for this, and what mends it.
func refusal(status Status, want Backend, clock Clock, needs []Feature) error {
	wanted := []string{"kernel " + string(want), "clock " + string(clock)}
	for _, need := range needs {
		wanted = append(wanted, string(need))
	}
	var lines []string
	for _, c := range status.Kernels {
		if want != BackendAuto && c.Backend != want {
			continue
		}
		line := fmt.Sprintf("%s: %s", c.Name, obstacle(c, want, clock, needs))
		if c.Mend != "" {
			line += ", mend it with: " + c.Mend
		}
		lines = append(lines, line)
	}
	return environmentf("no kernel for %s here\n  %s", strings.Join(wanted, ", "), strings.Join(lines, "\n  "))
}
