package track

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/vrrp"
)

// started is a Manager on real time, which is closed with the test.
func started(t *testing.T, cfg *conf.Config) (*record, *Manager) {
	t.Helper()
	r := newRecord(t)
	m := New(Options{Log: r, Report: r.report})
	t.Cleanup(func() {
		if err := m.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := m.Start(cfg); err != nil {
		t.Fatal(err)
	}
	return r, m
}

func fileAt(name, path string) *conf.TrackFile {
	return &conf.TrackFile{Name: name, Path: path, Weight: 1}
}

// number waits for the next result and returns what it says.
func (r *record) number() string {
	x := r.take()
	return fmt.Sprint(x.Name, " ", x.Value, " ", x.Known, " ", x.Text)
}

// write gives a file a content, in one step: where it is truncated first, an event
// of before may have it read in between.
func write(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	must(t, err)
	info, err := f.Stat()
	must(t, err)
	if more := int(info.Size()) - len(text); more > 0 {
		text += strings.Repeat("\n", more)
	}
	_, err = f.WriteString(text)
	must(t, err)
	must(t, f.Close())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestFileFollowsEachChange(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	r, m := started(t, configured(fileAt("f", path)))
	next := func(what, want string) {
		t.Helper()
		expect(t, what, r.number(), "f "+want)
	}
	next("missing", "0 true is 0, there is no file")
	write(t, path, "5")
	next("created", "5 true is 5")
	write(t, path, "-7 x")
	next("written", "-7 true is -7")
	must(t, os.Remove(path))
	next("removed", "0 true is 0, there is no file")
	write(t, path+"2", "8")
	must(t, os.Rename(path+"2", path))
	next("moved here", "8 true is 8")
	must(t, os.Rename(path, path+"2"))
	next("moved away", "0 true is 0, there is no file")
	must(t, os.Link(path+"2", path))
	next("linked", "8 true is 8")
	must(t, os.Remove(path))
	next("unlinked", "0 true is 0, there is no file")
	must(t, os.Symlink("f2", path))
	next("symbolic link", "8 true is 8")
	write(t, path+"2", "9")
	next("written behind the link", "9 true is 9")
	write(t, path+"3", "10")
	must(t, os.Symlink("f3", path+"4"))
	must(t, os.Rename(path+"4", path))
	next("another link", "10 true is 10")
	write(t, path+"2", "11") // no longer of interest
	write(t, path+"3", "12")
	next("written behind it", "12 true is 12")
	must(t, os.Remove(path))
	next("link removed", "0 true is 0, there is no file")
	must(t, unix.Mkfifo(path, 0o600))
	r.until("f is no regular file; it counts as 0")
	must(t, os.Remove(path))
	write(t, path, "99999999999 ")
	r.until("Invalid number 99999999999 read from " + path + " - ignoring")
	write(t, path, "4")
	next("a number again", "4 true is 4")
	expect(t, "status", m.Trackers()[0].Text, "is 4")
	write(t, path, "3000000000")
	r.until("Invalid number 3000000000")
	expect(t, "status", m.Trackers()[0].Text, "is 4 still, no number that can be used")
	expect(t, "left", r.rest(), nil)
}

// A write counts when it is finished, and a file that somebody only looks at is
// not read again.
func TestFileThatIsBeingWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	write(t, path, "1")
	r, _ := started(t, configured(fileAt("f", path)))
	expect(t, "at first", r.number(), "f 1 true is 1")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	must(t, err)
	_, err = f.WriteString("2")
	must(t, err)
	must(t, f.Sync())
	_, err = f.WriteString("3")
	must(t, err)
	must(t, f.Close())
	expect(t, "closed", r.number(), "f 23 true is 23")
}

func TestFileWhoseDirectoryComesAndGoes(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "a", "b")
	path := filepath.Join(dir, "f")
	r, _ := started(t, configured(fileAt("f", path)))
	expect(t, "nothing", r.number(), "f 0 true is 0, there is no file")
	for round := range 3 {
		must(t, os.MkdirAll(dir, 0o700))
		write(t, path, "5")
		expect(t, "directory made", r.number(), "f 5 true is 5")
		held, err := os.Open(dir) // the kernel keeps the directory, and its watch
		must(t, err)
		must(t, os.RemoveAll(filepath.Join(base, "a")))
		expect(t, "directory removed", r.number(), "f 0 true is 0, there is no file")
		must(t, os.MkdirAll(dir, 0o700))
		write(t, path, "6")
		expect(t, "directory made again", r.number(), "f 6 true is 6")
		must(t, os.Rename(filepath.Join(base, "a"), filepath.Join(base, fmt.Sprint("z", round))))
		expect(t, "directory moved", r.number(), "f 0 true is 0, there is no file")
		write(t, filepath.Join(base, fmt.Sprint("z", round), "b", "f"), "7") // is another file now
		must(t, held.Close())
	}
	expect(t, "left", r.rest(), nil)
}

// A directory that is another one before anybody has seen that the first was
// gone.
func TestFileWhoseDirectoryIsReplaced(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "a", "b")
	must(t, os.MkdirAll(dir, 0o700))
	r, m := started(t, configured(fileAt("f", filepath.Join(dir, "f"))))
	r.take()
	held, err := os.Open(dir) // or the kernel says that it is gone
	must(t, err)
	defer held.Close()
	m.files.mu.Lock()
	must(t, os.RemoveAll(filepath.Join(base, "a")))
	must(t, os.MkdirAll(dir, 0o700))
	m.files.mu.Unlock()
	for n := range 20 {
		write(t, filepath.Join(dir, "f"), fmt.Sprint(n+1))
		expect(t, "written", r.number(), fmt.Sprintf("f %d true is %d", n+1, n+1))
	}
}

