package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/child"
	"github.com/viplab/viplab/daemon/conf"
)

// readingMark is reload_file: it is there while the configuration is read, so that
// nobody changes that meanwhile. Whoever waits for it sees it emptied at the
// beginning and gone at the end.
type readingMark struct{ name string }

// reloadFile is the path of reload_file; empty: none.
func reloadFile(cfg *conf.Config, p paths) string {
	name := cfg.Global.Reload.File
	if name == defaultReloadFile { // which stands for "beside the pid file"
		return filepath.Join(filepath.Dir(p.parent), filepath.Base(name))
	}
	return name
}

const defaultReloadFile = "/run/keepalived.reload"

func markReading(name string) (readingMark, error) {
	if name == "" {
		return readingMark{}, nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return readingMark{}, fmt.Errorf("make reload_file: %w", err)
	}
	return readingMark{name}, f.Close()
}

func (m readingMark) remove() {
	if m.name != "" {
		_ = os.Remove(m.name) // somebody was faster
	}
}

// tryLimit bounds the process that tries a configuration out.
const tryLimit = 5 * time.Second

// tryOut is reload_check_config: a process of its own reads the configuration
// first, so that not even one that breaks the reader can do harm. What it finds
// goes to the file log, or else is the error.
func tryOut(ctx context.Context, o *Options, log string) error {
	ctx, cancel := context.WithTimeout(ctx, tryLimit)
	defer cancel()
	args := []string{"-t"}
	if log != "" {
		args[0] += "=" + log
	}
	args = append(args, "-f", o.Config)
	if o.ConfigID != "" {
		args = append(args, "-i", o.ConfigID)
	}
	if o.Namespace != "" {
		args = append(args, "-s", o.Namespace)
	}
	cmd := exec.CommandContext(ctx, "/proc/self/exe", args...)
	cmd.Args[0] = o.Args[0]
	cmd.Env = child.Environment()
	cmd.WaitDelay = time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Discard, &said
	err := cmd.Run()
	var status *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("the configuration could not be tested within %v", tryLimit)
	case errors.As(err, &status) && status.ExitCode() == exitMistakes:
		return nil // mistakes that do not keep it from running are looked at later
	case errors.As(err, &status) && said.Len() > 0:
		return errors.New(strings.TrimSpace(said.String()))
	case err != nil:
		return fmt.Errorf("test the configuration: %w", err)
	}
	return nil
}
