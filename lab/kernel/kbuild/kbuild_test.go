package kbuild

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/viplab/viplab/lab/kernel"
	"github.com/viplab/viplab/lab/kernel/warden"
)

func TestMain(m *testing.M) {
	kernel.Main()
	goleak.VerifyTestMain(m)
}

func TestParseConfig(t *testing.T) {
	got, err := parseConfig(strings.NewReader("# comment\n\nCONFIG_A=y\nCONFIG_HZ=100\nCONFIG_S=\"a b=c\"\n# CONFIG_B is not set\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []option{{"CONFIG_A", "y"}, {"CONFIG_HZ", "100"}, {"CONFIG_S", `"a b=c"`}, {"CONFIG_B", "n"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(option{})); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	for _, text := range []string{"CONFIG_A", "A=y"} {
		if _, err := parseConfig(strings.NewReader("# 1\n" + text)); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%q: error %v", text, err)
		}
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add("CONFIG_A=y\n# CONFIG_B is not set\n")
	f.Fuzz(func(t *testing.T, text string) {
		options, err := parseConfig(strings.NewReader(text))
		if err == nil && len(unmet(nil, options)) != 0 {
			t.Error("nothing was wanted and something is missing")
		}
	})
}

func TestUnmet(t *testing.T) {
	wanted := []option{{"CONFIG_A", "y"}, {"CONFIG_B", "y"}, {"CONFIG_C", "n"}, {"CONFIG_D", "y"}, {"CONFIG_E", "n"}, {"CONFIG_HZ", "100"}}
	have := []option{{"CONFIG_A", "y"}, {"CONFIG_B", "m"}, {"CONFIG_E", "y"}, {"CONFIG_HZ", "250"}}
	want := []option{{"CONFIG_B", "y"}, {"CONFIG_D", "y"}, {"CONFIG_E", "n"}, {"CONFIG_HZ", "100"}}
	if diff := cmp.Diff(want, unmet(wanted, have), cmp.AllowUnexported(option{})); diff != "" {
		t.Errorf("unmet (-want +got):\n%s", diff)
	}
}

func TestFragmentIsSound(t *testing.T) {
	options, err := parseConfig(strings.NewReader(fragment))
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for _, o := range options {
		if before, ok := values[o.name]; ok {
			t.Errorf("%s is there twice: %s and %s", o.name, before, o.value)
		}
		values[o.name] = o.value
	}
	for _, name := range []string{"CONFIG_UML_TIME_TRAVEL_SUPPORT", "CONFIG_HOSTFS", "CONFIG_OVERLAY_FS", "CONFIG_IP_VS", "CONFIG_NET_SCH_NETEM"} {
		if values[name] != "y" {
			t.Errorf("%s is %q", name, values[name])
		}
	}
}

func TestCheckConfig(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".config")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(fragment)
	if err := checkConfig(path); err != nil {
		t.Error(err)
	}
	write(strings.Replace(fragment, "CONFIG_IP_VS=y", "# CONFIG_IP_VS is not set", 1))
	if err := checkConfig(path); err == nil || !strings.HasSuffix(err.Error(), "cannot have CONFIG_IP_VS=y") {
		t.Errorf("error %v", err)
	}
}

