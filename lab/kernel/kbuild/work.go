package kbuild

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/viplab/viplab/lab/kernel"
	"github.com/viplab/viplab/lab/kernel/warden"
)

// Names of the steps.
const (
	stepUnpack    = "unpack"
	stepConfigure = "configure"
	stepCompile   = "compile"
	stepTry       = "try"
)

// work is one build under way.
type work struct {
	source   source
	cache    string
	progress func(Step)
	started  time.Time

	ward     *warden.Ward
	output   *os.File // what the commands print
	commands *os.File // where they print it
	tree     string   // the unpacked source
	result   Result
}

func newWork(s source, cache string, progress func(Step)) *work {
	return &work{source: s, cache: cache, progress: progress, started: time.Now()}
}

// build builds in a ward in the cache folder, so that nothing is left of it if
// this process ends, and moves the finished kernel to its place.
func (w *work) build(ctx context.Context) (result Result, err error) {
	if w.output, w.commands, err = os.Pipe(); err != nil {
		return Result{}, fmt.Errorf("make a pipe: %w", err)
	}
	defer w.output.Close()
	defer w.commands.Close()
	w.ward, err = warden.New(warden.Options{Base: w.cache, Output: w.commands})
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, w.ward.Close()) }()
	stop := context.AfterFunc(ctx, w.ward.Release)
	defer stop()
	for _, step := range []func(context.Context) error{w.unpack, w.configure, w.compile, w.try, w.install} {
		if err := step(ctx); err != nil {
			if ctx.Err() != nil {
				return Result{}, context.Cause(ctx)
			}
			return Result{}, err
		}
	}
	return w.result, nil
}

// configure makes the configuration, and makes sure that all that was asked for
// is in it: kbuild drops what it cannot have without a word.
func (w *work) configure(context.Context) error {
	for _, p := range patches() {
		applied, err := p.apply(w.tree)
		if err != nil {
			return err
		}
		if applied && !slices.Contains(w.result.Patched, p.file) {
			w.result.Patched = append(w.result.Patched, p.file)
		}
	}
	if _, err := w.make(Step{Name: stepConfigure}, "x86_64_defconfig"); err != nil {
		return err
	}
	// The last line that names an option counts.
	path := filepath.Join(w.tree, ".config")
	config, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("configure the kernel: %w", err)
	}
	_, err = config.WriteString("\n" + fragment)
	if err := errors.Join(err, config.Close()); err != nil {
		return fmt.Errorf("configure the kernel: %w", err)
	}
	if _, err := w.make(Step{Name: stepConfigure}, "olddefconfig"); err != nil {
		return err
	}
	return checkConfig(path)
}

func (w *work) compile(context.Context) error {
	m, err := w.make(Step{Name: stepCompile, Total: compileSteps}, "linux")
	if err == nil {
		w.result.Commands = m.step.Done
	}
	return err
}

// try boots the kernel and sees what it can do. On a machine that cannot run
// guests it is installed untried.
func (w *work) try(ctx context.Context) error {
	w.progress(Step{Name: stepTry})
	k, err := kernel.Kernel{Backend: kernel.BackendUML, Clock: kernel.ClockIdeal, Path: filepath.Join(w.tree, "linux")}.Try(ctx)
	if errors.Is(err, kernel.ErrEnvironment) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("try the new kernel: %w", err)
	}
	for _, f := range kernel.Features() {
		if !k.Has(f) {
			return fmt.Errorf("try the new kernel: it has no %s", f)
		}
	}
	w.result.Release, w.result.Features = k.Release, k.Features
	return nil
}

// install moves kernel, configuration and build.json to their place at once.
func (w *work) install(context.Context) error {
	w.result.Source = w.source.version
	w.result.Built = time.Now().UTC().Truncate(time.Second)
	w.result.Seconds = time.Since(w.started).Round(time.Second).Seconds()
	about, err := json.MarshalIndent(w.result, "", "  ")
	if err != nil {
		return fmt.Errorf("describe the build: %w", err)
	}
	staged := filepath.Join(w.ward.Dir, "staged")
	place := filepath.Join(w.cache, w.source.key())
	err = errors.Join(
		os.Mkdir(staged, 0o755),
		os.Rename(filepath.Join(w.tree, "linux"), filepath.Join(staged, "linux")),
		os.Rename(filepath.Join(w.tree, ".config"), filepath.Join(staged, "config")),
		os.WriteFile(filepath.Join(staged, "build.json"), append(about, '\n'), 0o644),
		os.RemoveAll(place), // of one that has no build.json
	)
	if err == nil {
		err = os.Rename(staged, place)
	}
	if err != nil {
		return fmt.Errorf("install the kernel: %w", err)
	}
	w.result.place(place)
	return nil
}

func (w *work) make(step Step, targets ...string) (*meter, error) {
	args := append([]string{"make", "ARCH=um", "--jobs=" + strconv.Itoa(runtime.NumCPU())}, targets...)
	return w.run(step, w.tree, args...)
}
