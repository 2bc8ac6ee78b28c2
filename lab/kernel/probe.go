package kernel

import (
	"bytes"
	"encoding/json"
	"fmt"

	"golang.org/x/sys/unix"
)

// findings is what a probe in a runner found.
type findings struct {
	Release  string    `json:"release"`
	Features []Feature `json:"features"`
}

// probe finds out what this runner's kernel can do and tells the host.
func (r *runner) probe() error {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return fmt.Errorf("read the kernel's name: %w", err)
	}
	release, _, _ := bytes.Cut(name.Release[:], []byte{0})
	data, err := json.Marshal(findings{Release: string(release), Features: tryFeatures()})
	if err != nil {
		return fmt.Errorf("encode what was found: %w", err)
	}
	return r.events.emit(frameProbe, data)
}