func TestNewestTarball(t *testing.T) {
	tests := []struct {
		name  string
		names []string
		want  string
	}{
		{"none", []string{"linux-source-6.1", "linux-source-6.1.tar.gz", "linux-config-6.1"}, ""},
		{"one", []string{"python3.11", "linux-source-6.1.tar.xz"}, "linux-source-6.1.tar.xz"},
		{"numbers, not letters", []string{"linux-source-6.9.tar.xz", "linux-source-6.12.tar.xz", "linux-source-5.10.tar.xz"}, "linux-source-6.12.tar.xz"},
	}
	for _, tt := range tests {
		if got := newestTarball(tt.names); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestFindSource(t *testing.T) {
	dir := t.TempDir()
	if _, err := findSource(t.Context(), dir); !errors.Is(err, errNoSource) {
		t.Errorf("an empty folder: error %v", err)
	}
	if _, err := findSource(t.Context(), dir+"/nosuch"); !errors.Is(err, errNoSource) {
		t.Errorf("no folder: error %v", err)
	}
	// A series that no package has, so that dpkg does not know it.
	path := filepath.Join(dir, "linux-source-99.1.tar.xz")
	if err := os.WriteFile(path, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, time.Unix(7, 0), time.Unix(7, 0)); err != nil {
		t.Fatal(err)
	}
	got, err := findSource(t.Context(), dir)
	if want := (source{tarball: path, series: "99.1", version: "99.1-5-7"}); got != want || err != nil {
		t.Errorf("got %+v, error %v", got, err)
	}
	if got.key() != "99.1-5-7-"+configHash() {
		t.Errorf("key %s", got.key())
	}
}

func TestPatches(t *testing.T) {
	tree := t.TempDir()
	files := map[string]string{
		"arch/um/os-Linux/skas/process.c": "f((void *) PTRACE_O_TRACESYSGOOD) < 0);\ng((void *)PTRACE_O_TRACESYSGOOD) < 0);\n",
		"arch/um/os-Linux/sigio.c":        "#include <string.h>\n{\n\tos_fix_helper_signals();\n\tfds = &current_poll;\n}\n",
	}
	want := map[string]string{
		"arch/um/os-Linux/skas/process.c": "f((void *) (PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)) < 0);\ng((void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)) < 0);\n",
		"arch/um/os-Linux/sigio.c": "#include <string.h>\n#include <sys/prctl.h>\n{\n\tprctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);\n" +
			"\tos_fix_helper_signals();\n\tfds = &current_poll;\n}\n",
	}
	for name, text := range files {
		path := filepath.Join(tree, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range patches() {
		if applied, err := p.apply(tree); !applied || err != nil {
			t.Errorf("%s: applied %t, error %v", p.file, applied, err)
		}
	}
	for name, text := range want {
		got, err := os.ReadFile(filepath.Join(tree, name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(text, string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	again := patches()[0]
	again.count++
	if applied, err := again.apply(tree); applied || err != nil {
		t.Errorf("a source that is not as expected: applied %t, error %v", applied, err)
	}
	if _, err := again.apply(t.TempDir()); err == nil {
		t.Error("a source without the file was patched")
	}
}

func TestMeter(t *testing.T) {
	var steps []Step
	m := &meter{step: Step{Name: stepCompile, Total: 4}, progress: func(s Step) { steps = append(steps, s) }}
	err := m.read(strings.NewReader("  CC      init/main.o\n  CC [M]  a.o\nwarning: something\n  LINK linux\n\n" + endOfOutput + "\n  CC  of the next\n"))
	if err != nil || m.step.Done != 3 || len(steps) != 3 || steps[2].Done != 3 {
		t.Errorf("done %d, steps %v, error %v", m.step.Done, steps, err)
	}
	if !strings.Contains(m.words(), "warning: something") || strings.Contains(m.words(), "next") || strings.Contains(m.words(), "main.o") {
		t.Errorf("kept %q", m.words())
	}
	m = &meter{step: Step{Name: stepUnpack, Total: 9000}, progress: func(s Step) { steps = append(steps, s) }}
	if err := m.read(strings.NewReader("tar: record 5000\n" + strings.Repeat("tar: complaint\n", 2*tailLines) + endOfOutput + "\n")); err != nil {
		t.Error(err)
	}
	if m.step.Done != 5000 || len(m.tail) != tailLines || m.tail[0] != "tar: complaint" {
		t.Errorf("done %d, kept %q", m.step.Done, m.tail)
	}
}

func TestCommandEnv(t *testing.T) {
	got := commandEnv([]string{"PATH=/bin", "MAKEFLAGS=-j", "MAKELEVEL=1", "LANG=de_DE", "LC_MESSAGES=de", "ARCH=arm", "KBUILD_OUTPUT=/x", "HOME=/root"})
	want := []string{"PATH=/bin", "HOME=/root", "LC_ALL=C", "KBUILD_BUILD_USER=viplab", "KBUILD_BUILD_HOST=viplab"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}

func TestLockKeepsOthersOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	said := func(Step) {}
	unlock, err := lock(t.Context(), path, said)
	if err != nil {
		t.Fatal(err)
	}
	waiting := make(chan string, 1)
	second := make(chan error)
	go func() {
		unlockSecond, err := lock(t.Context(), path, func(s Step) { waiting <- s.Name })
		if err == nil {
			unlockSecond()
		}
		second <- err
	}()
	if got := <-waiting; !strings.Contains(got, "another build") {
		t.Errorf("the second says %q", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := lock(ctx, path, said); !errors.Is(err, context.Canceled) {
		t.Errorf("a third that is cancelled: error %v", err)
	}
	unlock()
	if err := <-second; err != nil {
		t.Error(err)
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	if _, ok := load(dir); ok {
		t.Error("an empty folder is a build")
	}
	built := Result{Source: "6.1.192-2", Release: "6.1.192", Commands: 1553, Built: time.Unix(9, 0).UTC()}
	data, err := json.Marshal(built)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "build.json"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	built.Path, built.Config, built.Already = dir+"/linux", dir+"/config", true
	got, ok := load(dir)
	if diff := cmp.Diff(built, got); diff != "" || !ok {
		t.Errorf("%t, build (-want +got):\n%s", ok, diff)
	}
}

// newTestWork is a work whose ward is a temporary folder's.
func newTestWork(t *testing.T, progress func(Step)) *work {
	t.Helper()
	w := newWork(source{series: "6.1", version: "6.1.192-2"}, t.TempDir(), progress)
	var err error
	if w.output, w.commands, err = os.Pipe(); err != nil {
		t.Fatal(err)
	}
	if w.ward, err = warden.New(warden.Options{Base: w.cache, Output: w.commands}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.ward.Close(); err != nil {
			t.Error(err)
		}
		w.output.Close()
		w.commands.Close()
	})
	return w
}

func TestRunFollowsACommand(t *testing.T) {
	var last Step
	w := newTestWork(t, func(s Step) { last = s })
	script := "i=0; while [ $i -lt 5000 ]; do echo '  CC      some/file.o'; i=$((i+1)); done; printf 'no end of line'"
	for range 2 { // the second's output does not mix with the first's
		m, err := w.run(Step{Name: stepCompile, Total: 5000}, w.ward.Dir, "sh", "-c", script)
		if err != nil {
			t.Fatal(err)
		}
		if m.step.Done != 5000 || last.Done != 5000 || !strings.HasSuffix(m.words(), "no end of line") {
			t.Errorf("done %d, said %d, kept %q", m.step.Done, last.Done, m.words())
		}
	}
	_, err := w.run(Step{Name: stepCompile}, w.ward.Dir, "sh", "-c", "echo 'init/main.c:1: error: no'; exit 2")
	if err == nil || !strings.Contains(err.Error(), "exit status 2") || !strings.Contains(err.Error(), "init/main.c:1: error: no") {
		t.Errorf("error %v", err)
	}
	if _, err := w.run(Step{}, "", "no-such-command"); !errors.Is(err, kernel.ErrEnvironment) {
		t.Errorf("error %v", err)
	}
}

func TestRunEndsWithItsWard(t *testing.T) {
	began := make(chan struct{}, 10)
	w := newTestWork(t, func(s Step) { began <- struct{}{} })
	go func() {
		<-began // the step
		<-began // its first line
		w.ward.Release()
	}()
	_, err := w.run(Step{Name: stepCompile}, w.ward.Dir, "sh", "-c", "echo '  CC      a.o'; sleep 1000")
	if !errors.Is(err, warden.ErrReleased) {
		t.Errorf("error %v", err)
	}
}

func TestInstall(t *testing.T) {
	w := newTestWork(t, func(Step) {})
	w.tree = t.TempDir()
	if err := os.Rename(w.tree, filepath.Join(w.ward.Dir, "tree")); err != nil {
		t.Skip("the folders are on different file systems:", err)
	}
	w.tree = filepath.Join(w.ward.Dir, "tree")
	for name, text := range map[string]string{"linux": "kernel", ".config": "CONFIG_A=y\n"} {
		if err := os.WriteFile(filepath.Join(w.tree, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// A build that was damaged does not stand in the way.
	place := filepath.Join(w.cache, w.source.key())
	if err := os.MkdirAll(filepath.Join(place, "rest"), 0o755); err != nil {
		t.Fatal(err)
	}
	w.result.Commands = 7
	if err := w.install(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, ok := load(place)
	if !ok || got.Commands != 7 || got.Source != "6.1.192-2" || got.Path != w.result.Path {
		t.Errorf("%t, %+v", ok, got)
	}
	if text, err := os.ReadFile(got.Path); string(text) != "kernel" || err != nil {
		t.Errorf("kernel %q, error %v", text, err)
	}
	if text, err := os.ReadFile(got.Config); string(text) != "CONFIG_A=y\n" || err != nil {
		t.Errorf("config %q, error %v", text, err)
	}
}

func TestBuildOnceOnly(t *testing.T) {
	src, err := findSource(t.Context(), sourceDir)
	if err != nil {
		t.Skip(err)
	}
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	place := filepath.Join(cache, "viplab", "kernels", src.key())
	if err := os.MkdirAll(place, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(place, "build.json"), []byte(`{"source":"`+src.version+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Build(t.Context(), func(s Step) { t.Errorf("it does something: %v", s) })
	if err != nil || !got.Already || got.Path != filepath.Join(place, "linux") {
		t.Errorf("got %+v, error %v", got, err)
	}
}

func TestBuildIsCancelled(t *testing.T) {
	if _, err := findSource(t.Context(), sourceDir); err != nil {
		t.Skip(err)
	}
	if missing, err := missingPackages(t.Context(), true); err != nil || len(missing) > 0 {
		t.Skip("packages are missing:", missing, err)
	}
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := Build(ctx, func(s Step) {
		if s.Name == stepUnpack && s.Done > 0 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	left, err := filepath.Glob(filepath.Join(cache, "viplab", "kernels", "*"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{filepath.Join(cache, "viplab", "kernels", "lock")}, left); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}
