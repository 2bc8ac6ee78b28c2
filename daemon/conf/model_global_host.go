package conf

import (
	"io/fs"
	"time"
)

// Daemon is what the file says, outside its blocks, of the process as a whole.
type Daemon struct {
	Instance            string        // suffix of pid files and log names
	Namespace           string        // network namespace that it runs in; empty: the present one
	IPVSNamespace       string        // network namespace of IPVS; empty, where it is given, the one that it was started in
	NamespaceWithIPSets bool          // ipsets in spite of a namespace
	PIDDir              bool          // pid files are in a directory of their own
	LinkbeatPolling     bool          // link states are polled for
	ChildWait           time.Duration // for children that end, default 5 s
}

// Processes are the settings of keepalived's children.
type Processes struct {
	VRRP, Checker, BFD Process
	// MaxAuto bounds the real-time priority that a child gives itself when timers
	// are late: 0..99, default 0 for none; -1 is 0 without a notice at start.
	MaxAuto      int
	MinAutoDelay time.Duration // how late a timer is then, default 1 s
}

// Process is the settings of a child.
type Process struct {
	Name       string        // at most 15 bytes; empty: the parent's
	Nice       int           // -20..19, default 0
	NoSwap     bool          // its memory is locked
	RTPriority int           // 1..99 of SCHED_RR; 0: not real-time
	CPUs       []int         // that it may run on, from 0; empty: all
	RTTime     time.Duration // RLIMIT_RTTIME when real-time, default 10 ms
}

// Scripts is what global_defs says of commands and FIFOs.
type Scripts struct {
	Account              // script_user; empty: keepalived_script if it exists, else the daemon's
	Security        bool // no script that others can change is run as root
	KeepSymlinks    bool // paths are not resolved
	SupplementaryOn bool // scripts have their user's supplementary groups

	Startup, Shutdown               Command
	StartupTimeout, ShutdownTimeout time.Duration // 1..1000 s, default 10 s

	FIFO, VRRPFIFO, CheckerFIFO FIFO
}

// Account is a user and a group by name.
type Account struct {
	User  string
	Group string // empty: the user's
}

// FIFO is a named pipe that events are written to.
type FIFO struct {
	Account        // its owner; empty: script_user's
	Path    string // empty: none
	Script  Command
}

// NFTables are the tables of nftables that the daemon makes.
type NFTables struct {
	Table        string // empty: none unless needed; default name keepalived
	Priority     int    // default -1
	IfIndex      bool   // interfaces are matched by index
	Counters     bool
	IPVSTable    string // empty: none; default name keepalived_ipvs
	IPVSPriority int    // default -1
	IPVSMark     uint32 // of the first group, default 1000
}

// IPTables are the chains and sets of iptables that the daemon uses.
type IPTables struct {
	On      bool
	In, Out string // default INPUT and OUTPUT
	// Sets are the names of the ipsets for IPv4, IPv6, IPv6 with interface, IGMP,
	// MLD and ND, as far as given. SetsOff asks for none.
	Sets    []string
	SetsOff bool
}

// SNMP is what the SNMP agent has.
type SNMP struct {
	Socket        string // empty: net-snmp's default
	Traps         bool
	VRRP, Checker bool          // of KEEPALIVED-MIB
	RFC           bool          // both of
	RFCv2, RFCv3  bool          // VRRP-MIB, VRRPv3-MIB
	ServiceMaxAge time.Duration // of counters of virtual servers, 1 ms..30 s, default 5 s
	ServersMaxAge time.Duration // of real servers, default ServiceMaxAge
}

// DBus is the service on the system bus.
type DBus struct {
	On          bool
	Service     string // default org.keepalived.Vrrp1
	NoInterface string // for instances without an interface
}

// Reload is how a configuration is loaded anew.
type Reload struct {
	Check    bool   // validate before
	CheckLog string // what is wrong goes there; empty: the log
	TimeFile string // holds the time of the next one; empty: none
	Repeat   bool   // TimeFile stays
	File     string // is there while the configuration is read; empty: none
}

// Files is how files are read and written.
type Files struct {
	Umask        fs.FileMode // default 0177
	RandomSeed   uint32      // of ${_RANDOM}; the time, unless given
	IncludeCheck []string    // words of include_check, as written
	SaveDir      string      // config_save_dir; empty: none
	TempDir      string      // tmp_config_directory; empty: in memory
	UseInstance  bool        // names of dumps have the instance's
	JSONVersion  int         // 1 or 2, default 1
	State        string      // default /tmp/keepalived.data
	Stats        string      // default /tmp/keepalived.stats
	JSON         string      // default /tmp/keepalived.json
}

// Receive are the receive buffers of sockets.
type Receive struct {
	VRRPCommand, VRRPMonitor, ProcessMonitor, LVSCommand, LVSMonitor Buffer
}

// Buffer is the receive buffer of a socket.
type Buffer struct {
	Bytes int  // 0: the kernel's
	Force bool // may exceed net.core.rmem_max
}
