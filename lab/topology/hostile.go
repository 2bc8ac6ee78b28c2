package topology

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Hostile is a server that behaves as it is told, well or badly, and tells the
// lab of every client. A scenario's step changes its manner.
type Hostile struct {
	// Speaks is its protocol: tcp, http, https, smtp, udp, dns or ping.
	Speaks string `yaml:"speaks" json:"speaks"`
	// Listen is the address to listen on, default the protocol's port; tcp and udp
	// have none, and ping has no port.
	Listen string `yaml:"listen,omitempty" json:"listen,omitempty"`
	// Body is what it serves: every page of http and https, the answer of udp.
	// Default "ok".
	Body string `yaml:"body,omitempty" json:"body,omitempty"`
	// Pages of http and https that differ: path to body.
	Pages map[string]string `yaml:"pages,omitempty" json:"pages,omitempty"`
	// As is how it behaves at first; default it serves.
	As Manner `yaml:"as,omitempty" json:"as,omitzero"`
}

// Manner is how a hostile server behaves.
type Manner struct {
	// Do is one of the manners that its protocol has; default serve.
	//   - serve: answers as it should
	//   - status: answers with Status
	//   - body: answers with Body
	//   - refuse: has no socket, so that the kernel refuses; ping says unreachable
	//   - drop: takes no packet, and the kernel says nothing
	//   - silent: takes the connection, or the packet, and says nothing
	//   - vanish: takes the connection, and then no packet any more
	//   - hang-up: closes the connection at once
	//   - reset: resets the connection after Delay
	//   - reset-late: resets it when something was asked
	//   - cut: closes it in the middle of its answer
	//   - garbage: answers with bytes that mean nothing
	//   - mistaken: answers what another one asked: another identifier
	//   - slow: answers after Delay
	//   - drip: answers byte by byte, Delay apart
	//   - endless: answers with a body that does not end
	//   - gigantic: answers with a header that does not end
	Do string `yaml:"do,omitempty" json:"do,omitempty"`
	// Status belongs to status: of HTTP (503), SMTP (421) or DNS (2, SERVFAIL).
	Status int `yaml:"status,omitempty" json:"status,omitempty"`
	// Body belongs to body.
	Body string `yaml:"body,omitempty" json:"body,omitempty"`
	// Delay belongs to reset and slow: before the reset, before the answer; to
	// drip, endless and gigantic: between bytes, between pieces of 1 KiB. Default
	// 10 ms.
	Delay time.Duration `yaml:"delay,omitempty" json:"delay,omitempty"`
	// On is the question that is answered so, others are served: a path of http
	// and https, a command of smtp (HELO), a name of dns. Default all, and of
	// smtp the greeting.
	On string `yaml:"on,omitempty" json:"on,omitempty"`
	// Flap has it change between serving and this manner after each of these
	// intervals, over and over; it serves first.
	Flap []time.Duration `yaml:"flap,omitempty" json:"flap,omitempty"`
}

// What a hostile server does.
const (
	Serve     = "serve"
	Status    = "status"
	Body      = "body"
	Refuse    = "refuse"
	Drop      = "drop"
	Silent    = "silent"
	Vanish    = "vanish"
	HangUp    = "hang-up"
	Reset     = "reset"
	ResetLate = "reset-late"
	Cut       = "cut"
	Garbage   = "garbage"
	Mistaken  = "mistaken"
	Slow      = "slow"
	Drip      = "drip"
	Endless   = "endless"
	Gigantic  = "gigantic"
)

// Protocols lists what a hostile server can speak.
func Protocols() []string { return slices.Sorted(maps.Keys(manners())) }

// Manners lists what one that speaks this protocol can do.
func Manners(speaks string) []string { return manners()[speaks] }

func manners() map[string][]string {
	connection := []string{Serve, Refuse, Drop, Silent, Vanish, HangUp, Reset}
	answer := []string{Status, ResetLate, Cut, Garbage, Slow, Drip}
	web := slices.Concat(connection, answer, []string{Body, Endless, Gigantic})
	datagram := []string{Serve, Refuse, Drop, Silent, Garbage, Slow}
	return map[string][]string{
		"tcp":   append(slices.Clone(connection), Garbage),
		"http":  web,
		"https": web,
		"smtp":  slices.Concat(connection, answer, []string{Endless}),
		"udp":   append(slices.Clone(datagram), Body),
		"dns":   append(slices.Clone(datagram), Status, Mistaken),
		"ping":  append(slices.Clone(datagram), Mistaken),
	}
}

// defaultPorts are those that protocols are known by.
func defaultListen(speaks string) string {
	return map[string]string{"http": ":80", "https": ":443", "smtp": ":25", "dns": ":53"}[speaks]
}

// DefaultHostileBody is what a hostile server serves.
const DefaultHostileBody = "ok"

// DefaultMannerDelay is between the pieces of an answer that does not end. It
// may not be 0: on the ideal clock that would never let time go on. And a reset
// that comes at once would be seen by some clients before the connection is.
const DefaultMannerDelay = 10 * time.Millisecond

// FillDefaults sets what was left out to its default.
func (m *Manner) FillDefaults() {
	setDefault(&m.Do, Serve)
	setDefault(&m.Delay, DefaultMannerDelay)
}

func (h *Hostile) fillDefaults() {
	setDefault(&h.Listen, defaultListen(h.Speaks))
	setDefault(&h.Body, DefaultHostileBody)
	h.As.FillDefaults()
}

// String names a manner as the timeline does, with what tells it from others of
// its kind: "slow 3s", "status 503".
func (m Manner) String() string {
	switch {
	case m.Do == Status:
		return fmt.Sprintf("%s %d", m.Do, m.Status)
	case m.Delay != 0 && m.Delay != DefaultMannerDelay:
		return m.Do + " " + m.Delay.String()
	}
	return m.Do
}
