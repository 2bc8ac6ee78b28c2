package process

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// Capability is a privilege, as capabilities(7) numbers them.
type Capability int

// The capabilities that the daemon has use for.
const (
	NetAdmin Capability = unix.CAP_NET_ADMIN
	NetRaw   Capability = unix.CAP_NET_RAW
	IPCLock  Capability = unix.CAP_IPC_LOCK
	SysNice  Capability = unix.CAP_SYS_NICE
	SetUID   Capability = unix.CAP_SETUID
	SetGID   Capability = unix.CAP_SETGID
	SysAdmin Capability = unix.CAP_SYS_ADMIN
)

// String is the name in the manual.
func (c Capability) String() string {
	switch c {
	case NetAdmin:
		return "CAP_NET_ADMIN"
	case NetRaw:
		return "CAP_NET_RAW"
	case IPCLock:
		return "CAP_IPC_LOCK"
	case SysNice:
		return "CAP_SYS_NICE"
	case SetUID:
		return "CAP_SETUID"
	case SetGID:
		return "CAP_SETGID"
	case SysAdmin:
		return "CAP_SYS_ADMIN"
	}
	return fmt.Sprintf("capability %d", int(c))
}

// Lacking returns those of want that this process does not have in effect.
func Lacking(want ...Capability) ([]Capability, error) {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return nil, fmt.Errorf("get capabilities: %w", err)
	}
	var list []Capability
	for _, c := range want {
		if data[c/32].Effective&(1<<(c%32)) == 0 {
			list = append(list, c)
		}
	}
	return list, nil
}

// Names lists capabilities in words: "CAP_NET_ADMIN and CAP_NET_RAW".
func Names(list []Capability) string {
	var names []string
	for _, c := range list {
		names = append(names, c.String())
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
