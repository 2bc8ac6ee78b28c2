// Package kbuild builds the guest kernel from Debian's linux-source package: once
// for each source version and configuration, into the user's cache.
package kbuild

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/kernel"
)

// sourceDir is where Debian's linux-source packages put their tarballs.
const sourceDir = "/usr/src"

// Result is a built kernel. It is written next to it as build.json.
type Result struct {
	// Path is the kernel's executable, Config the configuration it was built with.
	Path   string `json:"-"`
	Config string `json:"-"`
	// Already says that it was there before.
	Already bool `json:"-"`

	Source   string           `json:"source"` // version of the source package
	Release  string           `json:"release"`
	Features []kernel.Feature `json:"features"`
	Built    time.Time        `json:"built"`
	Seconds  float64          `json:"seconds"`
	Commands int              `json:"commands"` // that make ran
	Patched  []string         `json:"patched"`  // files of the source
}

// Build makes sure that the guest kernel is built and returns it. It calls
// progress, from one goroutine at a time, with what it does. What it needs and
// cannot get is an error that matches kernel.ErrEnvironment.
//
// Two builds at a time wait for each other. Of one that is interrupted, or
// killed, nothing is left but the empty cache folder and its lock.
func Build(ctx context.Context, progress func(Step)) (Result, error) {
	if runtime.GOARCH != "amd64" {
		return Result{}, environmentf("user-mode Linux runs on x86-64 only, this is %s", runtime.GOARCH)
	}
	cache, err := kernel.CacheDir()
	if err != nil {
		return Result{}, environmentf("%w", err)
	}
	if done, ok := finished(ctx, cache); ok {
		return done, nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return Result{}, fmt.Errorf("make the cache folder: %w", err)
	}
	unlock, err := lock(ctx, filepath.Join(cache, "lock"), progress)
	if err != nil {
		return Result{}, err
	}
	defer unlock()
	_, err = findSource(ctx, sourceDir)
	if err != nil && !errors.Is(err, errNoSource) {
		return Result{}, err
	}
	if err := ensurePackages(ctx, os.Geteuid() == 0, err == nil, func(what string) { progress(Step{Name: what}) }); err != nil {
		return Result{}, err
	}
	if done, ok := finished(ctx, cache); ok { // somebody else built it meanwhile
		return done, nil
	}
	src, err := findSource(ctx, sourceDir)
	if err != nil {
		return Result{}, fmt.Errorf("after installing linux-source: %w", err)
	}
	return newWork(src, cache, progress).build(ctx)
}

// finished returns the kernel that is built from the installed source, or, where
// none is installed, the newest that was built with this configuration.
func finished(ctx context.Context, cache string) (Result, bool) {
	src, err := findSource(ctx, sourceDir)
	if err == nil {
		return load(filepath.Join(cache, src.key()))
	}
	if !errors.Is(err, errNoSource) {
		return Result{}, false
	}
	var newest Result
	builds, _ := filepath.Glob(filepath.Join(cache, "*-"+configHash())) // its only error is a bad pattern
	for _, dir := range builds {
		if r, ok := load(dir); ok && r.Built.After(newest.Built) {
			newest = r
		}
	}
	return newest, newest.Already
}

// load reads a finished build.
func load(dir string) (Result, bool) {
	data, err := os.ReadFile(filepath.Join(dir, "build.json"))
	if err != nil {
		return Result{}, false
	}
	var r Result
	if json.Unmarshal(data, &r) != nil {
		return Result{}, false
	}
	r.place(dir)
	r.Already = true
	return r, true
}

func (r *Result) place(dir string) {
	r.Path, r.Config = filepath.Join(dir, "linux"), filepath.Join(dir, "config")
}

// lockRetry is how often a build that waits for another looks again.
const lockRetry = 200 * time.Millisecond

// lock keeps other builders out until the returned function is called, or this
// process ends.
func lock(ctx context.Context, path string, progress func(Step)) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the build lock: %w", err)
	}
	for said := false; ; said = true {
		err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { file.Close() }, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("take the build lock: %w", err), file.Close())
		}
		if !said {
			progress(Step{Name: "waiting for another build"})
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), file.Close())
		case <-time.After(lockRetry):
		}
	}
}
