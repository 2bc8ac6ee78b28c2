package check

import (
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// ID identifies a checker of a configuration for as long as it does not change.
type ID uint32

// Spec is a checker to run.
type Spec struct {
	ID      ID
	Service string // of the log: "[10.0.0.100]:tcp:80", "FWM 5"
	Server  string // "[192.168.0.1]:tcp:80"
	Checker *conf.Checker
	// Up is what is believed of the server before the first result: false for
	// alpha.
	Up bool
}

// Result is what a checker has found out: one that is new, that is the first or
// differs from the one before.
type Result struct {
	ID     ID
	At     time.Time
	Up     bool
	Reason string // of a failure, a few words: "connection refused", "HTTP status 503, want 200"
	// Weight is what MISC_CHECK (misc_dynamic), FILE_CHECK say of the server's
	// weight, if HasWeight: Absolute replaces it, else it is added.
	HasWeight, Absolute bool
	Weight              int
}

// Report is what there is to know of a checker at one moment.
type Report struct {
	ID       ID
	Up       bool
	Known    bool      // there has been a result
	Last     time.Time // of the last finished check; zero: none yet
	Took     time.Duration
	Reason   string // of the last failure, if the last check failed
	Failures int    // in a row, that the retries have not used up yet
	Next     time.Time
	Checks   uint64
}