// The way in which a directory is replaced as a whole.
func TestFileBehindALinkToADirectory(t *testing.T) {
	base := t.TempDir()
	at := func(parts ...string) string { return filepath.Join(append([]string{base}, parts...)...) }
	for _, v := range []string{"1", "2", "3"} {
		must(t, os.Mkdir(at("v"+v), 0o700))
		write(t, at("v"+v, "f"), v)
	}
	must(t, os.Symlink("v1", at("..data")))
	must(t, os.Symlink("..data/f", at("f")))
	r, _ := started(t, configured(fileAt("f", at("f"))))
	expect(t, "at first", r.number(), "f 1 true is 1")
	for _, v := range []string{"2", "3"} {
		must(t, os.Symlink("v"+v, at("new")))
		must(t, os.Rename(at("new"), at("..data")))
		expect(t, "replaced", r.number(), "f "+v+" true is "+v)
	}
	must(t, os.Symlink("..data", at("loop")))
	must(t, os.Rename(at("loop"), at("..data")))
	r.until("too many levels of symbolic links; it counts as 0")
	expect(t, "loop", r.number(), "f 0 true is 0, cannot be read")
}

func TestFilesOfOneDirectory(t *testing.T) {
	dir := t.TempDir()
	var all []any
	for n := range 50 {
		all = append(all, fileAt(fmt.Sprint("f", n), filepath.Join(dir, fmt.Sprint(n))))
	}
	all = append(all, fileAt("again", filepath.Join(dir, "7"))) // the same file under another name
	r, _ := started(t, configured(all...))
	expect(t, "results", len(r.rest()), 51)
	write(t, filepath.Join(dir, "7"), "1")
	expect(t, "written", []string{r.number(), r.number()}, []string{"f7 1 true is 1", "again 1 true is 1"})
	expect(t, "left", r.rest(), nil)
}

func TestFileInit(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	init := func(name string, n int, over bool) *conf.TrackFile {
		f := fileAt(name, at(name))
		f.Init, f.InitValue, f.Overwrite = true, n, over
		return f
	}
	write(t, at("kept"), "1")
	write(t, at("over"), "1")
	cfg := configured(init("new", 5, false), init("kept", 6, false), init("over", -7, true), init("unused", 8, false))
	cfg.Instances[0].TrackFiles = cfg.Instances[0].TrackFiles[:3]
	r, m := started(t, cfg)
	expect(t, "results", []string{r.number(), r.number(), r.number()}, []string{"new 5 true is 5", "kept 1 true is 1", "over -7 true is -7"})
	text, _ := os.ReadFile(at("unused"))
	expect(t, "unused", string(text), "8\n")
	write(t, at("over"), "2")
	expect(t, "written", r.number(), "over 2 true is 2")
	must(t, m.Reload(cfg))
	expect(t, "results of the reload", r.rest(), nil)
	text, _ = os.ReadFile(at("over"))
	expect(t, "over", strings.TrimSpace(string(text)), "2")
}

