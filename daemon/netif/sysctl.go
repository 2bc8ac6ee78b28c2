package netif

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// sysctlRoot shows the network sysctls of the namespace of the thread that
// opens a file in it.
const sysctlRoot = "/proc/sys/net"

// readSysctl reads a key such as "ipv4/conf/eth0/arp_ignore". Slashes are
// between its parts, because an interface's name may have dots.
func readSysctl(key string) (string, error) {
	b, err := os.ReadFile(path.Join(sysctlRoot, key))
	return strings.TrimSpace(string(b)), err
}

func writeSysctl(key, value string) error {
	return os.WriteFile(path.Join(sysctlRoot, key), []byte(value), 0)
}

// ensureSysctl writes a key unless it is as wanted, which may be all that one
// is allowed to find out.
func ensureSysctl(key, value string) error {
	before, err := readSysctl(key)
	if err == nil && before != value {
		err = writeSysctl(key, value)
	}
	if err != nil {
		return fmt.Errorf("set sysctl net/%s to %s: %w", key, value, err)
	}
	return nil
}

// Sysctls are sysctls that are held at a value for somebody, with what was
// there before. The zero value holds none. It is for one goroutine, in one
// network namespace.
type Sysctls struct {
	held  map[string]*hold
	order []string
}

// hold is a key at work.
type hold struct {
	before, value string
	holders       int
}

// Hold sets key, such as "ipv4/conf/eth0/arp_ignore", to value until Release
// has been called as often as Hold, or Restore. A key can be held at one value
// only.
func (s *Sysctls) Hold(key, value string) error {
	h := s.held[key]
	if h != nil && h.value != value {
		return fmt.Errorf("set sysctl net/%s to %s: it is held at %s", key, value, h.value)
	}
	before, err := readSysctl(key)
	if err == nil && before != value { // of one that is held: its interface is a new one
		err = writeSysctl(key, value)
	}
	if err != nil {
		return fmt.Errorf("set sysctl net/%s to %s: %w", key, value, err)
	}
	if h == nil {
		h = &hold{before: before, value: value}
		if s.held == nil {
			s.held = map[string]*hold{}
		}
		s.held[key] = h
		s.order = append(s.order, key)
	}
	h.holders++
	return nil
}

// Release gives a key up that Hold took; after the last it has its value from
// before again.
func (s *Sysctls) Release(key string) error {
	h := s.held[key]
	if h == nil {
		return nil
	}
	if h.holders--; h.holders > 0 {
		return nil
	}
	delete(s.held, key)
	s.order = slices.DeleteFunc(s.order, func(k string) bool { return k == key })
	return h.restore(key)
}

// Restore gives all keys up, the last that was taken first.
func (s *Sysctls) Restore() error {
	var failed []error
	for _, key := range slices.Backward(s.order) {
		failed = append(failed, s.held[key].restore(key))
	}
	s.held, s.order = nil, nil
	return errors.Join(failed...)
}

// restore puts the old value back. A key that is gone, and one that somebody
// else has changed in the meantime, stay as they are.
func (h *hold) restore(key string) error {
	now, err := readSysctl(key)
	if errors.Is(err, fs.ErrNotExist) || err == nil && now != h.value {
		return nil
	}
	if err == nil {
		err = writeSysctl(key, h.before)
	}
	if err != nil {
		return fmt.Errorf("restore sysctl net/%s to %s: %w", key, h.before, err)
	}
	return nil
}
