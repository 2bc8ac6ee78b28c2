package lab

import (
	"context"
	"fmt"
	"net/netip"
	"os/exec"
	"regexp"
	"strconv"
	"testing"

	"github.com/viplab/viplab/lab/kernel"
	"github.com/viplab/viplab/lab/topology"
)

func TestMain(m *testing.M) { Main(m) }

// star is a topology of n nodes on one network.
func star(n int) *topology.Topology {
	top := &topology.Topology{
		Name: "star", Title: "Nodes on one network", Networks: map[string]*topology.Network{"lan": {}}, Nodes: make(map[string]*topology.Node),
	}
	addr := netip.MustParseAddr("10.0.0.1")
	for i := range n {
		top.Nodes[fmt.Sprintf("n%d", i+1)] = &topology.Node{Interfaces: map[string]*topology.Interface{
			"eth0": {Network: "lan", Addresses: []netip.Prefix{netip.PrefixFrom(addr, 16)}},
		}}
		addr = addr.Next()
	}
	return top
}

// BenchmarkBuild builds and removes labs, and, where Mininet is installed, the
// same number of its hosts on a Linux bridge: plain network namespaces, where a
// node of ours has a root file system, processes and watchers of its own.
func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{2, 10, 50} {
		b.Run(fmt.Sprintf("nodes=%d", n), func(b *testing.B) {
			for b.Loop() {
				l, err := Open(b.Context(), star(n), Options{Calibration: kernel.Calibration{Waits: 1}})
				if err != nil {
					b.Fatal(err)
				}
				if err := l.Close(); err != nil {
					b.Fatal(err)
				}
			}
			ours := b.Elapsed().Seconds() / float64(b.N)
			b.ReportMetric(ours, "s")
			if theirs, err := mininet(b.Context(), n); err != nil {
				b.Logf("Mininet was not measured: %v", err)
			} else {
				b.ReportMetric(theirs, "mininet-s")
				b.ReportMetric(theirs/ours, "mininet/ours")
			}
		})
	}
}

// mininetTime is what mn says at its end.
var mininetTime = regexp.MustCompile(`completed in ([0-9.]+) seconds`)

// mininet builds and removes n hosts, and returns how long it says that took.
func mininet(ctx context.Context, n int) (float64, error) {
	out, err := exec.CommandContext(ctx, "mn", "--switch", "lxbr", "--controller", "none",
		"--topo", fmt.Sprintf("single,%d", n), "--test", "none").CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("run mn: %w: %s", err, out)
	}
	m := mininetTime.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("mn did not say how long it took: %s", out)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}
