package ipvs

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// String names d as ipvsadm does.
func (d Daemon) String() string {
	role := "backup"
	if d.Master {
		role = "master"
	}
	return fmt.Sprintf("%s sync daemon (%s, id %d)", role, d.Interface, d.SyncID)
}

// Daemons reads the running sync daemons, the master first. What they leave to
// the kernel is filled in.
func (c *Conn) Daemons() ([]Daemon, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []Daemon
	err := c.s.ask(cmdGetDaemon, unix.NLM_F_DUMP, nil, func(b []byte) error {
		d, err := parseDaemon(b)
		list = append(list, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read sync daemons: %w", explain(err))
	}
	slices.SortStableFunc(list, func(a, b Daemon) int {
		if a.Master == b.Master {
			return 0
		} else if a.Master {
			return -1
		}
		return 1
	})
	return list, nil
}

// StartDaemon starts a sync daemon: ErrExists if one with this role runs, ErrNotFound
// if there is no such interface.
func (c *Conn) StartDaemon(d Daemon) error {
	err := c.command(fmt.Sprintf("start %v", d), cmdNewDaemon, d.encode)
	if errors.Is(err, unix.ENODEV) {
		return fmt.Errorf("%w: interface %s %w", err, d.Interface, ErrNotFound)
	}
	return err
}

// StopDaemon stops the master or the backup daemon, whatever its settings:
// ErrNotFound if none runs.
//
// The kernel does not answer where it stops a thread that it has not begun to
// run yet: the EINTR of kthread_stop makes netlink believe that there is nothing
// to say.
func (c *Conn) StopDaemon(master bool) error {
	d := Daemon{Master: master}
	err := c.command(fmt.Sprintf("stop %v", d), cmdDelDaemon, d.encode)
	if !errors.Is(err, errLost) {
		return err
	}
	list, e := c.Daemons()
	if e != nil {
		return e
	}
	if slices.ContainsFunc(list, func(d Daemon) bool { return d.Master == master }) {
		return err
	}
	return nil
}

func (d Daemon) encode(e *encoder) {
	at := e.nest(attrDaemon)
	defer e.endNest(at)
	state := stateBackup
	if d.Master {
		state = stateMaster
	}
	e.u32(daemonState, state)
	e.text(daemonInterface, d.Interface)
	e.u32(daemonSyncID, uint32(d.SyncID))
	if d.MaxLen != 0 {
		e.u16(daemonMaxLen, d.MaxLen)
	}
	switch {
	case d.Group.Is4():
		e.address(daemonGroup, d.Group)
	case d.Group.Is6():
		e.address(daemonGroup6, d.Group)
	}
	if d.Port != 0 {
		e.u16(daemonPort, d.Port) // in the host's byte order, unlike all others
	}
	if d.TTL != 0 {
		e.bytes(daemonTTL, d.TTL)
	}
}

// parseDaemon reads an answer to GET_DAEMON, without its generic header.
func parseDaemon(b []byte) (d Daemon, err error) {
	daemon, err := attribute(b, attrDaemon)
	if err != nil {
		return d, err
	}
	for kind, v := range attributes(daemon) {
		switch kind {
		case daemonState:
			d.Master = v.u32() == stateMaster
		case daemonInterface:
			d.Interface = v.text()
		case daemonSyncID:
			d.SyncID = uint8(v.u32())
		case daemonMaxLen:
			d.MaxLen = v.u16()
		case daemonGroup:
			d.Group = v.address(conf.IPv4)
		case daemonGroup6:
			d.Group = v.address(conf.IPv6)
		case daemonPort:
			d.Port = v.u16()
		case daemonTTL:
			d.TTL = v.u8()
		}
	}
	return d, nil
}
