package advert

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
)

func TestMain(m *testing.M) { os.Exit(testnet.Main(m)) }

// renumber gives a virtual router a VRID and addresses of its own.
func renumber(i *conf.Instance, vrid int) *conf.Instance {
	i.VRID = vrid
	for n, a := range i.Addresses {
		ip := a.Prefix.Addr().AsSlice()
		ip[2] = byte(vrid)
		if len(ip) == 16 {
			ip[2], ip[13] = 0, byte(vrid)
			if n > 0 {
				ip[2] = 0x0d
			}
		}
		addr, _ := netip.AddrFromSlice(ip)
		i.Addresses[n].Prefix = netip.PrefixFrom(addr, 32)
	}
	return i
}

// text is i in the language of keepalived.
func text(i *conf.Instance) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("vrrp_instance R%d {\nstate BACKUP\ninterface eth0\nvirtual_router_id %d\npriority 100\nadvert_int 1\nversion %d", i.VRID, i.VRID, i.Version)
	if i.AuthType > 0 {
		line("authentication {\nauth_type %s\nauth_pass %s\n}", []string{"", "PASS", "AH"}[i.AuthType], i.AuthPass)
	}
	if len(i.UnicastPeers) > 0 {
		line("unicast_src_ip 192.168.0.1\nunicast_peer {")
		for _, p := range i.UnicastPeers {
			if p.Address == us {
				continue
			}
			word := p.Address.String()
			if p.MinTTL >= 0 {
				word += " min_ttl " + strconv.Itoa(p.MinTTL)
			}
			if p.MaxTTL >= 0 {
				word += " max_ttl " + strconv.Itoa(p.MaxTTL)
			}
			line("%s", word)
		}
		line("}")
	}
	if i.Unicast.CheckSource {
		line("check_unicast_src")
	}
	switch i.Unicast.OldChecksum {
	case "always":
		line("old_unicast_checksum")
	case "never":
		line("old_unicast_checksum never")
	}
	line("virtual_ipaddress {")
	for _, a := range i.Addresses {
		line("%s", a.Prefix.Addr())
	}
	line("}\n}")
	return b.String()
}

// renumbered has lists of addresses in a forged message name those of vrid.
func renumbered(f forge, vrid int) forge {
	if f.msg == nil {
		return f
	}
	edit := f.msg
	f.msg = func(m []byte) []byte {
		m = edit(m)
		for at := headerLen; at+4 <= len(m); at += 4 {
			if m[at] == 192 && m[at+1] == 168 {
				m[at+2] = byte(vrid)
			}
		}
		return m
	}
	return f
}

// keepalived runs in a host. Lines is what it says.
func keepalived(t *testing.T, h *testnet.Host, config string) (lines <-chan string) {
	t.Helper()
	path, err := exec.LookPath("keepalived")
	if err != nil {
		t.Fatalf("%v: install the package keepalived (hack/packages does)", err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "keepalived.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-n", "-l", "-D", "-P", "-f", file, "-p", filepath.Join(dir, "p"), "-r", filepath.Join(dir, "r"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	h.Do(cmd.Start)
	said := make(chan string, 10000)
	go func() {
		defer close(said)
		for s := bufio.NewScanner(out); s.Scan(); {
			said <- s.Text()
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(unix.SIGTERM)
		for range said {
		}
		_ = cmd.Wait()
	})
	return said
}

var entering = regexp.MustCompile(`\(R(\d+)\) Entering (MASTER|BACKUP) STATE`)

// TestKeepalived has the keepalived that is installed hear the adverts of rows,
// each as the Master of a virtual router of its own with a lower priority, and
// compares what it does with what is recorded there. Where it takes what we
// drop, or the other way, is so on purpose.
func TestKeepalived(t *testing.T) {
	sw, h := testnet.New(t), testnet.New(t)
	sw.Switch()
	h.Plug(sw, "port", "192.168.0.1/24")
	h.Address("fe80::1/64", true)
	var config strings.Builder
	config.WriteString("global_defs {\nrouter_id x\nvrrp_garp_master_repeat 1\nvrrp_garp_master_delay 0\n}\n")
	asked := map[int]row{}
	for n, r := range rows {
		if r.keepalived != "" {
			asked[n+1] = r
			config.WriteString(text(renumber(instance(all(r.change, r.local)), n+1)))
		}
	}
	said := keepalived(t, h, config.String())
	state := map[int]string{}
	for masters := 0; masters < len(asked); {
		line, ok := <-said
		if !ok {
			t.Fatal("keepalived ended")
		}
		if m := entering.FindStringSubmatch(line); m != nil && m[2] == "MASTER" {
			masters++
		}
	}
	dst := h.MAC("eth0")
	sw.Do(func() error {
		for n, r := range asked {
			if err := inject(t, dst, renumbered(r.forge, n), renumber(instance(r.change), n)); err != nil {
				return err
			}
		}
		return nil
	})
	for quiet := time.After(2 * time.Second); ; {
		select {
		case line := <-said:
			if m := entering.FindStringSubmatch(line); m != nil && m[2] == "BACKUP" {
				n, _ := strconv.Atoi(m[1])
				state[n] = takes
			}
			continue
		case <-quiet:
		}
		break
	}
	for n, r := range asked {
		got := drops
		if state[n] != "" {
			got = takes
		}
		if got != r.keepalived {
			t.Errorf("%s: keepalived %s it, recorded is that it %s it", r.name, got, r.keepalived)
		}
	}
}

// inject sends what f makes of i's advert to the host dst, from the switch.
func inject(t *testing.T, dst net.HardwareAddr, f forge, i *conf.Instance) error {
	b, from, to, ttl := f.packet(t, i)
	frame := append([]byte(nil), dst...)
	frame = append(frame, 2, 0, 0, 0, 0, 2)
	if i.Family == conf.IPv6 {
		s, d := from.As16(), to.As16()
		frame = append(frame, 0x86, 0xdd, 0x60, 0, 0, 0)
		frame = binary.BigEndian.AppendUint16(frame, uint16(len(b)))
		frame = append(append(append(frame, Protocol, byte(ttl)), s[:]...), d[:]...)
	} else {
		frame = append(frame, 8, 0)
		head := int(b[0]&0xf) * 4
		b[ipSumAt], b[ipSumAt+1] = 0, 0
		binary.BigEndian.PutUint16(b[ipSumAt:], fold(sum(0, b[:head])))
	}
	if to.IsMulticast() && to.Is4() {
		copy(frame, []byte{1, 0, 0x5e, 0, 0, 18})
	} else if to.IsMulticast() {
		copy(frame, []byte{0x33, 0x33, 0, 0, 0, 0x12})
	}
	frame = append(frame, b...)
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	br, err := net.InterfaceByName("br0")
	if err != nil {
		return err
	}
	return unix.Sendto(fd, frame, 0, &unix.SockaddrLinklayer{Ifindex: br.Index})
}
