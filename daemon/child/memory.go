package child

import (
	"bufio"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// Memory returns a file in memory, which nobody can change any more, with the
// effective configuration; one without a name in tmp_config_directory, if that is
// set. Whoever gets it closes it.
func Memory(cfg *conf.Config) (*os.File, error) {
	f, seal, err := newText(cfg.Global.Files.TempDir)
	if err != nil {
		return nil, err
	}
	w := bufio.NewWriter(f)
	err = cfg.WriteBare(w)
	if err == nil {
		err = w.Flush()
	}
	if err == nil && seal {
		_, err = unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_WRITE|unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_SEAL)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("write configuration for children: %w", err), f.Close())
	}
	return f, nil
}

// newText opens the file, and says whether it can be sealed.
func newText(dir string) (f *os.File, seal bool, err error) {
	if dir == "" {
		f, err = newMemory("vipd.conf", unix.MFD_ALLOW_SEALING)
		return f, true, err
	}
	f, err = os.OpenFile(dir, os.O_RDWR|unix.O_TMPFILE, 0o600)
	if err != nil {
		return nil, false, fmt.Errorf("create file in tmp_config_directory: %w", err)
	}
	return f, false, nil
}

func newMemory(name string, flags int) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC|flags)
	if err != nil {
		return nil, fmt.Errorf("create file in memory: %w", err)
	}
	return os.NewFile(uintptr(fd), name), nil
}
