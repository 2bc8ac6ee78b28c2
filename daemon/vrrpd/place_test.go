package vrrpd

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/logs"
)

// buffer is a log that is read while it is written.
type buffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *buffer) WriteString(s string) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.WriteString(s)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

// TestRaise: a late timer raises the priority, one step at a time and not above
// what is permitted. (It is not asked for any that may do harm to the machine.)
func TestRaise(t *testing.T) {
	if os.Getenv(beRaised) == "" {
		again(t)
		return
	}
	var out buffer
	log := logs.New(logs.Options{Console: &out})
	p := newPlace(log)
	g := &conf.Global{Processes: conf.Processes{VRRP: conf.Process{RTTime: time.Second}, MaxAuto: 1}}
	p.take(g)
	for range 3 {
		p.note(2 * time.Second)
	}
	for !strings.Contains(out.String(), "A timer is 2s late: raising the real-time priority to 1") {
		time.Sleep(time.Millisecond)
	}
	g.Processes.MaxAuto = 0 // a reload
	p.take(g)
	p.note(3 * time.Second)
	p.take(g)
	p.close()
	log.Close()
	if text := out.String(); strings.Count(text, "raising") != 1 {
		t.Errorf("log:\n%s", text)
	}
}
