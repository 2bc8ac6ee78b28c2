package lab

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/viplab/viplab/lab/service"
	"github.com/viplab/viplab/lab/topology"
)

// furnish gives a node its files, names and kernel settings.
func (l *Lab) furnish(name string, h *host) error {
	files, err := l.files(name)
	if err != nil {
		return fmt.Errorf("read files of %s: %w", name, err)
	}
	return h.Do(func() error {
		for _, f := range files {
			if err := writeFile(f.path, f.data, f.mode); err != nil {
				return fmt.Errorf("write %s on %s: %w", f.path, name, err)
			}
		}
		// IPv6 addresses are usable at once; a scenario that wants duplicate
		// address detection turns it on.
		settings := map[string]string{"net.ipv6.conf.all.accept_dad": "0", "net.ipv6.conf.default.accept_dad": "0"}
		maps.Copy(settings, h.spec.Sysctls)
		for _, key := range slices.Sorted(maps.Keys(settings)) {
			if err := setSysctl(key, settings[key]); err != nil {
				return fmt.Errorf("set %s on %s: %w", key, name, err)
			}
		}
		return nil
	})
}

// file is a file for a node.
type file struct {
	path string
	data []byte
	mode fs.FileMode
}

// files lists a node's files: those that the lab makes, then the topology's.
func (l *Lab) files(name string) ([]file, error) {
	files := []file{
		{"/etc/hostname", []byte(l.Topology.Nodes[name].Hostname + "\n"), 0o644},
		{"/etc/hosts", hostsFile(l.Topology, name), 0o644},
		{"/etc/resolv.conf", nil, 0o644},
	}
	if programs := l.programs(name, l.nodes[name]); len(programs) > 0 {
		path, content, err := service.Programs(programs)
		if err != nil {
			return nil, err
		}
		files = append(files, file{path, content, 0o644})
	}
	own, err := l.Topology.FileSystem(name)
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(own, ".", func(p string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && p == "." {
			return fs.SkipAll // a node without files
		}
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(own, p)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		files = append(files, file{"/" + p, data, info.Mode().Perm() | 0o600})
		return nil
	})
	return files, err
}

// writeFile writes a file and the folders above it, in the root of the calling
// thread. What is in its place, a link or a file of another owner, is replaced.
func writeFile(name string, data []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(name, data, mode); err != nil {
		return err
	}
	return os.Chmod(name, mode)
}

// setSysctl sets a kernel parameter, with dots or slashes, in the namespaces of
// the calling thread. One that is not there is an error only if it is not of
// IPv6, which a kernel may lack.
func setSysctl(key, value string) error {
	file := path.Join("/proc/sys", strings.ReplaceAll(key, ".", "/"))
	err := os.WriteFile(file, []byte(value), 0)
	if errors.Is(err, fs.ErrNotExist) && strings.HasPrefix(key, "net.ipv6.") {
		return nil
	}
	return err
}

// hostsFile writes /etc/hosts of a node: every node by its names, then what the
// topology adds.
func hostsFile(top *topology.Topology, name string) []byte {
	var b bytes.Buffer
	fmt.Fprintln(&b, "127.0.0.1 localhost")
	fmt.Fprintln(&b, "::1 localhost ip6-localhost")
	for _, other := range top.NodeNames() {
		spec := top.Nodes[other]
		addr, ok := firstAddress(spec)
		if !ok {
			continue
		}
		names := other
		if spec.Hostname != other {
			names = spec.Hostname + " " + other
		}
		fmt.Fprintf(&b, "%s %s\n", addr, names)
	}
	extra := top.Nodes[name].Hosts
	for _, host := range slices.Sorted(maps.Keys(extra)) {
		fmt.Fprintf(&b, "%s %s\n", extra[host], host)
	}
	return b.Bytes()
}

// firstAddress returns the address that a node is known by: the first of its
// first interface into a network.
func firstAddress(spec *topology.Node) (netip.Addr, bool) {
	for _, name := range spec.InterfaceNames() {
		i := spec.Interfaces[name]
		if i.Network != "" && len(i.Addresses) > 0 {
			return i.Addresses[0].Addr(), true
		}
	}
	return netip.Addr{}, false
}
