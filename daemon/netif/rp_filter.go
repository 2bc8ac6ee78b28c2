package netif

import (
	"fmt"
	"os"
	"path"
	"strconv"
)

// clearFilter clears all.rp_filter, because the kernel takes the stricter of
// that and a device's own, and has each interface, and those to come, do by
// itself what it did for all.
func (d *Devices) clearFilter() error {
	const conf = "ipv4/conf"
	if d.rp {
		return nil
	}
	all, err := readSysctl(conf + "/all/rp_filter")
	if err != nil {
		return fmt.Errorf("read sysctl: %w", err)
	}
	if all == "0" {
		return nil
	}
	entries, err := os.ReadDir(path.Join(sysctlRoot, conf))
	if err != nil {
		return fmt.Errorf("list sysctls: %w", err)
	}
	for _, e := range entries {
		key := path.Join(conf, e.Name(), "rp_filter")
		own, err := readSysctl(key)
		if e.Name() == "all" || err != nil || !less(own, all) { // gone, or strict enough
			continue
		}
		if err := d.sysctls.Hold(key, all); err != nil {
			return err
		}
	}
	d.rp = true
	return d.sysctls.Hold(conf+"/all/rp_filter", "0")
}

// less compares the values of two sysctls.
func less(a, b string) bool {
	x, err1 := strconv.Atoi(a)
	y, err2 := strconv.Atoi(b)
	return err1 == nil && err2 == nil && x < y
}
