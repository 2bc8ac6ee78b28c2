package kbuild

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/lab/kernel"
)

// fakeDebian puts a dpkg-query and an apt-get first in PATH. The first knows the
// packages that are named in a file; the second adds to it what it installs, if
// it has been updated, and keeps a record of its calls.
func fakeDebian(t *testing.T, installed ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	scripts := map[string]string{
		"dpkg-query": `for name; do :; done
grep -qx "$name" DIR/installed && printf installed`,
		"apt-get": `echo "$*" >> DIR/calls
case "$1" in
update) touch DIR/updated ;;
install) test -e DIR/updated || { echo "E: Unable to locate package"; exit 100; }
  while [ "$1" != --no-install-recommends ]; do shift; done; shift
  test -e DIR/broken && { echo "E: no space left"; exit 100; }
  for name; do echo "$name" >> DIR/installed; done ;;
esac`,
	}
	for name, script := range scripts {
		text := "#!/bin/sh\n" + strings.ReplaceAll(script, "DIR", dir) + "\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "installed"), []byte(strings.Join(installed, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	return dir
}

func without(names []string, missing ...string) []string {
	var kept []string
	for _, name := range names {
		if !strings.Contains(" "+strings.Join(missing, " ")+" ", " "+name+" ") {
			kept = append(kept, name)
		}
	}
	return kept
}

func TestEnsurePackagesInstallsAsRoot(t *testing.T) {
	dir := fakeDebian(t, without(packages(), "bison", "linux-source")...)
	var said []string
	if err := ensurePackages(t.Context(), true, true, func(what string) { said = append(said, what) }); err != nil {
		t.Fatal(err)
	}
	calls, err := os.ReadFile(filepath.Join(dir, "calls"))
	if err != nil {
		t.Fatal(err)
	}
	const install = "install --yes --no-install-recommends bison\n" // there is a source: linux-source is not needed
	if diff := cmp.Diff(install+"update\n"+install, string(calls)); diff != "" {
		t.Errorf("apt-get was called (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"installing bison"}, said); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
	if err := ensurePackages(t.Context(), true, true, func(what string) { t.Errorf("the second time: %s", what) }); err != nil {
		t.Error(err)
	}
}

func TestEnsurePackagesSaysWhatIsMissing(t *testing.T) {
	silent := func(what string) { t.Errorf("it does something: %s", what) }
	dir := fakeDebian(t, without(packages(), "flex", "linux-source")...)
	err := ensurePackages(t.Context(), false, false, silent)
	if !errors.Is(err, kernel.ErrEnvironment) || !strings.Contains(err.Error(), "apt-get install --yes --no-install-recommends linux-source flex") {
		t.Errorf("an ordinary user: error %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "calls")); err == nil {
		t.Error("an ordinary user's apt-get was called")
	}
	if err := os.WriteFile(filepath.Join(dir, "broken"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err = ensurePackages(t.Context(), true, false, func(string) {})
	if !errors.Is(err, kernel.ErrEnvironment) || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("an apt-get that fails: error %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	err = ensurePackages(t.Context(), true, false, silent)
	if !errors.Is(err, kernel.ErrEnvironment) || !strings.Contains(err.Error(), "no Debian") {
		t.Errorf("another distribution: error %v", err)
	}
}
