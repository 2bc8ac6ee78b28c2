package check

import (
	"encoding/binary"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// target is an address in the kernel's form.
type target struct {
	raw  [unix.SizeofSockaddrInet6]byte
	size uintptr
}

// targetOf is an address and a port; zone is the interface of a link-local
// address.
func targetOf(a netip.Addr, port uint16, zone uint32) (t target) {
	a = a.Unmap()
	if a.Is4() {
		s := (*unix.RawSockaddrInet4)(unsafe.Pointer(&t.raw))
		s.Family, s.Addr = unix.AF_INET, a.As4()
		binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&s.Port))[:], port)
		t.size = unix.SizeofSockaddrInet4
		return t
	}
	s := (*unix.RawSockaddrInet6)(unsafe.Pointer(&t.raw))
	s.Family, s.Addr = unix.AF_INET6, a.As16()
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&s.Port))[:], port)
	s.Scope_id = zone
	t.size = unix.SizeofSockaddrInet6
	return t
}

func (t *target) family() int {
	if t.size == unix.SizeofSockaddrInet4 {
		return unix.AF_INET
	}
	return unix.AF_INET6
}

func (t *target) pointer() uintptr { return uintptr(unsafe.Pointer(&t.raw)) }

// setZone sets the interface of a link-local address of IPv6.
func (t *target) setZone(index uint32) {
	(*unix.RawSockaddrInet6)(unsafe.Pointer(&t.raw)).Scope_id = index
}
