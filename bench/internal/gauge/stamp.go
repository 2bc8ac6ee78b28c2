package gauge

import (
	"encoding/binary"
	"time"

	"golang.org/x/sys/unix"
)

// Stamp is the kernel's time of a packet, of the control message that
// SO_TIMESTAMPNS asks for; zero if there is none.
func Stamp(oob []byte) time.Time {
	list, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return time.Time{}
	}
	for _, m := range list {
		if m.Header.Type == unix.SO_TIMESTAMPNS && len(m.Data) >= 16 {
			return time.Unix(int64(binary.NativeEndian.Uint64(m.Data)), int64(binary.NativeEndian.Uint64(m.Data[8:])))
		}
	}
	return time.Time{}
}
