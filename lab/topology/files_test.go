package topology

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestFileSystemGivesModesThatProgramsNeed(t *testing.T) {
	files, err := loadDemo(t).FileSystem("web2")
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(files, "etc/keepalived/keepalived.conf", "etc/keepalived/notify.sh"); err != nil {
		t.Error(err)
	}
	got := map[string]string{}
	err = fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		got[p] = info.Mode().String()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		".":                                "drwxr-xr-x",
		"etc":                              "drwxr-xr-x",
		"etc/keepalived":                   "drwxr-xr-x",
		"etc/keepalived/keepalived.conf":   "-rw-r--r--",
		"etc/keepalived/notify.sh":         "-rwxr-xr-x",
		"usr":                              "drwxr-xr-x",
		"usr/local":                        "drwxr-xr-x",
		"usr/local/bin":                    "drwxr-xr-x",
		"usr/local/bin/already-executable": "-rwxr-xr-x",
		"var":                              "drwxr-xr-x",
		"var/empty":                        "-rw-r--r--",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	info, err := fs.Stat(files, "etc/keepalived/notify.sh")
	if err != nil || info.Mode() != 0o755 {
		t.Errorf("Stat: mode %v, error %v", info.Mode(), err)
	}
}

func TestFileSystemOfANodeWithoutFolder(t *testing.T) {
	top := loadDemo(t)
	top.Nodes["client"] = &Node{}
	inGo := &Topology{Nodes: map[string]*Node{"client": {}}}
	for name, top := range map[string]*Topology{"no folder": top, "no directory": inGo} {
		files, err := top.FileSystem("client")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := fs.Stat(files, "etc"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
	if _, err := top.FileSystem("nobody"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("unknown node: got error %v", err)
	}
}

func TestFileSystemOfADirectory(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "a", "rs.sh")
	if err := os.Mkdir(filepath.Dir(script), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(script, []byte("#!/bin/sh\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	top := &Topology{Nodes: map[string]*Node{"a": {}}, Files: os.DirFS(dir)}
	files, err := top.FileSystem("a")
	if err != nil {
		t.Fatal(err)
	}
	f, err := files.Open("rs.sh")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Mode() != 0o755 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
}
