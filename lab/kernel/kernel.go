package kernel

import (
	"errors"
	"fmt"
	"time"
)

// Backend is whose kernel a runner uses.
type Backend string

// The backends.
const (
	BackendAuto Backend = "auto" // the best there is, see Choose
	BackendHost Backend = "host" // fresh namespaces on the running kernel
	BackendUML  Backend = "uml"  // a guest kernel of its own, as a process
)

// Clock is how a runner's time passes.
type Clock string

// The clocks. Virtual and ideal need a guest kernel built with
// CONFIG_UML_TIME_TRAVEL_SUPPORT.
const (
	ClockAuto Clock = "auto" // the best there is, see Choose
	// ClockReal is the host's clock.
	ClockReal Clock = "real"
	// ClockVirtual is the kernel's time-travel: waiting costs no host time, and
	// using the CPU costs lab time as on a real machine.
	ClockVirtual Clock = "virtual"
	// ClockIdeal is the kernel's time-travel=inf-cpu: using the CPU costs no lab
	// time either, so timing is exact, but a busy loop hangs the guest for ever.
	ClockIdeal Clock = "ideal"
)

// ErrEnvironment is matched by errors that say that this machine cannot run
// what was asked for. Their text names what is missing and, where there is one,
// the command that mends it. A command exits with status 3 for them.
var ErrEnvironment = errors.New("the environment cannot run it")

// environmentError is an ErrEnvironment with its own text.
type environmentError struct{ text string }

func (e *environmentError) Error() string { return e.text }

func (e *environmentError) Is(target error) bool { return target == ErrEnvironment }

func environmentf(format string, args ...any) error {
	return &environmentError{text: fmt.Sprintf(format, args...)}
}

// Kernel is a kernel that runners can be started on, with the clock that they
// get. The zero value is not usable: take one from Choose or Probe.
type Kernel struct {
	Backend Backend `json:"backend"`
	Clock   Clock   `json:"clock"`
	// Path is the guest kernel's executable, empty for the host's kernel.
	Path string `json:"path,omitempty"`
	// Modules is the folder that holds the guest kernel's modules.dep, empty for
	// a kernel that needs no modules.
	Modules string `json:"modules,omitempty"`
	// Release is what uname -r says in a runner.
	Release string `json:"release"`
	// Features are the names of what the kernel can do, see Feature.
	Features []Feature `json:"features,omitempty"`
}

// Has reports whether the kernel can do f.
func (k Kernel) Has(f Feature) bool {
	for _, have := range k.Features {
		if have == f {
			return true
		}
	}
	return false
}

// String names the kernel for people: "uml 6.1.176, ideal clock".
func (k Kernel) String() string {
	name := string(k.Backend)
	if k.Release != "" {
		name += " " + k.Release
	}
	return fmt.Sprintf("%s, %s clock", name, k.Clock)
}

// ErrDeadline is matched by the error of a run whose lab time ran out.
var ErrDeadline = errors.New("deadline passed")

// ExitDeadline is the exit status of a run whose lab time ran out, as timeout(1)
// has it.
const ExitDeadline = 124

// DeadlineError says that a run's lab time ran out. It matches ErrDeadline.
type DeadlineError struct {
	Limit time.Duration // lab time
	What  string        // what the run said that it was doing, see Report
}

func (e *DeadlineError) Error() string {
	return fmt.Sprintf("deadline of %s lab time passed while %s", compact(e.Limit), e.What)
}

// Is reports whether target is ErrDeadline.
func (e *DeadlineError) Is(target error) bool { return target == ErrDeadline }

// ErrStuck is matched by the error of a run that the watchdog ended.
var ErrStuck = errors.New("no sign of life")

// StuckError says that a run showed no sign of life (no output, no report, no
// progress of its clock) for so long that the watchdog ended it. It matches
// ErrStuck.
type StuckError struct {
	Watchdog time.Duration // host time
	What     string        // what the run last said that it was doing
	Kernel   Kernel
}

func (e *StuckError) Error() string {
	text := fmt.Sprintf("stuck: no sign of life for %s while %s (%s)", compact(e.Watchdog), e.What, e.Kernel)
	if e.Kernel.Clock == ClockIdeal {
		text += "; a busy loop hangs an ideal clock for ever: try --clock virtual"
	}
	return text
}

// Is reports whether target is ErrStuck.
func (e *StuckError) Is(target error) bool { return target == ErrStuck }

// compact prints a duration without its zero parts: 10m, not 10m0s.
func compact(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if len(text) > len(zero) && text[len(text)-len(zero):] == zero {
			text = text[:len(text)-2]
		}
	}
	return text
}
