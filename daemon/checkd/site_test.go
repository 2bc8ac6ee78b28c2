package checkd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
	"github.com/viplab/viplab/daemon/ipvs"
	"github.com/viplab/viplab/daemon/logs"
	"github.com/viplab/viplab/daemon/pool"
)

// site is a host of its own, and what a checker process has there.
type site struct {
	t    *testing.T
	host *testnet.Host
	raw  *ipvs.Conn // of somebody else
	path string     // of the ledger
	log  *logs.Log
	text *bytes.Buffer
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, host: testnet.New(t), path: filepath.Join(t.TempDir(), "checkers.ipvs")}
	s.host.Do(func() (err error) {
		if s.raw, err = ipvs.Open(t.Context()); errors.Is(err, ipvs.ErrNoIPVS) {
			return nil
		}
		return err
	})
	if s.raw == nil {
		t.Skip("this kernel has no IPVS; without -race the test runs in a guest")
	}
	t.Cleanup(func() { _ = s.raw.Close() })
	return s
}

// start is a table as a process has it that begins. What it logs is in s.said
// after stop.
func (s *site) start() *table {
	s.t.Helper()
	s.text = new(bytes.Buffer)
	s.log = logs.New(logs.Options{Console: s.text, Wait: true})
	s.t.Cleanup(s.log.Close)
	book, err := openLedger(s.path, "stamp")
	if err != nil {
		s.t.Fatal(err)
	}
	t := &table{log: s.log, ledger: book, failed: map[ipvs.Key]string{}, open: func(ctx context.Context) (kernelTable, error) {
		var c *ipvs.Conn
		s.host.Do(func() (err error) { c, err = ipvs.Open(ctx); return err })
		return c, nil
	}}
	s.t.Cleanup(t.close)
	return t
}

// said is what was logged, without the time of day. Nothing is logged after it.
func (s *site) said() string {
	s.log.Close()
	var text strings.Builder
	for line := range strings.Lines(s.text.String()) {
		_, line, _ = strings.Cut(line, fmt.Sprintf(" %d: ", time.Now().Year()))
		text.WriteString(line)
	}
	return text.String()
}

// targets are services as the configuration wants them: "ADDRESS:PORT SCHEDULER
// SERVER=WEIGHT ...". Their place is line N of k.conf.
func targets(lines ...string) []pool.Target {
	var list []pool.Target
	for n, line := range lines {
		list = append(list, pool.Target{Name: "v" + fmt.Sprint(n+1), Pos: conf.Pos{File: "k.conf", Line: int32(n + 1), Column: 1}, Entry: entry(line)})
	}
	return list
}

func entry(line string) ipvs.Entry {
	var e ipvs.Entry
	words := strings.Fields(line)
	e.Service = ipvs.Service{Key: key(words[0]), Scheduler: words[1]}
	for _, w := range words[2:] {
		var s ipvs.ServerEntry
		address, weight, _ := strings.Cut(w, "=")
		s.Address = key(address).Address
		_, _ = fmt.Sscan(weight, &s.Weight)
		s.Forward.Method = conf.NAT
		e.Servers = append(e.Servers, s)
	}
	return e
}

func key(address string) ipvs.Key {
	k, ok := parseKey("6 " + address)
	if !ok {
		panic("not an address: " + address)
	}
	return k
}

// wantTable holds the kernel's table against lines.
func (s *site) wantTable(lines ...string) {
	s.t.Helper()
	list, err := s.raw.Table()
	if err != nil {
		s.t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		line := e.Address.String() + " " + e.Scheduler
		for _, r := range e.Servers {
			line += fmt.Sprintf(" %s=%d", r.Address, r.Weight)
		}
		got = append(got, line)
	}
	if diff := cmp.Diff(lines, got); diff != "" && len(lines)+len(got) > 0 {
		s.t.Errorf("the kernel has (-want +got):\n%s", diff)
	}
}

// meddle makes changes behind the daemon's back.
func (s *site) meddle(changes ...ipvs.Change) {
	s.t.Helper()
	for _, f := range s.raw.Apply(changes) {
		s.t.Fatal(f)
	}
}

// others adds a service of somebody else.
func (s *site) others(line string) { s.meddle(ipvs.Diff(nil, []ipvs.Entry{entry(line)})...) }
