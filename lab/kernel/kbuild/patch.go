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

// patches are the changes to the source, none of them to what a guest sees. They
// have the host's kernel end a guest's processes with it: those that run the
// guest's programs, which would run on as programs of the host, and the helper
// that watches file descriptors for it (Linux 6.9 has the like).
func patches() []patch {
	const sigio = "arch/um/os-Linux/sigio.c"
	return []patch{{
		file:  "arch/um/os-Linux/skas/process.c",
		old:   "PTRACE_O_TRACESYSGOOD)",
		new:   "(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL))",
		count: 2,
	}, {
		file:  sigio,
		old:   "#include <string.h>\n",
		new:   "#include <string.h>\n#include <sys/prctl.h>\n",
		count: 1,
	}, {
		file:  sigio,
		old:   "\tos_fix_helper_signals();\n\tfds = &current_poll;\n",
		new:   "\tprctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);\n\tos_fix_helper_signals();\n\tfds = &current_poll;\n",
		count: 1,
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
