// Package bfd holds sessions of Bidirectional Forwarding Detection (RFC 5880) in
// asynchronous mode, over one hop (RFC 5881) or several (RFC 5883), and tells
// who is reachable. A Session is the state machine, pure; a Manager runs sessions
// on sockets. There is no authentication, no echo and no demand mode of our own,
// as in keepalived.
package bfd

import "encoding/binary"

// State is the state of a session, as packets have it (RFC 5880 4.1).
type State uint8

// The states.
const (
	AdminDown State = iota
	Down
	Init
	Up
)

func (s State) String() string {
	return [...]string{"AdminDown", "Down", "Init", "Up"}[s&3]
}

// Diag is why a session left Up (RFC 5880 4.1).
type Diag uint8

// The diagnostics that we give.
const (
	NoDiag       Diag = 0
	TimeExpired  Diag = 1 // nothing came for the detection time
	NeighborDown Diag = 3 // the neighbour says that it is down
	AdminDowned  Diag = 7 // on purpose
)

var diagText = map[Diag]string{
	NoDiag:       "no diagnostic",
	TimeExpired:  "control detection time expired",
	2:            "echo function failed",
	NeighborDown: "neighbour signaled session down",
	4:            "forwarding plane reset",
	5:            "path down",
	6:            "concatenated path down",
	AdminDowned:  "administratively down",
	8:            "reverse concatenated path down",
}

func (d Diag) String() string {
	if text, ok := diagText[d]; ok {
		return text
	}
	return "unknown diagnostic"
}

// Control is a control packet (RFC 5880 4.1). Intervals are microseconds.
type Control struct {
	Diag       Diag
	State      State
	Poll       bool // asks for a packet with Final
	Final      bool
	Demand     bool  // no periodic packets are wanted while the session is up
	Multiplier uint8 // of the sender's detection time, in packets
	Mine       uint32
	Yours      uint32 // 0: not known yet
	MinTx      uint32 // Desired Min TX Interval
	MinRx      uint32 // Required Min RX Interval; 0: no periodic packets are wanted
	MinEcho    uint32 // Required Min Echo RX Interval; 0: no echo is supported
}

// The packet.
const (
	version    = 1
	controlLen = 24

	flagPoll       = 0x20
	flagFinal      = 0x10
	flagAuth       = 0x04
	flagDemand     = 0x02
	flagMultipoint = 0x01
)

// Append appends the packet to b.
func (c *Control) Append(b []byte) []byte {
	flags := byte(c.State&3) << 6
	for _, f := range [...]struct {
		on  bool
		bit byte
	}{{c.Poll, flagPoll}, {c.Final, flagFinal}, {c.Demand, flagDemand}} {
		if f.on {
			flags |= f.bit
		}
	}
	b = append(b, version<<5|byte(c.Diag&0x1f), flags, c.Multiplier, controlLen)
	for _, v := range [...]uint32{c.Mine, c.Yours, c.MinTx, c.MinRx, c.MinEcho} {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// Parse reads a packet and makes those checks of RFC 5880 6.8.6 that need no
// session, in their order. The error is a Discard. Bytes after the packet are
// passed over.
func Parse(b []byte) (Control, error) {
	if len(b) < 1 || b[0]>>5 != version {
		return Control{}, BadVersion
	}
	if len(b) < controlLen {
		return Control{}, TooShort
	}
	if n := int(b[3]); n < controlLen || n > len(b) {
		return Control{}, BadLength
	}
	c := Control{
		Diag: Diag(b[0] & 0x1f), State: State(b[1] >> 6), Multiplier: b[2],
		Poll: b[1]&flagPoll != 0, Final: b[1]&flagFinal != 0, Demand: b[1]&flagDemand != 0,
		Mine:  binary.BigEndian.Uint32(b[4:]),
		Yours: binary.BigEndian.Uint32(b[8:]),
		MinTx: binary.BigEndian.Uint32(b[12:]), MinRx: binary.BigEndian.Uint32(b[16:]), MinEcho: binary.BigEndian.Uint32(b[20:]),
	}
	switch {
	case c.Multiplier == 0:
		return c, ZeroMultiplier
	case b[1]&flagMultipoint != 0:
		return c, Multipoint
	case c.Mine == 0:
		return c, ZeroDiscriminator
	case c.Yours == 0 && c.State != Down && c.State != AdminDown:
		return c, NoDiscriminator
	case b[1]&flagAuth != 0:
		return c, Authenticated
	}
	return c, nil
}
