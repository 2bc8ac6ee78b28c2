package capture

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/capture/nstest"
	"github.com/viplab/viplab/lab/timeline"
)

// watched is a folder that is watched as /var/log of node a.
func watched(t *testing.T, folder string, skip ...string) (*Files, *timeline.Recorder) {
	t.Helper()
	dir, err := os.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	rec := nstest.Recorder()
	w, err := WatchFiles(dir, FilesConfig{Node: "a", Record: rec, Folder: "/var/log", Skip: skip})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 2 {
			if err := w.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return w, rec
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func written(rec *timeline.Recorder) []string {
	var out []string
	for _, e := range rec.Events() {
		if e.File != nil {
			out = append(out, e.Node+" "+e.File.Path+": "+e.File.Text)
		}
	}
	return out
}

func TestFiles(t *testing.T) {
	folder := t.TempDir()
	state, old := filepath.Join(folder, "state.log"), filepath.Join(folder, "old.log")
	appendTo(t, old, "before\n")
	w, rec := watched(t, folder, "messages")
	expect := func(what string, want ...string) {
		t.Helper()
		if err := w.Sync(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, written(rec)); diff != "" {
			t.Fatalf("%s (-want +got)\n%s", what, diff)
		}
	}
	appendTo(t, old, "after\n")
	appendTo(t, filepath.Join(folder, "messages"), "skipped\n")
	expect("a file that was there", "a /var/log/old.log: after")
	appendTo(t, state, "[Master]\nThu ")
	expect("half a line", "a /var/log/old.log: after", "a /var/log/state.log: [Master]")
	appendTo(t, state, "Nov 20\n")
	expect("the other half", "a /var/log/old.log: after", "a /var/log/state.log: [Master]", "a /var/log/state.log: Thu Nov 20")
}

func TestFilesThatComeAndGo(t *testing.T) {
	folder := t.TempDir()
	state := filepath.Join(folder, "state.log")
	w, rec := watched(t, folder)
	steps := []struct {
		name string
		do   func() error
		want string
	}{
		{"made", func() error { appendTo(t, state, "one long line\n"); return nil }, "one long line"},
		{"cut short", func() error { return os.WriteFile(state, []byte("two\n"), 0o600) }, "two"},
		{"removed", func() error { return os.Remove(state) }, ""},
		{"made anew", func() error { appendTo(t, state, "two\n"); return nil }, "two"},
		{"a folder", func() error { return os.Mkdir(filepath.Join(folder, "nginx"), 0o700) }, ""},
		{"a link", func() error { return os.Symlink("state.log", filepath.Join(folder, "link")) }, ""},
		{"a pipe", func() error { return unix.Mkfifo(filepath.Join(folder, "pipe"), 0o600) }, ""},
		{"not UTF-8", func() error { appendTo(t, state, "a\xff\n"); return nil }, "a\uFFFD"},
		{"long", func() error { appendTo(t, state, strings.Repeat("x", 2*maxFileLine)+"\n"); return nil }, strings.Repeat("x", maxFileLine)},
	}
	var want []string
	for _, s := range steps {
		if err := s.do(); err != nil {
			t.Fatal(err)
		}
		if s.want != "" {
			want = append(want, "a /var/log/state.log: "+s.want)
		}
		if err := w.Sync(); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if diff := cmp.Diff(want, written(rec)); diff != "" {
			t.Fatalf("%s (-want +got)\n%s", s.name, diff)
		}
	}
}

func TestFilesOfNoFolder(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	if w, err := WatchFiles(f, FilesConfig{}); err == nil {
		w.Close()
		t.Error("a file was watched as a folder")
	}
}