func TestFileReload(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	write(t, a, "1")
	write(t, b, "2")
	r, m := started(t, configured(fileAt("f", a), fileAt("g", b)))
	expect(t, "at first", []string{r.number(), r.number()}, []string{"f 1 true is 1", "g 2 true is 2"})
	must(t, m.Reload(configured(fileAt("g", b), fileAt("f", b), fileAt("h", a))))
	expect(t, "reload", []string{r.number(), r.number()}, []string{"f 2 true is 2", "h 1 true is 1"})
	must(t, m.Reload(configured(fileAt("h", a))))
	expect(t, "gone", r.rest(), []vrrp.Result{{Tracker: vrrp.Tracker{Kind: vrrp.File, Name: "g"}}, {Tracker: vrrp.Tracker{Kind: vrrp.File, Name: "f"}}})
	write(t, b, "3")
	write(t, a, "4")
	expect(t, "still there", r.number(), "h 4 true is 4")
	m.Repeat()
	expect(t, "repeated", r.number(), "h 4 true is 4")
	must(t, m.Reload(configured()))
	r.rest()
	must(t, m.Reload(configured(fileAt("h", a))))
	expect(t, "back", r.number(), "h 4 true is 4")
}

// Where there is no inotify, files are looked at all the same.
func TestFileWithoutInotify(t *testing.T) {
	r := newRecord(t)
	m := New(Options{Log: r, Report: r.report})
	m.files.failed = errors.New("inotify: too many open files")
	path := filepath.Join(t.TempDir(), "f")
	must(t, m.Start(configured(fileAt("f", path))))
	expect(t, "at first", r.number(), "f 0 true is 0, there is no file")
	write(t, path, "5")
	expect(t, "found", r.number(), "f 5 true is 5")
	expect(t, "log", r.log(), []string{"track_file f cannot be watched (inotify: too many open files): it is looked at once a second"})
	must(t, m.Close(context.Background()))
}

func TestParseEvent(t *testing.T) {
	for _, tt := range []struct {
		bytes string
		want  event
		size  int
	}{
		{"\x01\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00ab\x00\x00rest", event{wd: 1, mask: 8, name: "ab"}, 20},
		{"\xff\xff\xff\xff\x00\x40\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", event{wd: -1, mask: unix.IN_Q_OVERFLOW, lost: true}, 16},
		{"\x01\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\x7fab", event{wd: 1, mask: 8, name: "ab"}, 18},
	} {
		got, size := parse([]byte(tt.bytes))
		if got != tt.want || size != tt.size {
			t.Errorf("%q: %+v, %d", tt.bytes, got, size)
		}
	}
}

// Lost events are made up for.
func TestFileAfterAnOverflow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	r, m := started(t, configured(fileAt("f", path)))
	r.take()
	m.files.mu.Lock() // so that the event is not seen
	write(t, path, "5")
	w := m.files.watch
	for wd := range w.names {
		w.names[wd] = nil
	}
	m.files.mu.Unlock()
	m.files.happened(w, event{wd: -1, lost: true})
	expect(t, "found", r.number(), "f 5 true is 5")
}

func TestFollow(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	must(t, os.MkdirAll(filepath.Join(dir, "a/b"), 0o700))
	must(t, os.Symlink("a/./b/../b", filepath.Join(dir, "to")))
	must(t, os.Symlink(dir+"/to", filepath.Join(dir, "abs")))
	for path, want := range map[string][]string{
		"f":      {"./f"},
		"a/b/f":  {"./a passed", "a/b passed", "a/b/f"},
		"a/c/f":  {"./a passed", "a/c"},
		"to/f":   {"./to", "./a passed", "a/b passed", "a/b passed", "a/b/f"},
		"abs/f":  {"./abs", "UP passed", "./to", "./a passed", "a/b passed", "a/b passed", "a/b/f"},
		"a//b/.": {"./a passed", "a/b passed"},
	} {
		var got []string
		for n, p := range follow(dir + "/" + path) {
			text := strings.TrimPrefix(p.dir, dir) + "/" + p.name
			if p.dir == dir {
				text = "./" + p.name
			} else if !strings.HasPrefix(p.dir, dir) {
				text = "UP"
			}
			text = strings.TrimPrefix(text, "/")
			if p.passed {
				text += " passed"
			}
			if text == "UP passed" && (n == 0 || len(got) == 0 || got[len(got)-1] == text) {
				if len(got) == 0 {
					continue
				}
				if got[len(got)-1] == text {
					continue
				}
			}
			got = append(got, text)
		}
		expect(t, path, got, want)
	}
}
