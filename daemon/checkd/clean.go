package checkd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/viplab/viplab/daemon/ipvs"
	"github.com/viplab/viplab/daemon/logs"
)

// Clean removes the services that a checker process has left in the kernel that was
// killed: those that the ledger at path knows of. enter leads to the network
// namespace of IPVS; nil: the present one. Without a ledger nothing is done.
func Clean(ctx context.Context, path string, enter func() error, log *logs.Log) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	stamp, err := stampOf(enter)
	if err != nil {
		return fmt.Errorf("remove virtual servers that were left behind: %w", err)
	}
	book, err := openLedger(path, stamp)
	if err != nil || len(book.keys) == 0 {
		return errors.Join(err, os.Remove(path))
	}
	t := &table{log: log, open: openKernel(enter), ledger: book, failed: map[ipvs.Key]string{}}
	defer t.close()
	t.replace(ctx, nil)
	if t.known {
		log.Printf("Removed the virtual servers that a checker process had left in the kernel")
	}
	return nil
}
