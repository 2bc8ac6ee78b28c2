package main

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/bench/internal/gauge"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/ipvs"
)

// size is how big a configuration is.
type size struct {
	services, each int
	delay          time.Duration
}

// daemon is one of those compared.
type daemon struct{ name, path string }

const port = 80

// service is the key of virtual server n.
func service(n int) ipvs.Key {
	address := netip.AddrFrom4([4]byte{10, 2, 0, byte(n + 1)})
	return ipvs.Key{Family: conf.IPv4, Protocol: unix.IPPROTO_TCP, Address: netip.AddrPortFrom(address, port)}
}

// server is real server m of virtual server n.
func server(n, m int) netip.Addr { return netip.AddrFrom4([4]byte{10, 1, byte(n), byte(m + 1)}) }

// write writes the file of a configuration in which the last real server has a
// weight.
func (s size) write(file string, weight int) error {
	var b strings.Builder
	b.WriteString("global_defs {\n    router_id lvs\n}\n")
	for n := range s.services {
		fmt.Fprintf(&b, "virtual_server %v %d {\n    delay_loop %g\n    lb_algo wlc\n    lb_kind NAT\n    protocol TCP\n",
			service(n).Address.Addr(), port, s.delay.Seconds())
		for m := range s.each {
			w := 1
			if n == s.services-1 && m == s.each-1 {
				w = weight
			}
			fmt.Fprintf(&b, "    real_server %v %d {\n        weight %d\n        TCP_CHECK {\n            connect_timeout 1\n        }\n    }\n", server(n, m), port, w)
		}
		b.WriteString("}\n")
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	return nil
}

// start runs d as a director.
func (d daemon) start(f *farm) (*gauge.Daemon, error) {
	at := func(name string) string { return filepath.Join(f.folder, name) }
	return gauge.Start(f.director, at("log"), d.path, "-n", "-l", "-C", "-f", f.config(), "-p", at("main.pid"), "-c", at("check.pid"))
}
