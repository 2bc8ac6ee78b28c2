package node

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
)

// executableVariable names the executable that nodes run.
const executableVariable = "VIPLAB_NODE"

// protocol changes with Spec and with what services are told: an executable that
// was built before must not be taken for one that fits.
const protocol = 2

// errProtocol says that the executable of a node is of another build.
var errProtocol = errors.New("viplab-node is of another version than this program: build both together (make build)")

// executable returns what a node's init is started from: viplab-node where
// VIPLAB_NODE says or beside this executable, else this executable itself.
func executable() string {
	if path := os.Getenv(executableVariable); path != "" {
		return path
	}
	const self = "/proc/self/exe"
	path, err := os.Executable()
	if err != nil {
		return self
	}
	small, err := exec.LookPath(filepath.Join(filepath.Dir(path), "viplab-node"))
	if err != nil {
		return self
	}
	return small
}
