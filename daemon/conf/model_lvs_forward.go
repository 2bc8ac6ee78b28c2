package conf

import "fmt"

// Method is a way to pass packets on to a real server.
type Method uint8

// The methods, as lb_kind names them.
const (
	NAT Method = 1 + iota // rewrite addresses
	DR                    // send to the server's MAC
	TUN                   // wrap into a tunnel
)

// Tunnel is how TUN wraps packets.
type Tunnel uint8

// The tunnels; ipip is the default.
const (
	IPIP Tunnel = iota
	GUE
	GRE
)

// Checksum is how a GUE or GRE tunnel is secured.
type Checksum uint8

// The checksums; none is the default.
const (
	NoChecksum Checksum = iota
	WithChecksum
	RemoteChecksum // GUE only
)

// Forwarding is lb_kind with its options.
type Forwarding struct {
	Method   Method
	Tunnel   Tunnel   // of TUN
	Checksum Checksum // of GUE and GRE
	Port     uint16   // of GUE
}

var (
	methodNames   = []string{"", "NAT", "DR", "TUN"}
	tunnelNames   = []string{"ipip", "gue", "gre"}
	checksumNames = []string{"nocsum", "csum", "remcsum"}
)

// String names m as lb_kind does.
func (m Method) String() string { return enumName("Method", methodNames, int(m)) }

// String names t as lb_kind does.
func (t Tunnel) String() string { return enumName("Tunnel", tunnelNames, int(t)) }

// String names s as lb_kind does.
func (s Checksum) String() string { return enumName("Checksum", checksumNames, int(s)) }

// MarshalText is String.
func (m Method) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// MarshalText is String.
func (t Tunnel) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// MarshalText is String.
func (s Checksum) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func enumName(kind string, names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%s(%d)", kind, i)
}
