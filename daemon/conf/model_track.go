package conf

import "time"

// Script is a vrrp_script.
type Script struct {
	Origin
	Name     string
	Command  Command
	Interval time.Duration // 1 us to 4294.967295 s, default 1 s
	Timeout  time.Duration // the same range, default Interval
	Weight   int           // -253..253, default 0: a failure is FAULT
	Reverse  bool          // success counts as failure, default false
	Rise     int           // 1 or more, default 1
	Fall     int           // 1 or more, default 1
	InitFail bool          // failed until Rise successes, default false
}

// TrackFile is a track_file: a file that holds a number.
type TrackFile struct {
	Origin
	Name    string
	Path    string
	Weight  int  // -254..254, default 1; 0: any number but 0 is FAULT
	Reverse bool // the number counts with the other sign, default false
	// Init has the daemon write InitValue at start, if there is no file; with
	// Overwrite, in any case.
	Init      bool
	InitValue int // a number of 32 bits, default 0
	Overwrite bool
}

// TrackProcess is a vrrp_track_process: a program that is to be running.
type TrackProcess struct {
	Origin
	Name    string
	Process string   // name or path of the program
	Args    []string // its arguments; empty: they are not looked at
	// ParamMatch is how Args are compared: exactly (empty), or up to the length
	// that is given of the last ("initial") or of the list ("partial").
	ParamMatch string
	// FullCommand compares the command line and not only the name that the kernel
	// has (15 bytes); it goes with Args and ParamMatch.
	FullCommand    bool
	Weight         int           // -254..254, default 0: too few or too many is FAULT
	Reverse        bool          // success counts as failure, default false
	Quorum         int           // 1..65535 processes at least, default 1; 0 where QuorumMax is 0
	QuorumMax      int           // 0..65535 processes at most; -1, the default: any number
	TerminateDelay time.Duration // 1 us to 1 h until a loss counts, default 0
	ForkDelay      time.Duration // 1 us to 1 h until a gain counts, default 0
}

// Track is a use of a tracker (a script, an interface, a file, a process, a BFD
// session) by an instance or a sync group.
type Track struct {
	Origin
	Name    string
	Weight  int  // the tracker's own unless the line overrides it
	Reverse bool // the tracker's own unless the line overrides it

	weighed bool // while it is read: it has a weight
}
