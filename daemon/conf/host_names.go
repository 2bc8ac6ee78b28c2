package conf

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// Names are names that a host gives to numbers: of routing tables, protocols,
// realms, TOS values, scopes, interface groups (iproute2's files) and transport
// protocols (/etc/protocols). The key is the name of the file.
type Names map[string]map[string]uint32

// nameFiles are the files with names, and where iproute2 looks for its own: what
// is found first counts.
func nameFiles() []string {
	return []string{"rt_tables", "rt_protos", "rt_realms", "rt_dsfield", "rt_scopes", "group"}
}

// ReadNames reads the names of the host whose root fsys holds. Files that are
// not there are no error.
func ReadNames(fsys fs.FS) (Names, error) {
	names := Names{"protocols": {}}
	errs := []error{names.read(fsys, "protocols", "etc/protocols")}
	for _, kind := range nameFiles() {
		names[kind] = map[string]uint32{}
		for _, dir := range []string{"etc/iproute2", "usr/share/iproute2", "usr/lib/iproute2"} {
			more, _ := fs.Glob(fsys, path.Join(dir, kind+".d", "*.conf")) // the pattern is right
			for _, file := range append([]string{path.Join(dir, kind)}, more...) {
				errs = append(errs, names.read(fsys, kind, file))
			}
		}
	}
	return names, errors.Join(errs...)
}

// read adds the names of a file.
func (n Names) read(fsys fs.FS, kind, file string) error {
	text, err := fs.ReadFile(fsys, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("names of %s: %w", kind, err)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		words := strings.Fields(line)
		if kind == "protocols" && len(words) > 1 {
			words[0], words[1] = words[1], words[0] // the name stands first there
		}
		if len(words) < 2 {
			continue
		}
		number, err := strconv.ParseUint(words[0], 0, 32)
		if _, old := n[kind][words[1]]; err == nil && !old {
			n[kind][words[1]] = uint32(number)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("names of %s: %w", file, err)
	}
	return nil
}
