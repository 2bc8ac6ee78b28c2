package firewall

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/google/nftables"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/netif"
)

// send does what fill puts into a batch, all of it or nothing.
func (f *Firewall) send(family netif.Family, fill func(*batch) error) error {
	if err := f.dial(); err != nil {
		return err
	}
	err := fill(newBatch(f.conn, f.options.Table, family))
	if err == nil {
		err = f.conn.Flush()
	}
	if err == nil {
		return nil
	}
	// Answers to the rest of the batch may be on their way. Of those that came,
	// the first is for what the others could not go on without.
	if errno := unix.Errno(0); errors.As(err, &errno) {
		err = errno
	}
	if errors.Is(err, unix.EOPNOTSUPP) { // tables, but not of this family
		err = fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	return errors.Join(err, f.hangUp())
}

// dial opens the connection, which stays open: with the end of each the kernel
// waits until all that was ever deleted is out of use, which takes milliseconds.
func (f *Firewall) dial() error {
	if f.conn != nil {
		return nil
	}
	conn, err := nftables.New(nftables.AsLasting())
	if errors.Is(err, unix.EPROTONOSUPPORT) {
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	if err != nil {
		return fmt.Errorf("open nftables: %w", err)
	}
	f.conn = conn
	return nil
}

func (f *Firewall) hangUp() error {
	if f.conn == nil {
		return nil
	}
	err := f.conn.CloseLasting()
	f.conn = nil
	return err
}

// remove removes the tables if they are there.
func (f *Firewall) remove() error {
	if err := f.dial(); err != nil {
		return err
	}
	for _, family := range []nftables.TableFamily{nftables.TableFamilyIPv4, nftables.TableFamilyIPv6} {
		tables, err := f.conn.ListTablesOfFamily(family)
		if errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("look for firewall tables: %w", err)
		}
		if err != nil { // and a batch of more than one message would wait for ever
			return fmt.Errorf("%w: %w", ErrUnsupported, err)
		}
		for _, t := range tables {
			if t.Name == f.options.Table {
				f.conn.DelTable(t)
			}
		}
	}
	if err := f.conn.Flush(); err != nil {
		return fmt.Errorf("remove firewall table %s: %w", f.options.Table, err)
	}
	return nil
}
