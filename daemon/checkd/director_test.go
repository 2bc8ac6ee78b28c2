package checkd_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink"

	"github.com/viplab/viplab/daemon/internal/testnet"
	"github.com/viplab/viplab/daemon/ipvs"
)

// director is a host with a folder for the daemon's files.
type director struct {
	*testnet.Host
	t   *testing.T
	dir string
	raw *ipvs.Conn // of somebody else
}

func newDirector(t *testing.T) *director {
	t.Helper()
	d := &director{Host: testnet.New(t), t: t, dir: t.TempDir()}
	d.Do(func() (err error) {
		if d.raw, err = ipvs.Open(t.Context()); errors.Is(err, ipvs.ErrNoIPVS) {
			return nil
		}
		return err
	})
	if d.raw == nil {
		t.Skip("this kernel has no IPVS; without -race the test runs in a guest")
	}
	t.Cleanup(func() { _ = d.raw.Close() })
	return d
}

func (d *director) file(name string) string { return filepath.Join(d.dir, name) }

func (d *director) write(name, text string) {
	d.t.Helper()
	if err := os.WriteFile(d.file(name), []byte(text), 0o755); err != nil {
		d.t.Fatal(err)
	}
}

// checkers is the id of the checker process; 0: there is none.
func (d *director) checkers() int {
	text, _ := os.ReadFile(d.file("checkers.pid"))
	pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return pid
}

// table is the kernel's: services with their servers, in order.
func (d *director) table() []string {
	d.t.Helper()
	list, err := d.raw.Table()
	if err != nil {
		d.t.Fatal(err)
	}
	var lines []string
	for _, e := range list {
		line := fmt.Sprintf("%v %s", e.Key, e.Scheduler)
		for _, r := range e.Servers {
			line += fmt.Sprintf(" %v=%d", r.Address, r.Weight)
		}
		lines = append(lines, line)
	}
	return lines
}

// want waits for the kernel's table to be lines.
func (d *director) want(lines ...string) {
	d.t.Helper()
	var got []string
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		if got = d.table(); slices.Equal(got, lines) {
			return
		}
	}
	diff := cmp.Diff(lines, got)
	d.t.Fatalf("the kernel has %d services, want %d (-want +got):\n%s", len(got), len(lines), diff[:min(len(diff), 2000)])
}

// others makes changes as somebody else.
func (d *director) others(changes ...ipvs.Change) {
	d.t.Helper()
	for _, f := range d.raw.Apply(changes) {
		d.t.Fatal(f)
	}
}

// listen has something listen on a port of 127.0.0.1, until it is closed.
func (d *director) listen(port int) net.Listener {
	d.t.Helper()
	var l net.Listener
	d.Do(func() (err error) { l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); return err })
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	d.t.Cleanup(func() { _ = l.Close(); <-done })
	return l
}

// address gives this host 127.5.5.5, or takes it.
func (d *director) address(on bool) {
	d.t.Helper()
	d.Do(func() error {
		lo, err := netlink.LinkByName("lo")
		if err != nil {
			return err
		}
		a, err := netlink.ParseAddr("127.5.5.5/32")
		if err != nil {
			return err
		}
		if on {
			return netlink.AddrAdd(lo, a)
		}
		return netlink.AddrDel(lo, a)
	})
}
