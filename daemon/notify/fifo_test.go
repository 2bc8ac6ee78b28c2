package notify

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func newPipe(t *testing.T, path string) (*pipe, *record) {
	log := newRecord(t)
	p := &pipe{path: path, log: log, fd: -1}
	t.Cleanup(p.close)
	return p, log
}

func TestPipeIsMade(t *testing.T) {
	for _, mask := range []int{0, 0o277} {
		t.Run(fmt.Sprintf("umask %03o", mask), func(t *testing.T) { testPipeIsMade(t, mask) })
	}
}

func testPipeIsMade(t *testing.T, mask int) {
	path := filepath.Join(t.TempDir(), "fifo")
	defer syscall.Umask(syscall.Umask(mask))
	p, log := newPipe(t, path)
	if !p.write("INSTANCE \"V\" MASTER 100\n") || !p.write("two\n") {
		t.Errorf("nobody reads, but lines must stay:\n%v", log)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != os.ModeNamedPipe|0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	for _, want := range []string{`INSTANCE "V" MASTER 100`, "two"} {
		if !in.Scan() || in.Text() != want {
			t.Errorf("got %q, want %q", in.Text(), want)
		}
	}
	if p.unread() != 0 {
		t.Errorf("%d bytes unread", p.unread())
	}
	p.close()
	if in.Scan() || in.Err() != nil {
		t.Errorf("after the end: %q, %v", in.Text(), in.Err())
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
}

// TestPipeOwner: a pipe belongs to whom the configuration says.
func TestPipeOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	p, log := newPipe(t, path)
	p.conf.User, p.conf.Group = "daemon", "nogroup"
	if p.write("line\n") != mayBecome() {
		t.Errorf("log:\n%v", log)
	}
	if !mayBecome() { // then it is not to be there with the wrong owner either
		if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) || log.count("give to user") != 1 {
			t.Errorf("%v, log:\n%v", err, log)
		}
		return
	}
	var st unix.Stat_t
	want, err := (&Accounts{}).Resolve("daemon", "nogroup")
	if err := errors.Join(err, unix.Lstat(path, &st)); err != nil || st.Uid != want.UID || st.Gid != want.GID || st.Mode&0o777 != 0o600 {
		t.Errorf("owner %d:%d mode %o, %v", st.Uid, st.Gid, st.Mode, err)
	}
}

// TestPipeIsThere: what was there before is used as it is, and stays.
func TestPipeIsThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := errors.Join(unix.Mkfifo(path, 0o600), os.Chmod(path, 0o644)); err != nil {
		t.Fatal(err)
	}
	p, _ := newPipe(t, path)
	p.conf.User = "daemon"
	if !p.write("line\n") {
		t.Error("it does not take a line")
	}
	p.close()
	if info, err := os.Lstat(path); err != nil || info.Mode() != os.ModeNamedPipe|0o644 || info.Sys().(*syscall.Stat_t).Uid != uint32(os.Geteuid()) {
		t.Errorf("%v, %v", info, err)
	}
}

// TestPipeTrouble: each trouble is told once, and mends itself.
func TestPipeTrouble(t *testing.T) {
	dir := t.TempDir()
	write := func(path, text string) func() error {
		return func() error { return os.WriteFile(path, []byte(text), 0o600) }
	}
	rows := []struct {
		name        string
		path        string
		change      func(*FIFO)
		spoil, mend func() error
		want        string
	}{
		{"no folder", dir + "/a/fifo", nil, nil, func() error { return os.Mkdir(dir+"/a", 0o700) }, "no such file or directory"},
		{"a file", dir + "/b", nil, write(dir+"/b", "precious"), func() error {
			if text, err := os.ReadFile(dir + "/b"); err != nil || string(text) != "precious" {
				t.Errorf("the file is %q now: %v", text, err)
			}
			return os.Remove(dir + "/b")
		}, ErrNotFIFO.Error()},
		{"a link", dir + "/c", nil, func() error { return errors.Join(unix.Mkfifo(dir+"/d", 0o600), os.Symlink(dir+"/d", dir+"/c")) },
			func() error { return os.Remove(dir + "/c") }, "too many levels of symbolic links"},
		{"no such owner", dir + "/e", func(f *FIFO) { f.User = "nobody-knows" }, nil, nil, ErrUnknownUser.Error()},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			p, log := newPipe(t, row.path)
			if row.change != nil {
				row.change(&p.conf)
			}
			if row.spoil != nil {
				if err := row.spoil(); err != nil {
					t.Fatal(err)
				}
			}
			for range 3 {
				if p.write("line\n") {
					t.Fatal("it takes a line")
				}
			}
			if log.count(row.want) != 1 || log.count("\n") != 0 {
				t.Errorf("log:\n%v", log)
			}
			if row.mend == nil {
				return
			}
			if err := row.mend(); err != nil {
				t.Fatal(err)
			}
			if !p.write("line\n") || log.count("takes lines again, 3 were lost") != 1 {
				t.Errorf("log:\n%v", log)
			}
		})
	}
}

// TestPipeFull: lines are lost, counted, told once; never half a line, and
// nothing waits.
func TestPipeFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	p, log := newPipe(t, path)
	text := strings.Repeat("x", 99) + "\n"
	taken := 0
	for p.write(text) {
		taken++
	}
	for range 9 {
		p.write(text)
	}
	if log.count("full") != 1 || log.count("\n") != 0 || taken < 100 {
		t.Errorf("%d taken, log:\n%v", taken, log)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewReader(f)
	for range taken {
		if got, err := in.ReadString('\n'); got != text || err != nil {
			t.Fatalf("%q, %v", got, err)
		}
	}
	if !p.write("fresh\n") || log.count("takes lines again, 10 were lost") != 1 {
		t.Errorf("log:\n%v", log)
	}
	if got, err := in.ReadString('\n'); got != "fresh\n" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if p.write(strings.Repeat("y", pipeBuf)+"\n") || log.count("too long") != 1 {
		t.Errorf("a line longer than the kernel writes at one go: %v", log)
	}
}

// TestPipeRemoved: a cleaner of folders has come by.
func TestPipeRemoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	p, log := newPipe(t, path)
	p.write("one\n")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if !p.write("two\n") || log.count("somebody has removed it") != 1 {
		t.Errorf("log:\n%v", log)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, err := bufio.NewReader(f).ReadString('\n'); got != "two\n" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	// One that stands in its place now is not ours to remove.
	if err := errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	p.close()
	if _, err := os.Lstat(path); err != nil {
		t.Error(err)
	}
}
