package daemon

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/dump"
	"github.com/viplab/viplab/daemon/status"
)

// dumpLimit bounds how long the children may take to tell their status.
const dumpLimit = 10 * time.Second

// dump writes the files that a signal asks for.
func (s *supervisor) dump(ctx context.Context, sig os.Signal) {
	cfg, files := s.config, s.config.Global.Files
	name, write := s.dumpName(files.State), func(w io.Writer, st *status.Status) error { return dump.WriteData(w, cfg, st) }
	switch sig {
	case unix.SIGUSR2, sigStatsClear:
		name, write = s.dumpName(files.Stats), dump.WriteStats
	case sigJSON:
		name, write = s.dumpName(files.JSON), func(w io.Writer, st *status.Status) error {
			return dump.WriteJSON(w, cfg, st, files.JSONVersion)
		}
	}
	check := ""
	if sig == unix.SIGUSR1 && s.wanted(roleCheckers, cfg) {
		check = s.dumpName(logFile(files.State, "check", &conf.Daemon{}))
	}
	s.others.Go(func() {
		s.dumping.Lock() // one after the other: what clears counters is done with them then
		defer s.dumping.Unlock()
		ctx, cancel := context.WithTimeout(ctx, dumpLimit)
		defer cancel()
		st, err := s.statusOf(ctx)
		if err == nil {
			err = replace(name, func(w io.Writer) error { return write(w, st) })
		}
		if err == nil && check != "" {
			err = replace(check, func(w io.Writer) error { return dump.WriteCheck(w, cfg, st) })
		}
		if err == nil && sig == sigStatsClear {
			err = s.clearStats(ctx)
		}
		if err != nil {
			s.Printf("write %s: %v", name, err)
		}
	})
}

func (s *supervisor) clearStats(ctx context.Context) error {
	p, err := s.vrrp(ctx)
	if err != nil {
		return err
	}
	return p.ClearStats(ctx)
}

// dumpName is the path of a file, with the names of several daemons told apart
// where data_use_instance asks for it.
func (s *supervisor) dumpName(path string) string {
	if !s.config.Global.Files.UseInstance {
		return path
	}
	return logFile(path, "", &s.config.Global.Daemon)
}

// replace writes a file that is there as a whole or not at all, and does not
// follow what others may have put at its path.
func replace(name string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	b := bufio.NewWriter(f)
	if err := errors.Join(write(b), b.Flush(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return fmt.Errorf("put in place: %w", err)
	}
	return nil
}
