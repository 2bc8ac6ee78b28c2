package kbuild

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// patch replaces a text in a file of the kernel's source.
type patch struct {
	file     string
	old, new string
	count    int // how often old must be there
}

// patches are the changes to the source, none of them to what a guest sees.
//
// The processes that run a guest's programs are traced by the guest kernel. Were
// it killed, they would run on as programs of the host: PTRACE_O_EXITKILL has the
// host's kernel end them with their tracer.
func patches() []patch {
	return []patch{{
		file:  "arch/um/os-Linux/skas/process.c",
		old:   "PTRACE_O_TRACESYSGOOD)",
		new:   "(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL))",
		count: 2,
	}}
}

// apply changes a source tree. A source that does not have the text is built as
// it is: the warden ends those processes too, only not as surely.
func (p patch) apply(tree string) (applied bool, err error) {
	path := filepath.Join(tree, p.file)
	text, err := os.ReadFile(path)
	if err != nil {
		return false, fmt.Errorf("patch the source: %w", err)
	}
	if strings.Count(string(text), p.old) != p.count {
		return false, nil
	}
	changed := strings.ReplaceAll(string(text), p.old, p.new)
	if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
		return false, fmt.Errorf("patch the source: %w", err)
	}
	return true, nil
}
