package differential_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

const (
	// hangLimit is how long keepalived may take for one of these short files.
	hangLimit = 10 * time.Second
	// hangAgain is how long a case that is known to hang is looked at again.
	hangAgain = time.Second
)

// interfaces are those of the host that keepalived runs on.
var interfaces = []string{"lo", "eth0", "eth1"}

// newHost makes a host with interfaces.
func newHost(t *testing.T) *testnet.Host {
	h := testnet.New(t)
	h.Do(func() error {
		return netlink.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: interfaces[1]}, PeerName: interfaces[2]})
	})
	for _, name := range interfaces[1:] {
		h.Link(name, true)
	}
	return h
}

// TestKeepalived runs the keepalived that is installed on every case and
// compares with what is recorded; -update records anew.
func TestKeepalived(t *testing.T) {
	path, err := exec.LookPath("keepalived")
	if err != nil {
		t.Fatalf("%v: install the package keepalived (hack/packages does)", err)
	}
	recorded, version := record{}, versionOf(t, path)
	if !*update {
		recorded = readRecord(t)
		if recorded.Version != version {
			t.Fatalf("%s is of keepalived %s, installed is %s; -update records it anew", recordFile, recorded.Version, version)
		}
	}
	list, h := cases(t), newHost(t)
	got := runAll(t, h, path, list, recorded)
	if *update {
		record{Version: version, Results: got}.write(t, list)
		return
	}
	for _, c := range list {
		if c.Root && !rootOwns(t) {
			t.Logf("%s: not compared, since here no file is root's", c.Name)
			continue
		}
		if want, got := recorded.Results[c.Name].String(), got[c.Name].String(); got != want {
			t.Errorf("%s: keepalived says %q, recorded is %q", c.Name, got, want)
		}
	}
}

// rootOwns tells whether the host's files are root's here; in a user namespace
// they are nobody's, and no script is secure.
func rootOwns(t *testing.T) bool {
	info, err := os.Stat("/")
	if err != nil {
		t.Fatal(err)
	}
	return info.Sys().(*syscall.Stat_t).Uid == 0
}

var versionLine = regexp.MustCompile(`Keepalived v([0-9.]+)`)

func versionOf(t *testing.T, path string) string {
	t.Helper()
	out, err := exec.Command(path, "--version").CombinedOutput()
	found := versionLine.FindSubmatch(out)
	if found == nil {
		t.Fatalf("%s --version: %v: %s", path, err, out)
	}
	return string(found[1])
}

// runAll runs keepalived on the cases, all at a time: those that hang take the
// whole limit and cost little else.
func runAll(t *testing.T, h *testnet.Host, path string, list []testCase, recorded record) map[string]result {
	t.Helper()
	results := make(map[string]result, len(list))
	var mu sync.Mutex
	t.Run("cases", func(t *testing.T) {
		for _, c := range list {
			t.Run(c.Name, func(t *testing.T) {
				t.Parallel()
				limit := hangLimit
				if recorded.Results[c.Name].Status == hung {
					limit = hangAgain
				}
				r := run(t, h, path, c, limit)
				mu.Lock()
				defer mu.Unlock()
				results[c.Name] = r
			})
		}
	})
	return results
}

// run is `keepalived -t` in the namespace and a folder with the case's files.
func run(t *testing.T, h *testnet.Host, path string, c testCase, limit time.Duration) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, append([]string{"-t", "-f", mainFile}, c.args()...)...)
	cmd.Dir = c.write(t)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	var err error
	<-h.Go(func() { err = cmd.Run() })
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return result{Status: hung, Lines: namedLines(out.Bytes())}
	case err != nil && !errors.As(err, &exit):
		t.Fatal(err)
	case !cmd.ProcessState.Exited():
		return result{Status: crashed, Lines: namedLines(out.Bytes())}
	}
	return result{Status: strconv.Itoa(cmd.ProcessState.ExitCode()), Lines: namedLines(out.Bytes())}
}

// place begins a message about a line. As long as there is but one file,
// keepalived does not name it.
var place = regexp.MustCompile(`(?m)^\((?:[^():]*/)?([^():/]*?)(?:: )?Line ([0-9]+)\) `)

// namedLines returns the lines, as "file:line", that messages of keepalived
// name.
func namedLines(out []byte) []string {
	var lines []string
	for _, m := range place.FindAllSubmatch(out, -1) {
		file := string(m[1])
		if file == "" {
			file = mainFile
		}
		lines = append(lines, file+":"+string(m[2]))
	}
	return sortLines(lines)
}
