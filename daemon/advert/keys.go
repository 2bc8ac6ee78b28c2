package advert

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// KeyError is a key of auth_hmac that cannot be used. It never says what the key
// is.
type KeyError struct {
	ID      int
	Path    string // of its file; empty without
	Problem string
	Err     error // nil without
}

func (e *KeyError) Error() string {
	text := fmt.Sprintf("auth_hmac: key %d", e.ID)
	if e.Path != "" {
		text += " (" + e.Path + ")"
	}
	if e.Problem != "" {
		text += " " + e.Problem
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap is the error of the file.
func (e *KeyError) Unwrap() error { return e.Err }

// The length of a key in bytes, and of a file that has one.
const (
	minKey, maxKey = 32, 64
	maxKeyFile     = 4096
)

// keyRing is the keys of an instance.
type keyRing struct {
	keys     []*key
	warnings []string
}

// newKeyRing loads the keys of h; nil without h.
func newKeyRing(h *conf.AuthHMAC) (*keyRing, error) {
	if h == nil {
		return nil, nil
	}
	r := new(keyRing)
	for _, k := range h.Keys {
		secret, err := r.load(k)
		if err != nil {
			return nil, err
		}
		r.keys = append(r.keys, newKey(uint8(k.ID), secret))
	}
	return r, nil
}

// find is the key with that ID, nil if there is none.
func (r *keyRing) find(id uint8) *key {
	for _, k := range r.keys {
		if k.id == id {
			return k
		}
	}
	return nil
}

// load reads what k says: a text, "hex:" and digits, or "file:" and the path of
// a file with either.
func (r *keyRing) load(k conf.HMACKey) ([]byte, error) {
	path, inFile := strings.CutPrefix(k.Value, "file:")
	if !inFile {
		return decodeKey(k.ID, "", k.Value)
	}
	text, mode, err := readKey(path)
	if err != nil {
		return nil, &KeyError{ID: k.ID, Path: path, Problem: "cannot be read", Err: err}
	}
	if mode&0o077 != 0 {
		r.warnings = append(r.warnings, fmt.Sprintf("auth_hmac: key %d: others may read %s (mode %04o); chmod 600 it", k.ID, path, mode))
	}
	return decodeKey(k.ID, path, strings.TrimRight(text, "\r\n"))
}

// readKey reads a small file and its mode.
func readKey(path string) (string, os.FileMode, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0) // a FIFO would wait for a writer
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", 0, err
	}
	if !info.Mode().IsRegular() {
		return "", 0, fmt.Errorf("%s is not a regular file", path)
	}
	b, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	return string(b), info.Mode().Perm(), err
}

// decodeKey is the bytes of a key.
func decodeKey(id int, path, text string) ([]byte, error) {
	secret := []byte(text)
	if digits, ok := strings.CutPrefix(text, "hex:"); ok {
		var err error
		if secret, err = hex.DecodeString(digits); err != nil { // its text would quote the key
			return nil, &KeyError{ID: id, Path: path, Problem: "is not an even number of hexadecimal digits"}
		}
	}
	if n := len(secret); n < minKey || n > maxKey {
		return nil, &KeyError{ID: id, Path: path, Problem: fmt.Sprintf("has %d bytes, not %d to %d", n, minKey, maxKey)}
	}
	return secret, nil
}

// marks are the last counters of those who signed adverts. There is room for few:
// more than one sender is rare, and only who has a key gets here.
type marks struct {
	slots []mark
	clock uint64
}

type mark struct {
	source  netip.Addr
	counter uint64
	used    uint64 // when, in steps of marks.clock; 0: never
}

const minMarks = 8

// resize makes room for n senders.
func (m *marks) resize(n int) {
	if n = max(n, minMarks); n > len(m.slots) {
		m.slots = append(m.slots, make([]mark, n-len(m.slots))...)
	}
}

// of is the last counter of source.
func (m *marks) of(source netip.Addr) (uint64, bool) {
	for i := range m.slots {
		if s := &m.slots[i]; s.used > 0 && s.source == source {
			return s.counter, true
		}
	}
	return 0, false
}

// set remembers a counter, at the cost of who has been silent for longest.
func (m *marks) set(source netip.Addr, counter uint64) {
	at := 0
	for i := range m.slots {
		if m.slots[i].source == source && m.slots[i].used > 0 {
			at = i
			break
		}
		if m.slots[i].used < m.slots[at].used {
			at = i
		}
	}
	m.clock++
	m.slots[at] = mark{source: source, counter: counter, used: m.clock}
}
