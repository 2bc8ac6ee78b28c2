package kernel

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// wantedModules are what a modular guest kernel needs for a lab, overlay first:
// its root file system needs that one. Others come by themselves, if the guest
// has modprobe, which then finds them in /lib/modules.
func wantedModules() []string {
	return []string{
		"overlay", "ipv6", "veth", "bridge", "macvlan", "dummy", "8021q", "sch_netem",
		"nf_tables", "nft_ct", "nft_masq", "nft_nat", "iptable_filter", "ip_vs",
		"ip_vs_rr", "ip_vs_wrr", "ip_vs_lc", "ip_vs_wlc", "ip_vs_sh", "ip_vs_dh", "ip_vs_mh", "ip_vs_sed", "ip_vs_nq",
	}
}

// loadModules loads wantedModules from a folder with modules.dep. A module that
// the folder does not have is left out: probing tells what the kernel can do.
func loadModules(dir string) error {
	if dir == "" {
		return nil
	}
	file, err := os.Open(filepath.Join(dir, "modules.dep"))
	if err != nil {
		return fmt.Errorf("read the guest's modules: %w", err)
	}
	defer file.Close()
	deps, err := parseModulesDep(file)
	if err != nil {
		return fmt.Errorf("read the guest's modules: %w", err)
	}
	for _, path := range deps.order(wantedModules()) {
		if err := loadModule(filepath.Join(dir, path)); err != nil {
			return err
		}
	}
	return nil
}

func loadModule(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("load a module: %w", err)
	}
	defer file.Close()
	if err := unix.FinitModule(int(file.Fd()), "", 0); err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("load %s: %w", path, err)
	}
	return nil
}

// moduleDeps maps a module's name to its file and those that it needs, the file
// first, as modules.dep(5) has them.
type moduleDeps map[string][]string

// parseModulesDep reads modules.dep: "FILE: FILE ...", a line each.
func parseModulesDep(r io.Reader) (moduleDeps, error) {
	deps := moduleDeps{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		file, needs, ok := strings.Cut(lines.Text(), ":")
		if !ok {
			return nil, fmt.Errorf("no colon in %q", lines.Text())
		}
		deps[moduleName(file)] = append([]string{file}, strings.Fields(needs)...)
	}
	return deps, lines.Err()
}

// moduleName is the module's name: its file's, without folder and suffix.
func moduleName(file string) string {
	name, _, _ := strings.Cut(filepath.Base(file), ".ko")
	return strings.ReplaceAll(name, "-", "_")
}

// order lists the files of the named modules and of all that they need, each once
// and after what it needs.
func (d moduleDeps) order(names []string) []string {
	var files []string
	seen := map[string]bool{}
	for _, name := range names {
		needs := d[name]
		for i := len(needs) - 1; i >= 0; i-- { // the most basic is the last
			if !seen[needs[i]] {
				seen[needs[i]] = true
				files = append(files, needs[i])
			}
		}
	}
	return files
}
