package capture

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/netip"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/viplab/viplab/lab/timeline"
)

// The sizes of a VRRP message: the fixed part, and the authentication data that
// ends every message of version 2 (RFC 3768 5.1).
const (
	vrrpHeader   = 8
	vrrpAuthData = 8
	protoVRRP    = 112
)

var errShortVRRP = errors.New("message is shorter than a VRRP header")

// VRRP is a gopacket layer for advertisements of version 2 (RFC 3768 5.1) and 3
// (RFC 5798 5.1, RFC 9568 5.1). gopacket's own knows version 2 only and reads
// past the end of short messages. It takes the place of layers.LayerTypeVRRP in
// a DecodingLayerParser.
//
// Contents is the whole IP payload: the checksum covers it all.
type VRRP struct {
	layers.BaseLayer
	Version  uint8
	Type     uint8
	VRID     uint8
	Priority uint8
	Count    uint8
	// AuthType is of version 2.
	AuthType uint8
	// Interval is whole seconds in version 2, centiseconds in version 3.
	Interval time.Duration
}

// LayerType returns layers.LayerTypeVRRP.
func (v *VRRP) LayerType() gopacket.LayerType { return layers.LayerTypeVRRP }

// CanDecode returns layers.LayerTypeVRRP.
func (v *VRRP) CanDecode() gopacket.LayerClass { return layers.LayerTypeVRRP }

// NextLayerType says that nothing follows.
func (v *VRRP) NextLayerType() gopacket.LayerType { return gopacket.LayerTypeZero }

// DecodeFromBytes reads the fixed part; what it leaves open depends on the
// network layer below. Messages that lack announced addresses are accepted, so
// that a timeline shows what a faulty router sent.
func (v *VRRP) DecodeFromBytes(data []byte, df gopacket.DecodeFeedback) error {
	if len(data) < vrrpHeader {
		df.SetTruncated()
		return errShortVRRP
	}
	*v = VRRP{
		BaseLayer: layers.BaseLayer{Contents: data},
		Version:   data[0] >> 4,
		Type:      data[0] & 0x0f,
		VRID:      data[1],
		Priority:  data[2],
		Count:     data[3],
	}
	switch v.Version {
	case 2:
		v.AuthType = data[4]
		v.Interval = time.Duration(data[5]) * time.Second
	case 3:
		v.Interval = time.Duration(binary.BigEndian.Uint16(data[4:])&0x0fff) * 10 * time.Millisecond
	}
	return nil
}

// addresses returns the announced addresses, as many as there are bytes for,
// and what is behind them.
func (v *VRRP) addresses(ipv6 bool) (addrs []netip.Addr, rest []byte) {
	size := 4
	if ipv6 && v.Version != 2 {
		size = 16
	}
	rest = v.Contents[vrrpHeader:]
	addrs = make([]netip.Addr, 0, v.Count)
	for len(addrs) < int(v.Count) && len(rest) >= size {
		a, _ := netip.AddrFromSlice(rest[:size])
		addrs, rest = append(addrs, a), rest[size:]
	}
	return addrs, rest
}

// checksumOK reports whether the checksum of a message from src to dst holds.
//
// Version 2 sums the message alone (RFC 3768 5.3.8); version 3 over IPv6 adds
// the pseudo header. Over IPv4, RFC 5798 was read to add it and RFC 9568 5.2.8
// says not to: either form is taken.
func (v *VRRP) checksumOK(src, dst netip.Addr) bool {
	plain := sum16(0, v.Contents)
	if v.Version == 2 {
		return plain == 0xffff
	}
	pseudo := sum16(0, src.AsSlice())
	pseudo = sum16(pseudo, dst.AsSlice())
	pseudo = sum16(pseudo, []byte{0, protoVRRP, byte(len(v.Contents) >> 8), byte(len(v.Contents))})
	withPseudo := sum16(pseudo, v.Contents) == 0xffff
	return withPseudo || (src.Is4() && plain == 0xffff)
}

// sum16 adds data to a one's complement sum of 16-bit words (RFC 1071).
func sum16(sum uint32, data []byte) uint32 {
	for ; len(data) >= 2; data = data[2:] {
		sum += uint32(data[0])<<8 | uint32(data[1])
	}
	if len(data) == 1 {
		sum += uint32(data[0]) << 8
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return sum
}

// event renders the message as it is kept in a timeline.
func (v *VRRP) event(src, dst netip.Addr) *timeline.VRRP {
	addrs, rest := v.addresses(src.Is6())
	e := &timeline.VRRP{
		Version:    int(v.Version),
		Type:       int(v.Type),
		VRID:       int(v.VRID),
		Priority:   int(v.Priority),
		Interval:   v.Interval,
		AuthType:   int(v.AuthType),
		Addresses:  addrs,
		ChecksumOK: len(addrs) == int(v.Count) && v.checksumOK(src, dst),
	}
	if v.Version == 2 && len(rest) >= vrrpAuthData {
		e.AuthData = hex.EncodeToString(rest[:vrrpAuthData])
	}
	return e
}

// ah is a gopacket layer that steps over an authentication header (RFC 2402
// 2), which VRRP messages of authentication type 2 travel behind (RFC 2338
// 5.3.6). gopacket's own cannot be part of a DecodingLayerParser.
type ah struct {
	layers.BaseLayer
	next layers.IPProtocol
}

func (a *ah) LayerType() gopacket.LayerType     { return layers.LayerTypeIPSecAH }
func (a *ah) CanDecode() gopacket.LayerClass    { return layers.LayerTypeIPSecAH }
func (a *ah) NextLayerType() gopacket.LayerType { return a.next.LayerType() }

// DecodeFromBytes finds the end of the header: its length field counts 32-bit
// words, less two.
func (a *ah) DecodeFromBytes(data []byte, df gopacket.DecodeFeedback) error {
	if len(data) < 12 || len(data) < (int(data[1])+2)*4 {
		df.SetTruncated()
		return errors.New("message is shorter than its authentication header")
	}
	end := (int(data[1]) + 2) * 4
	a.BaseLayer = layers.BaseLayer{Contents: data[:end], Payload: data[end:]}
	a.next = layers.IPProtocol(data[0])
	return nil
}
