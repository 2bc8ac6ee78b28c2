package ipvs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Conn programs the IPVS of one network namespace. Its methods may be called
// from several goroutines, and wait for nothing but the kernel's work and each
// other.
type Conn struct {
	mu sync.Mutex
	s  *socket
}

// Open opens a Conn in the network namespace of the calling thread. Where the
// kernel has no IPVS, it asks for the module ip_vs, which takes root, for a few
// seconds at most; when that is no help, it returns ErrNoIPVS.
func Open(ctx context.Context) (*Conn, error) {
	return open(ctx, familyName)
}

func open(ctx context.Context, family string) (*Conn, error) {
	s, err := dial()
	if err != nil {
		return nil, err
	}
	id, err := s.resolve(family)
	if errors.Is(err, unix.ENOENT) {
		if cause := loadModule(ctx); cause != nil {
			return nil, errors.Join(fmt.Errorf("%w (%w)", ErrNoIPVS, cause), s.close())
		}
		if id, err = s.resolve(family); errors.Is(err, unix.ENOENT) {
			err = ErrNoIPVS
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open IPVS: %w", err), s.close())
	}
	s.family = id
	return &Conn{s: s}, nil
}

// Close closes c.
func (c *Conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.s.close()
}

// resolve asks for the number of a generic netlink family: ENOENT if there is
// none, even after the kernel itself has looked for a module with that alias.
func (s *socket) resolve(family string) (id uint16, err error) {
	const getFamily, attrID, attrName = 3, 1, 2 // CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID, _NAME
	err = s.ask(getFamily, 0, func(e *encoder) { e.text(attrName, family) }, func(b []byte) error {
		v, err := attribute(b, attrID)
		id = v.u16()
		return err
	})
	return id, err
}

// loadModule runs the kernel's modprobe for ip_vs.
func loadModule(ctx context.Context) error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("only root may load ip_vs: %w", unix.EPERM)
	}
	modprobe, err := os.ReadFile("/proc/sys/kernel/modprobe")
	if err != nil {
		return fmt.Errorf("load ip_vs: the kernel has no modules: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, string(bytes.TrimSpace(modprobe)), "-q", "--", "ip_vs")
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("load ip_vs: %w", err)
	}
	return nil
}
