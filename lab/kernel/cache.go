package kernel

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// CacheDir is the folder of built kernels: viplab/kernels in the user's cache
// folder, see os.UserCacheDir.
func CacheDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder for guest kernels: %w; set XDG_CACHE_HOME", err)
	}
	return filepath.Join(cache, "viplab", "kernels"), nil
}

// memoVersion changes when what is tried changes, so that old findings are not
// taken for new ones.
const memoVersion = 2

// memo is what is remembered about a guest kernel's file.
type memo struct {
	Version  int      `json:"version"`
	Path     string   `json:"path"`
	Size     int64    `json:"size"`
	Modified int64    `json:"modified"` // nanoseconds
	Findings findings `json:"findings"`
}

func memoFile(kernel string) (string, error) {
	dir, err := CacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "probed-"+filepath.Base(filepath.Dir(kernel))+".json"), nil
}

// remembered returns what was found about a guest kernel, if its file is still
// the same. The host's kernel (no path) is tried afresh: modules come and go, and
// it takes milliseconds.
func remembered(kernel string) (findings, bool) {
	var known memo
	path, err := memoFile(kernel)
	if err != nil || kernel == "" {
		return findings{}, false
	}
	data, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(data, &known) != nil {
		return findings{}, false
	}
	now, err := newMemo(kernel, known.Findings)
	if err != nil || now.Version != known.Version || now.Path != known.Path || now.Size != known.Size || now.Modified != known.Modified {
		return findings{}, false
	}
	return known.Findings, true
}

// remember keeps what was found. Where it cannot, the kernel is tried again the
// next time.
func remember(kernel string, found findings) {
	path, err := memoFile(kernel)
	if err != nil || kernel == "" {
		return
	}
	known, err := newMemo(kernel, found)
	if err != nil {
		return
	}
	data, err := json.Marshal(known)
	if err != nil {
		return
	}
	_ = writeWhole(path, data)
}

func newMemo(kernel string, found findings) (memo, error) {
	info, err := os.Stat(kernel)
	if err != nil {
		return memo{}, err
	}
	return memo{Version: memoVersion, Path: kernel, Size: info.Size(), Modified: info.ModTime().UnixNano(), Findings: found}, nil
}

// writeWhole writes a file so that a reader sees all of it or the one before.
func writeWhole(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".new-")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		os.Remove(file.Name())
	}
	return err
}
