package ipvs

import (
	"errors"
	"flag"
	"net/netip"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
	"github.com/viplab/viplab/lab/kernel"
)

// TestMain runs the tests in a guest, since few hosts have IPVS; with the race
// detector, which does not run there, and for fuzzing, on the host, where those
// that need IPVS are skipped unless it is there.
func TestMain(m *testing.M) {
	kernel.Main()
	flag.Parse()
	given := func(name string) bool { return flag.Lookup(name).Value.String() != "" }
	if _, inside := kernel.Current(); !inside && !raceDetector && !given("test.fuzz") {
		if given("test.bench") && os.Getenv("VIPLAB_CLOCK") == "" {
			os.Setenv("VIPLAB_CLOCK", "real") // on others, computing takes no time
		}
		os.Exit(kernel.RunTests(kernel.FeatureIPVS))
	}
	goleak.VerifyTestMain(m)
}

// dialed is a host of its own with a Conn.
func dialed(t testing.TB) (*testnet.Host, *Conn) {
	t.Helper()
	h := testnet.New(t)
	var c *Conn
	h.Do(func() (err error) {
		if c, err = Open(t.Context()); errors.Is(err, ErrNoIPVS) {
			return nil
		}
		return err
	})
	if c == nil {
		t.Skip("this kernel has no IPVS; without -race the test runs in a guest")
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return h, c
}

// apply makes changes that have to succeed.
func apply(t testing.TB, c *Conn, changes ...Change) {
	t.Helper()
	for _, f := range c.Apply(changes) {
		t.Fatal(f)
	}
}

// table reads the kernel's table without what is counted.
func table(t testing.TB, c *Conn) []Entry {
	t.Helper()
	list, err := c.Table()
	if err != nil {
		t.Fatal(err)
	}
	return still(list)
}

func still(list []Entry) []Entry {
	for i := range list {
		list[i].Counters = Counters{}
		for n, s := range list[i].Servers {
			list[i].Servers[n] = ServerEntry{Server: s.Server}
		}
	}
	return list
}

// same compares tables.
func same(t testing.TB, got, want []Entry) {
	t.Helper()
	if d := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b }), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// entry is a service on an address and its servers.
func entry(key Key, scheduler string, servers ...Server) Entry {
	e := Entry{Service: Service{Key: key, Scheduler: scheduler}.Normal()}
	for _, s := range servers {
		e.Servers = append(e.Servers, ServerEntry{Server: s.Normal()})
	}
	return e
}

// tcp is the key of a TCP service.
func tcp(address string) Key { return on(6, address) }

func on(protocol uint8, address string) Key {
	return Key{Protocol: protocol, Address: netip.MustParseAddrPort(address)}.normal()
}

// nat is a server that is reached by NAT.
func nat(address string, weight int) Server {
	return Server{Address: netip.MustParseAddrPort(address), Weight: weight, Forward: conf.Forwarding{Method: conf.NAT}}
}
