package warden

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Prefix begins the name of every ward's folder.
const Prefix = "viplab-ward-"

// tempDir is a folder whose lock says that its maker is alive.
type tempDir struct {
	path string
	lock *os.File
}

// makeTries bounds how often a new folder may be taken for a stale one.
const makeTries = 100

// makeTemp makes a folder and locks it. Between the two another warden may take it
// for one that was left behind and remove it: then it is made once more.
func makeTemp(base string) (*tempDir, error) {
	var err error
	for range makeTries {
		var d *tempDir
		if d, err = tryTemp(base); err == nil {
			return d, nil
		}
		if !errors.Is(err, errTaken) {
			return nil, err
		}
	}
	return nil, err
}

// errTaken says that another warden took a new folder for a stale one.
var errTaken = errors.New("the folder was removed by another warden")

func tryTemp(base string) (*tempDir, error) {
	path, err := os.MkdirTemp(base, Prefix)
	if err != nil {
		return nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	lock, err := lockDir(path)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.EWOULDBLOCK) {
		return nil, errTaken
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the temporary folder: %w", err), os.RemoveAll(path))
	}
	// The lock may be on what is no longer there.
	if _, err := os.Stat(path); err != nil {
		return nil, errors.Join(errTaken, lock.Close())
	}
	return &tempDir{path, lock}, nil
}

func (d *tempDir) remove() error {
	return errors.Join(os.RemoveAll(d.path), d.lock.Close())
}

// lockDir locks a folder that nobody has locked.
func lockDir(path string) (*os.File, error) {
	lock, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

// removeStale removes the folders of wardens that were killed themselves. It is a
// courtesy: what it cannot remove stays.
func removeStale(base string) {
	entries, err := os.ReadDir(base)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if !entry.IsDir() || !strings.HasPrefix(entry.Name(), Prefix) {
			continue
		}
		path := filepath.Join(base, entry.Name())
		if lock, err := lockDir(path); err == nil {
			_ = os.RemoveAll(path)
			lock.Close()
		}
	}
}
