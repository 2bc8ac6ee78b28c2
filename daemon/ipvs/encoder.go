package ipvs

import (
	"encoding/binary"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// encoder appends netlink messages (netlink(7)) to a buffer, one after the other.
type encoder struct{ buf []byte }

// message begins a message of the generic netlink family and returns its place
// for end.
func (e *encoder) message(family, flags uint16, seq uint32, cmd uint8) (place int) {
	place = len(e.buf)
	e.buf = append(e.buf, 0, 0, 0, 0)
	e.buf = binary.NativeEndian.AppendUint16(e.buf, family)
	e.buf = binary.NativeEndian.AppendUint16(e.buf, flags|unix.NLM_F_REQUEST)
	e.buf = binary.NativeEndian.AppendUint32(e.buf, seq)
	e.buf = append(e.buf, 0, 0, 0, 0, cmd, familyVersion, 0, 0)
	return place
}

// end completes the message that began at place.
func (e *encoder) end(place int) {
	binary.NativeEndian.PutUint32(e.buf[place:], uint32(len(e.buf)-place))
}

// flag sets the flags of the message that began at place.
func (e *encoder) flag(place int, flags uint16) {
	binary.NativeEndian.PutUint16(e.buf[place+6:], flags|unix.NLM_F_REQUEST)
}

// nest begins an attribute of attributes; endNest completes it.
func (e *encoder) nest(kind uint16) (place int) {
	place = len(e.buf)
	e.header(kind|unix.NLA_F_NESTED, 0)
	return place
}

func (e *encoder) endNest(place int) {
	binary.NativeEndian.PutUint16(e.buf[place:], uint16(len(e.buf)-place))
}

func (e *encoder) header(kind uint16, payload int) {
	e.buf = binary.NativeEndian.AppendUint16(e.buf, uint16(unix.SizeofRtAttr+payload))
	e.buf = binary.NativeEndian.AppendUint16(e.buf, kind)
}

func (e *encoder) bytes(kind uint16, b ...byte) {
	e.header(kind, len(b))
	e.buf = append(e.buf, b...)
	for len(e.buf)%unix.NLA_ALIGNTO != 0 {
		e.buf = append(e.buf, 0)
	}
}

func (e *encoder) u16(kind, v uint16) {
	e.header(kind, 2)
	e.buf = binary.NativeEndian.AppendUint16(e.buf, v)
	e.buf = append(e.buf, 0, 0)
}

// port is in network byte order.
func (e *encoder) port(kind, v uint16) { e.bytes(kind, byte(v>>8), byte(v)) }

func (e *encoder) u32(kind uint16, v uint32) {
	e.header(kind, 4)
	e.buf = binary.NativeEndian.AppendUint32(e.buf, v)
}

func (e *encoder) seconds(kind uint16, d time.Duration) {
	e.u32(kind, uint32(wholeSeconds(d)/time.Second))
}

// text is a string with a NUL at its end. The kernel knows none of more than 16
// bytes; a longer one is cut to a length that it still refuses.
func (e *encoder) text(kind uint16, v string) {
	const limit = 64
	e.bytes(kind, append([]byte(v[:min(len(v), limit)]), 0)...)
}

func (e *encoder) address(kind uint16, ip netip.Addr) {
	if ip.Is4() {
		b := ip.As4()
		e.bytes(kind, b[:]...)
		return
	}
	b := ip.As16()
	e.bytes(kind, b[:]...)
}
