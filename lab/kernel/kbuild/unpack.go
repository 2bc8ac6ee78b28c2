package kbuild

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// tarRecordSize is the bytes of one record of tar.
const tarRecordSize = 10240

// unpack unpacks what a build for user-mode Linux can reach: a third of the
// source, which is also gone in a third of the time if the build is interrupted.
func (w *work) unpack(ctx context.Context) error {
	size, err := unpackedSize(ctx, w.source.tarball)
	if err != nil {
		return err
	}
	w.tree = filepath.Join(w.ward.Dir, "linux-source-"+w.source.series)
	args := []string{"tar", "--extract", "--file=" + w.source.tarball, "--checkpoint=1000", "--checkpoint-action=echo=record %u", "--wildcards"}
	for _, pattern := range unreachable() {
		args = append(args, "--exclude=linux-source-*/"+pattern)
	}
	_, err = w.run(Step{Name: stepUnpack, Total: int(size / tarRecordSize)}, w.ward.Dir, args...)
	return err
}

// unreachable are patterns of files that no build for user-mode Linux reads. All
// Kconfig files stay: they are read whatever they are about.
func unreachable() []string {
	patterns := []string{
		"Documentation/*/*", "*.dts", "*.dtsi", "arch/[a-tvwyz]*/*.[chS]", "arch/xtensa/*.[chS]",
		"tools/perf/*", "tools/testing/*", "sound/*.[ch]", "samples/*.[ch]",
		"drivers/net/ethernet/*.[ch]", "drivers/net/wireless/*.[ch]",
	}
	for _, driver := range []string{"accel", "acpi", "bluetooth", "clk", "comedi", "crypto", "dma", "extcon", "fpga", "gpio", "gpu", "greybus",
		"hwmon", "i2c", "iio", "infiniband", "iommu", "isdn", "leds", "media", "memory", "mfd", "misc", "mmc", "mtd", "nvme", "parisc",
		"pci", "phy", "pinctrl", "platform", "power", "regulator", "remoteproc", "s390", "scsi", "soc", "soundwire", "spi", "staging",
		"target", "thermal", "usb", "vfio", "video"} {
		patterns = append(patterns, "drivers/"+driver+"/*.[ch]")
	}
	for _, fs := range []string{"afs", "bcachefs", "btrfs", "ceph", "f2fs", "gfs2", "nfs", "nfsd", "ntfs3", "ocfs2", "smb", "ubifs", "xfs"} {
		patterns = append(patterns, "fs/"+fs+"/*.[ch]")
	}
	return patterns
}

// unpackedSize reads the size of an .xz file's content from its index.
func unpackedSize(ctx context.Context, path string) (int64, error) {
	out, err := exec.CommandContext(ctx, "xz", "--robot", "--list", path).Output()
	if err != nil {
		return 0, fmt.Errorf("look into %s: %w", path, err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) > 4 && fields[0] == "totals" {
			return strconv.ParseInt(fields[4], 10, 64)
		}
	}
	return 0, fmt.Errorf("look into %s: xz does not say its size", path)
}
