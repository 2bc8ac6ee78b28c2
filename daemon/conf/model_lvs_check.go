package conf

import (
	"net/netip"
	"time"
)

// Checker is a health checker of a real server: what all kinds have in common.
type Checker struct {
	Origin
	Kind   string // the keyword: TCP_CHECK, HTTP_GET ...
	Timing        // of BFD_CHECK and FILE_CHECK without effect
	// ConnectIP and ConnectPort are what is checked, default the real server; not
	// of MISC_CHECK, FILE_CHECK and BFD_CHECK. Port 0 is none: a check that
	// connects to it fails always.
	ConnectIP   netip.Addr
	ConnectPort uint16
	Alpha       bool  // the server is down until the first success; default the server's
	LogFailures bool  // log_all_failures; default the global setting
	Bind        *Bind // nil for none
	Probe       Probe // the kind's own settings; nil where it has none (TCP_CHECK, PING_CHECK)
}

// Bind is where the packets of a check come from.
type Bind struct {
	Address   netip.Addr // bindto
	Port      uint16     // bind_port
	Interface string     // bind_if
	Mark      uint32     // fwmark
}

// Probe is what one kind of checker has and the others have not: *HTTPProbe, *MiscProbe,
// *SMTPProbe, *UDPProbe, *DNSProbe, *FileProbe or *BFDProbe.
type Probe interface {
	// clone copies the probe of a prototype.
	clone() Probe
}

// HTTPProbe is of HTTP_GET and SSL_GET.
type HTTPProbe struct {
	URLs         []*URL
	VirtualHost  string // default the real server's
	Protocol     string // 1.0, 1.1, or 1.0c: 1.0 with "Connection: close"; default 1.0
	SNI          bool   // enable_sni
	SNIName      string // default the virtual host
	FastRecovery bool
	TLSCompliant bool // a connection that ends without close_notify has failed; SSL_GET
	TLSVerify    bool // the server's certificate must be good; SSL_GET, and vipd's own
}

// URL is a url of HTTP_GET or SSL_GET.
type URL struct {
	Origin
	Path         string
	VirtualHost  string        // default the checker's
	Digest       string        // MD5 of the reply's body in lower hex digits; empty: not looked at
	StatusCodes  []StatusRange // accepted, default 200 to 299
	Regex        *Regex        // nil for none
	TLSCompliant bool          // default the checker's; SSL_GET
}

// StatusRange is a range of HTTP status codes, 100 to 599.
type StatusRange struct{ Low, High uint16 }

// Regex is what the body of a reply must match.
type Regex struct {
	Pattern  string // PCRE2
	NoMatch  bool   // the body must not match
	Options  []string
	Min, Max int // bytes before the match, Max -1 is no limit
	// StackStart and StackMax are the sizes of the matcher's stack in bytes; 0
	// is the library's own.
	StackStart, StackMax int
}

// MiscProbe is of MISC_CHECK.
type MiscProbe struct {
	Command Command
	Timeout time.Duration // whole seconds, 0 to 4294 s; default DelayLoop
	Dynamic bool          // exit status 2 to 255 sets the weight to the status less 2
}

// SMTPProbe is of SMTP_CHECK.
type SMTPProbe struct {
	Helo string // default smtpchecker.keepalived.org

	hosts []*Checker // of host blocks; each becomes a checker
}

// UDPProbe is of UDP_CHECK.
type UDPProbe struct {
	Payload      []byte // empty: an empty datagram
	RequireReply bool
	// Reply is what the answer must begin with, as far as it goes, in the bits
	// of Mask.
	Reply, Mask    []byte
	MinLen, MaxLen int // bytes of an answer, default 0 and 255
}

// DNSProbe is of DNS_CHECK.
type DNSProbe struct {
	Type string // default SOA
	Name string // default "."
}

// FileProbe is of FILE_CHECK.
type FileProbe struct {
	TrackFile string
	Weight    int // what the file's number is multiplied by; default the track_file's
	Reverse   bool

	unknown bool // while it is read: there is no such track_file
}

// BFDProbe is of BFD_CHECK.
type BFDProbe struct {
	Name string // of the bfd_instance

	unknown bool // while it is read: there is no such session
}

func (p *HTTPProbe) clone() Probe { q := *p; return &q }
func (p *MiscProbe) clone() Probe { q := *p; return &q }
func (p *SMTPProbe) clone() Probe { q := *p; return &q }
func (p *UDPProbe) clone() Probe  { q := *p; return &q }
func (p *DNSProbe) clone() Probe  { q := *p; return &q }
func (p *FileProbe) clone() Probe { q := *p; return &q }
func (p *BFDProbe) clone() Probe  { q := *p; return &q }
