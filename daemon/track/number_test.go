package track

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// What keepalived 2.2.7 makes of the same files.
func TestNumber(t *testing.T) {
	for _, tt := range []struct {
		text string
		want int
		bad  string
	}{
		{"", 0, ""}, {"5\n", 5, ""}, {"+7", 7, ""}, {"-3\n5", -3, ""}, {" \t\n\v\f\r12xyz", 12, ""},
		{"abc", 0, ""}, {"-", 0, ""}, {"- 5", 0, ""}, {"--5", 0, ""}, {"1.5", 1, ""}, {"5,6", 5, ""}, {"5 6", 5, ""},
		{"0x10", 16, ""}, {"-0XfF", -255, ""}, {"0x", 0, ""}, {"0xg", 0, ""}, {"010", 8, ""}, {"08", 0, ""}, {"0", 0, ""},
		{"2147483647", 2147483647, ""}, {"-2147483648", -2147483648, ""},
		{"2147483648", 0, "2147483648"}, {"-2147483649x", 0, "-2147483649"}, {" 0x80000000", 0, "0x80000000"},
		{"99999999999999 and more", 0, "99999999999999"}, {"+" + strings.Repeat("9", 4000), 0, "+" + strings.Repeat("9", 4000)},
		{"\x00" + "5", 0, ""}, {"5\x00", 5, ""}, {"\xff5", 0, ""},
	} {
		got, err := number(tt.text)
		var bad *numberError
		if errors.As(err, &bad) != (tt.bad != "") || got != tt.want || bad != nil && bad.text != tt.bad {
			t.Errorf("number(%.30q) = %d, %.50v; want %d, %.30q", tt.text, got, err, tt.want, tt.bad)
		}
	}
}

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"", "5", "-0x1f", "+010", " 99999999999", "0x", "7fffffff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := number(s)
		if n < -1<<31 || n > 1<<31-1 || err != nil && n != 0 {
			t.Errorf("number(%q) = %d, %v", s, n, err)
		}
		if again, err2 := number(s + " 9"); err == nil && strings.TrimSpace(s) != "" && !strings.ContainsAny(s[len(s)-1:], "+-") && strings.TrimLeft(s, " \t\n\v\f\r") != "" && (again != n || err2 != nil) {
			t.Errorf("number(%q) = %d, with more behind it %d, %v", s, n, again, err2)
		}
	})
}

func TestReadNumberRefuses(t *testing.T) {
	dir := t.TempDir()
	pipe, huge := filepath.Join(dir, "pipe"), filepath.Join(dir, "huge")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(huge, []byte("17 "), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(huge, 1<<40); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path string
		want int
		err  error
	}{
		{pipe, 0, errNotRegular}, {dir, 0, errNotRegular}, {"/dev/zero", 0, errNotRegular}, {"/dev/tty", 0, errNotRegular},
		{filepath.Join(dir, "none"), 0, fs.ErrNotExist}, {filepath.Join(huge, "none"), 0, unix.ENOTDIR}, {huge, 17, nil},
	} {
		if got, err := readNumber(tt.path); got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: %d, %v; want %d, %v", tt.path, got, err, tt.want, tt.err)
		}
	}
}

func TestWriteNumber(t *testing.T) {
	for _, tt := range []struct {
		name    string
		prepare func(path string) error
		over    bool
		want    string
		mode    fs.FileMode
		err     error
	}{
		{"new", nil, false, "-5\n", 0o600, nil},
		{"new with overwrite", nil, true, "-5\n", 0o600, nil},
		{"there", func(p string) error { return os.WriteFile(p, []byte("junk"), 0o644) }, false, "junk", 0o644, nil},
		{"there with overwrite", func(p string) error { return errors.Join(os.WriteFile(p, []byte("junk"), 0o644), os.Chmod(p, 0o646)) }, true, "-5\n", 0o646, nil},
		{"link with overwrite", func(p string) error { return os.Symlink("/dev/null", p) }, true, "-5\n", 0o600, nil},
		{"directory", func(p string) error { return os.Mkdir(p, 0o700) }, true, "", fs.ModeDir | 0o700, errNotRegular},
		{"pipe", func(p string) error { return unix.Mkfifo(p, 0o600) }, true, "", fs.ModeNamedPipe | 0o600, errNotRegular},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f")
			if tt.prepare != nil {
				if err := tt.prepare(path); err != nil {
					t.Fatal(err)
				}
			}
			if err := writeNumber(path, -5, tt.over); !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			info, err := os.Lstat(path)
			if err != nil || info.Mode() != tt.mode {
				t.Errorf("mode %v, %v, want %v", info.Mode(), err, tt.mode)
			}
			if info.Mode().IsRegular() {
				text, _ := os.ReadFile(path)
				expect(t, "content", string(text), tt.want)
			}
			if list, _ := os.ReadDir(filepath.Dir(path)); len(list) != 1 {
				t.Errorf("left behind: %v", list)
			}
		})
	}
	if err := writeNumber(filepath.Join(t.TempDir(), "no", "f"), 1, true); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a directory: %v", err)
	}
}
