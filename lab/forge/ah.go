package forge

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/binary"
	"net/netip"
	"slices"

	"github.com/google/gopacket/layers"
)

// AH is the authentication header that an advertisement of version 2 travels
// behind (RFC 2402, RFC 2338 5.3.6.3), over IPv4 only.
type AH struct {
	// Sequence is the sequence number, which a receiver holds against replays.
	Sequence int `yaml:"sequence" json:"sequence"`
	// Key is what the packet is signed with; without one the signature is zeros.
	Key string `yaml:"key,omitempty" json:"key,omitempty"`
}

// The sizes of the header and of what HMAC-MD5-96 signs with (RFC 2403).
const (
	ahHeader = 12
	icvSize  = 12
	ahSize   = ahHeader + icvSize
)

// header is the authentication header of message, whose packet comes from source
// and has the given IP header. The index of parameters is the source address, as
// keepalived has it.
func (h *AH) header(source netip.Addr, ip, message []byte) []byte {
	b := make([]byte, ahSize)
	b[0], b[1] = byte(layers.IPProtocolVRRP), ahSize/4-2
	copy(b[4:], source.AsSlice())
	binary.BigEndian.PutUint32(b[8:], uint32(h.Sequence))
	if h.Key == "" {
		return b
	}
	mac := hmac.New(md5.New, []byte(h.Key))
	mac.Write(immutable(ip))
	mac.Write(b)
	mac.Write(message)
	copy(b[ahHeader:], mac.Sum(nil)[:icvSize])
	return b
}

// immutable is an IPv4 header with zeros for what routers may change on the way:
// TOS, flags and fragment, checksum (RFC 2402 3.3.3.1.1). The TTL stays, since no
// router is ever passed: keepalived signs it.
func immutable(ip []byte) []byte {
	fixed := slices.Clone(ip)
	for _, i := range []int{1, 6, 7, 10, 11} {
		fixed[i] = 0
	}
	return fixed
}

// authType is what version 2 says of its authentication.
const (
	authPassword = 1
	authHeader   = 2
)

func (a Advert) auth() int {
	switch {
	case a.Auth != nil:
		return *a.Auth
	case a.AH != nil:
		return authHeader
	case a.Password != "":
		return authPassword
	}
	return 0
}
