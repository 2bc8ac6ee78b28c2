package advert

import (
	"bytes"
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// TestMarks: senders beyond the room cost who was silent for longest.
func TestMarks(t *testing.T) {
	var m marks
	m.resize(0)
	source := func(n int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, 0, byte(n)}) }
	for n := range minMarks {
		m.set(source(n), uint64(n))
	}
	m.set(source(0), 100)
	m.set(source(99), 99)
	if _, ok := m.of(source(1)); ok {
		t.Error("the oldest mark is still there")
	}
	for n, want := range map[int]uint64{0: 100, 2: 2, 99: 99} {
		if got, ok := m.of(source(n)); !ok || got != want {
			t.Errorf("mark of %v: %d %v, want %d", source(n), got, ok, want)
		}
	}
}

func TestKeys(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, mode fs.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return "file:" + path
	}
	raw := strings.Repeat("k", 32)
	fifo := filepath.Join(dir, "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, r := range []struct {
		name, value string
		want        []byte
		problem     string // in the error
		warns       bool
	}{
		{"text", raw, []byte(raw), "", false},
		{"hex", "hex:" + strings.Repeat("6b", 32), []byte(raw), "", false},
		{"file", write("raw", raw+"\n", 0o600), []byte(raw), "", false},
		{"file of hex", write("hex", "hex:"+strings.Repeat("6B", 32)+"\r\n", 0o600), []byte(raw), "", false},
		{"open file", write("open", raw, 0o644), []byte(raw), "", true},
		{"no file", "file:" + filepath.Join(dir, "none"), nil, "key 7 (" + filepath.Join(dir, "none") + ") cannot be read: open " + filepath.Join(dir, "none") + ": no such file", false},
		{"directory", "file:" + dir, nil, "is not a regular file", false},
		{"FIFO", "file:" + fifo, nil, "is not a regular file", false},
		{"short", write("short", "tooshort", 0o600), nil, "has 8 bytes, not 32 to 64", false},
		{"empty", write("empty", "\n", 0o600), nil, "has 0 bytes", false},
		{"long", write("long", strings.Repeat("k", 65), 0o600), nil, "has 65 bytes", false},
		{"huge", write("huge", strings.Repeat("k", 100000), 0o600), nil, "has 4096 bytes", false},
		{"digits", write("digits", "hex:"+strings.Repeat("6x", 32), 0o600), nil, "is not an even number of hexadecimal digits", false},
	} {
		t.Run(r.name, func(t *testing.T) {
			ring := new(keyRing)
			got, err := ring.load(conf.HMACKey{ID: 7, Value: r.value})
			if !bytes.Equal(got, r.want) || (len(ring.warnings) > 0) != r.warns {
				t.Errorf("key %q, warnings %v", got, ring.warnings)
			}
			var key *KeyError
			if (r.problem == "") != (err == nil) || err != nil && (!errors.As(err, &key) || !strings.Contains(err.Error(), r.problem)) {
				t.Errorf("error %v, want %q", err, r.problem)
			}
			if err != nil && strings.Contains(err.Error(), "6x6x") {
				t.Errorf("the error shows the key: %v", err)
			}
		})
	}
}

// TestReloadKeys: an error changes nothing; marks stay.
func TestReloadKeys(t *testing.T) {
	i := instance(sign)
	c, s := router(t, i)
	p := send(t, s, them, 200, noon)
	if _, err := c.Check(&p, noon); err != nil {
		t.Fatal(err)
	}
	bad := instance(all(sign, func(i *conf.Instance) { i.HMAC.Keys[0].Value = "file:/none" }))
	if err := c.Reload(bad); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	if c.conf != i {
		t.Error("the checker changed")
	}
	if err := c.Reload(instance(sign)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Check(&p, noon); Reason(err) != ReplayedHMAC {
		t.Errorf("replay after a reload: %v", err)
	}
}
