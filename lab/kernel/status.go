package kernel

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"time"
)

// Debian's package user-mode-linux.
const (
	packagedKernel  = "/usr/bin/linux.uml"
	packagedModules = "/usr/lib/uml/modules"
)

// Commands that mend what is missing.
const (
	mendBuild   = "viplab kernel build"
	mendPackage = "apt-get install user-mode-linux"
)

// Candidate is a kernel that is here, or could be.
type Candidate struct {
	// Name is "host", "built" (the guest kernel that viplab kernel build made) or
	// "packaged" (Debian's user-mode-linux).
	Name     string    `json:"name"`
	Backend  Backend   `json:"backend"`
	Path     string    `json:"path,omitempty"`
	Modules  string    `json:"modules,omitempty"`
	Release  string    `json:"release,omitempty"`
	Clocks   []Clock   `json:"clocks"`
	Features []Feature `json:"features,omitempty"`
	Usable   bool      `json:"usable"`
	// Why says why the kernel cannot be used, and Mend is the command that mends
	// it, if there is one.
	Why  string `json:"why,omitempty"`
	Mend string `json:"mend,omitempty"`
}

// Kernel is the candidate with one of its clocks.
func (c Candidate) Kernel(clock Clock) Kernel {
	return Kernel{Backend: c.Backend, Clock: clock, Path: c.Path, Modules: c.Modules, Release: c.Release, Features: c.Features}
}

// Status is what kernels there are, usable or not.
type Status struct {
	Kernels []Candidate `json:"kernels"`
}

// Probe looks for kernels and tries each in a runner. What a guest kernel can do
// is remembered in the cache folder until its file changes.
func Probe(ctx context.Context) (Status, error) {
	candidates := []Candidate{
		{Name: "host", Backend: BackendHost, Clocks: []Clock{ClockReal}},
		builtCandidate(),
		packagedCandidate(),
	}
	guests := guestObstacle()
	for i := range candidates {
		c := &candidates[i]
		switch {
		case c.Why != "":
		case c.Backend == BackendUML && guests != nil:
			c.Why = guests.Error()
		default:
			c.try(ctx)
		}
		if err := ctx.Err(); err != nil {
			return Status{}, err
		}
	}
	return Status{Kernels: candidates}, nil
}

// builtCandidate is the newest kernel that viplab kernel build made.
func builtCandidate() Candidate {
	c := Candidate{Name: "built", Backend: BackendUML, Clocks: []Clock{ClockIdeal, ClockVirtual, ClockReal}}
	dir, err := CacheDir()
	if err != nil {
		c.Why = err.Error()
		return c
	}
	builds, err := filepath.Glob(filepath.Join(dir, "*", "build.json"))
	if err != nil || len(builds) == 0 {
		c.Why, c.Mend = "not built yet", mendBuild
		return c
	}
	sort.Slice(builds, func(i, j int) bool { return modTime(builds[i]).After(modTime(builds[j])) })
	c.Path = filepath.Join(filepath.Dir(builds[0]), "linux")
	return c
}

func modTime(path string) time.Time {
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

func packagedCandidate() Candidate {
	c := Candidate{Name: "packaged", Backend: BackendUML, Clocks: []Clock{ClockReal}}
	if _, err := os.Stat(packagedKernel); err != nil {
		c.Why, c.Mend = "not installed", mendPackage
		return c
	}
	c.Path = packagedKernel
	deps, err := filepath.Glob(packagedModules + "/*/modules.dep")
	if err != nil || len(deps) != 1 {
		c.Why, c.Mend = fmt.Sprintf("its modules are not in %s", packagedModules), mendPackage
		return c
	}
	c.Modules = filepath.Dir(deps[0])
	return c
}

// guestObstacle says why no guest kernel can run here.
func guestObstacle() error {
	if runtime.GOARCH != "amd64" {
		return fmt.Errorf("user-mode Linux runs on x86-64 only, this is %s", runtime.GOARCH)
	}
	if _, err := memoryFolder(DefaultMemory); err != nil {
		return err
	}
	return tryTracing()
}

// try finds out what a candidate can do.
func (c *Candidate) try(ctx context.Context) {
	found, ok := remembered(c.Path)
	if !ok {
		k, err := c.Kernel(ClockReal).Try(ctx)
		if err != nil {
			c.Why = err.Error()
			return
		}
		found = findings{Release: k.Release, Features: k.Features}
		remember(c.Path, found)
	}
	c.Release, c.Features, c.Usable = found.Release, found.Features, true
	if missing := c.lacks(FeatureVeth, FeatureBridge, FeatureOverlay); len(missing) > 0 {
		c.Usable = false
		c.Why = "no " + strings.Join(missing, ", ")
	}
}

func (c *Candidate) lacks(features ...Feature) []string {
	var missing []string
	for _, f := range features {
		if !c.Kernel(ClockReal).Has(f) {
			missing = append(missing, string(f))
		}
	}
	return missing
}
