package checkd

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/ipvs"
	"github.com/viplab/viplab/daemon/netns"
)

// ledger is a file that remembers which services of the kernel are ours, for the
// case that this process is killed: those that nobody wants any more are removed
// by the next one, and those of others are left alone. Its first line says whose
// kernel and network namespace it is about, then comes a service a line:
// "6 10.0.0.100:80" with the protocol's number, or "fwmark 5 inet".
type ledger struct {
	path  string // empty: there is none
	stamp string
	keys  map[ipvs.Key]bool
	text  string // of the file
}

// openLedger reads the ledger at path. One that is missing, about another kernel or
// not readable knows of nothing.
func openLedger(path, stamp string) (*ledger, error) {
	l := &ledger{path: path, stamp: stamp, keys: map[ipvs.Key]bool{}}
	if path == "" {
		return l, nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return l, fmt.Errorf("read which services are ours: %w", err)
	}
	l.text = string(text)
	l.keys = parseLedger(l.text, stamp)
	return l, nil
}

// parseLedger passes over lines that it does not understand.
func parseLedger(text, stamp string) map[ipvs.Key]bool {
	keys := map[ipvs.Key]bool{}
	lines := bufio.NewScanner(strings.NewReader(text))
	if !lines.Scan() || lines.Text() != stamp {
		return keys
	}
	for lines.Scan() {
		if k, ok := parseKey(lines.Text()); ok {
			keys[k] = true
		}
	}
	return keys
}

func (l *ledger) has(k ipvs.Key) bool { return l.keys[k] }

// write replaces the ledger by keys, if they are others. Without any there is no
// file.
func (l *ledger) write(keys []ipvs.Key) error {
	l.keys = make(map[ipvs.Key]bool, len(keys))
	lines := make([]string, 0, len(keys))
	for _, k := range keys {
		l.keys[k] = true
		lines = append(lines, formatKey(k))
	}
	slices.Sort(lines)
	text := ""
	if len(lines) > 0 {
		text = l.stamp + "\n" + strings.Join(slices.Compact(lines), "\n") + "\n"
	}
	if l.path == "" || text == l.text {
		return nil
	}
	err := l.put(text)
	if err != nil {
		return fmt.Errorf("remember which services are ours: %w", err)
	}
	l.text = text
	return nil
}

func (l *ledger) put(text string) error {
	if text == "" {
		if err := os.Remove(l.path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(l.path), "."+filepath.Base(l.path)+".*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), l.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

func formatKey(k ipvs.Key) string {
	if k.Mark != 0 {
		return fmt.Sprintf("fwmark %d %s", k.Mark, k.Family)
	}
	return fmt.Sprintf("%d %s", k.Protocol, k.Address)
}

func parseKey(line string) (k ipvs.Key, ok bool) {
	words := strings.Fields(line)
	switch {
	case len(words) == 3 && words[0] == "fwmark":
		mark, err := strconv.ParseUint(words[1], 10, 32)
		k.Mark, k.Family = uint32(mark), conf.IPv4
		if words[2] == conf.IPv6.String() {
			k.Family = conf.IPv6
		}
		return k, err == nil && mark != 0
	case len(words) == 2:
		protocol, err := strconv.ParseUint(words[0], 10, 8)
		k.Protocol = uint8(protocol)
		var err2 error
		k.Address, err2 = netip.ParseAddrPort(words[1])
		k.Family = conf.IPv6
		if k.Address.Addr().Is4() {
			k.Family = conf.IPv4
		}
		return k, err == nil && err2 == nil
	}
	return k, false
}

// stampOf tells the kernel and network namespace that enter leads to from all
// others: what is remembered is worth nothing after a reboot.
func stampOf(enter func() error) (string, error) {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", fmt.Errorf("tell this boot from others: %w", err)
	}
	var st unix.Stat_t
	if err := netns.Within(enter, func() error { return unix.Stat("/proc/thread-self/ns/net", &st) }); err != nil {
		return "", fmt.Errorf("tell the network namespace from others: %w", err)
	}
	return fmt.Sprintf("boot %s net %d", strings.TrimSpace(string(boot)), st.Ino), nil
}
