package conf

import (
	"net/netip"
	"time"
)

// Global is global_defs, and what the file says of the daemon outside of blocks.
// A file without the block has the defaults. What is in Daemon the Origin of the
// Config knows of.
type Global struct {
	Origin
	Daemon   Daemon
	RouterID string // names the router in mails and traps; empty: the host's name

	// ProcessName is the parent's, ProcessNames asks for names of the children;
	// at most 15 bytes.
	ProcessName  string // default keepalived
	ProcessNames bool

	Mail      Mail
	VRRP      GlobalVRRP
	LVS       GlobalLVS
	NFTables  NFTables
	IPTables  IPTables
	SNMP      SNMP
	DBus      DBus
	Scripts   Scripts
	Reload    Reload
	Files     Files
	Receive   Receive
	Processes Processes
}

// Mail is where alerts go, and which are sent.
type Mail struct {
	To     []string // notification_email
	From   string   // empty: the daemon's user at its host
	Server string   // IP address or name of the relay; empty: no mail is sent
	Port   uint16   // default 25
	Helo   string   // empty: the host's name
	// Timeout bounds the connection to the server: 1..4294 s, default 30 s.
	Timeout time.Duration
	// Alert, AlertVRRP and AlertChecker are the defaults of smtp_alert. Whether
	// one was given at all, Global.Given says; see Global.Alerts.
	Alert, AlertVRRP, AlertChecker bool
	NoFaults                       bool // none for the state FAULT
	NoCheckers                     bool // none for a single checker's change
}

// Alerts returns the default of smtp_alert for what the keyword smtp_alert_vrrp
// or smtp_alert_checker is for, and whether the file gives one.
func (g *Global) Alerts(keyword string) (on, given bool) {
	switch {
	case keyword == "smtp_alert_vrrp" && g.Given(keyword):
		return g.Mail.AlertVRRP, true
	case keyword == "smtp_alert_checker" && g.Given(keyword):
		return g.Mail.AlertChecker, true
	}
	return g.Mail.Alert, g.Given("smtp_alert")
}

// GlobalVRRP is what global_defs says of all instances.
type GlobalVRRP struct {
	Version          int        // 2 or 3, default 2; IPv6 instances have 3
	DownTimerAdverts int        // 1..100, default 3
	Group4, Group6   netip.Addr // default 224.0.0.18, ff02::12
	Interface        string     // for addresses that name none, default eth0

	GARP GARP
	// GARPInterval and GNAInterval are between two packets of an interface, at
	// least 1 us; 0: none.
	GARPInterval, GNAInterval time.Duration
	MinGARP                   bool      // one packet, no second burst
	GARPExtra                 ExtraGARP // vrrp_garp_extra_if

	Strict, CheckUnicastSource, SkipCheckAddresses, V3ChecksumAsV2   bool
	LowerPrioNoAdvert, HigherPrioSendAdvert, OwnerIgnoreAdverts      bool
	NotifyPriorityChanges, StatesOnReload, LogUnknownVRIDs, NoMyIGMP bool

	DynamicInterfaces bool // interfaces may be missing at start
	InterfaceChanges  bool // and come back as others

	StartupDelay   time.Duration // 1 ms..4294 s, 0: none
	DelayAfterBoot time.Duration // uptime to wait for; 1 ms..4294 s, 0: none

	// ReceivePolicy is MTU, ADVERT or empty: ReceiveBytes then, and 0 is what the
	// kernel has. ReceiveMultiplier is a factor for the policies, default 3.
	ReceivePolicy     string
	ReceiveBytes      int
	ReceiveMultiplier int

	VMACPrefix        string // default vrrp
	VMACAddressPrefix string // default VMACPrefix
	IprouteUser       string // iproute_usr_dir; empty: as built
	IprouteLocal      string // iproute_etc_dir; empty: as built
}

// GlobalLVS is what global_defs says of IPVS and the checkers.
type GlobalLVS struct {
	// Timeouts of connections, 0..31 days; 0: the kernel's.
	TCPTimeout, TCPFinTimeout, UDPTimeout time.Duration
	Flush                                 bool
	FlushOnStop                           string // empty: no; "all", or "VS": services only
	Sync                                  *SyncDaemon
	LogAllFailures                        bool
	InitNotifies                          bool
}

// SyncDaemon is lvs_sync_daemon: IPVS tells other directors its connections.
type SyncDaemon struct {
	Interface string
	Instance  string     // whose state it follows; empty: both parts run
	ID        int        // 0..255; -1: the VRID of Instance, or 0
	MaxLen    int        // of a packet, 1..65507 bytes; 0: the kernel's
	Port      uint16     // UDP; 0: the kernel's, 8848
	TTL       int        // 1..255; 0: the kernel's
	Group     netip.Addr // zero: the kernel's, 224.0.0.81
}
