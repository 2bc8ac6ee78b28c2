package track

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// maxFile is how much of a file is read, bytes. keepalived reads 127.
const maxFile = 4096

var errNotRegular = errors.New("is no regular file")

// numberError says that text is no number of 32 bits.
type numberError struct{ text string }

func (e *numberError) Error() string { return e.text + " is no number of 32 bits" }

// number reads an integer as strtol(3) does with base 0: blanks, a sign, 0x for
// hexadecimal, 0 for octal; what follows does not matter, and without digits it
// is 0. The error is a numberError.
func number(text string) (int, error) {
	text = strings.TrimLeft(text, " \t\n\v\f\r")
	whole := text
	negative := strings.HasPrefix(text, "-")
	if negative || strings.HasPrefix(text, "+") {
		text = text[1:]
	}
	base := int64(10)
	switch {
	case len(text) > 2 && text[0] == '0' && text[1]|' ' == 'x' && digit(text[2]) < 16:
		base, text = 16, text[2:]
	case strings.HasPrefix(text, "0"):
		base = 8
	}
	var n int64
	i := 0
	for ; i < len(text) && digit(text[i]) < base; i++ {
		n = min(n*base+digit(text[i]), -2*math.MinInt32) // too much is too much
	}
	if negative {
		n = -n
	}
	if n < math.MinInt32 || n > math.MaxInt32 {
		return 0, &numberError{whole[:len(whole)-len(text)+i]}
	}
	return int(n), nil
}

// digit is the value of a digit, 99 of what is none.
func digit(c byte) int64 {
	switch {
	case c >= '0' && c <= '9':
		return int64(c - '0')
	case c|' ' >= 'a' && c|' ' <= 'f':
		return int64(c|' '-'a') + 10
	}
	return 99
}

// readNumber returns the number at the beginning of a file. What is no regular
// file is not opened: opening a pipe or a device may wait, or do things.
func readNumber(path string) (int, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	if !info.Mode().IsRegular() {
		return 0, fmt.Errorf("%s %w", path, errNotRegular)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return 0, err
	}
	return number(string(text))
}

// writeNumber makes path a file that holds n. A file that is there is replaced if
// overwrite is set, and left alone otherwise; the new one has its owner and mode,
// or is for the daemon's user alone. Nobody sees it half written.
func writeNumber(path string, n int, overwrite bool) error {
	old, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		old = nil
	case err != nil:
		return err
	case !overwrite:
		return nil
	case old.Mode()&fs.ModeSymlink != 0:
		old = nil
	case !old.Mode().IsRegular():
		return fmt.Errorf("%s %w", path, errNotRegular)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".track_file-*")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, n)
	if old != nil {
		st := old.Sys().(*syscall.Stat_t)
		err = errors.Join(err, f.Chown(int(st.Uid), int(st.Gid)), f.Chmod(old.Mode().Perm()))
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
