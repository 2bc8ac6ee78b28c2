package conf

import (
	"fmt"
	"net"
	"os"
	"runtime"

	"github.com/viplab/viplab/daemon/conf/schema"
)

// Host is what a configuration can be checked against: the machine that is to
// run it.
type Host struct {
	// Interfaces are the names of its network interfaces.
	Interfaces []string
	// Names are what it calls numbers of its network; nil: they are not looked up.
	Names Names
	// CPUs is how many it has; 0: not known.
	CPUs int
	// Programs is what commands are checked against; nil: they are not.
	Programs Programs
}

// ThisHost is the machine that the program runs on, in its network namespace.
func ThisHost() (*Host, error) {
	links, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("list network interfaces: %w", err)
	}
	names, err := ReadNames(os.DirFS("/"))
	if err != nil {
		return nil, err
	}
	h := &Host{Names: names, CPUs: runtime.NumCPU(), Programs: thesePrograms{}}
	for _, l := range links {
		h.Interfaces = append(h.Interfaces, l.Name)
	}
	return h, nil
}

// check makes the checks that need the whole configuration.
func check(c *schema.Context, cfg *Config) {
	checkGlobal(c, cfg)
	checkNetwork(c, cfg)
	checkTrack(c, cfg)
	checkVRRP(c, cfg)
	checkLVS(c, cfg)
}
