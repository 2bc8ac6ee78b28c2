package netif

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// Devices are the VMACs that virtual routers have, with what they need of the
// interfaces below them. The zero value has none. It is for one goroutine, in
// one network namespace. The kernel takes tens of milliseconds to make or
// delete an interface.
type Devices struct {
	sysctls Sysctls
	made    map[string]*device // by name
	rp      bool               // all.rp_filter is taken care of
}

// device is a VMAC at work.
type device struct {
	link Link
	held []string // sysctls of its parent
}

// Ensure makes the device of v, or takes the one that is there already, sets
// its sysctls and those of its parent, and sets it up. Doing it again does no
// harm, and repairs. Where only sysctls cannot be set, as in a container that may
// not write them, it returns the device with the error.
func (d *Devices) Ensure(c *Conn, v VMAC) (*Link, error) {
	parent, err := c.Link(v.Parent)
	if err != nil {
		return nil, err
	}
	link, err := c.ensureVMAC(&v, parent)
	if err != nil {
		return nil, err
	}
	failed := d.configure(&v, link)
	if err := c.setUp(link); err != nil {
		return nil, errors.Join(failed, err)
	}
	link, err = c.LinkAt(link.Index)
	return link, errors.Join(failed, err)
}

// ensureVMAC finds the device of v or makes it.
func (c *Conn) ensureVMAC(v *VMAC, parent *Link) (*Link, error) {
	links, err := c.Links()
	if err != nil {
		return nil, err
	}
	lower := parent.Index
	if parent.Kind == kindMACVLAN { // the kernel puts a macvlan beside it
		lower = parent.Parent
	}
	found, name, stale, err := v.choose(links, lower)
	if err != nil || found != nil {
		return found, err
	}
	if stale != nil {
		if err := c.removeLink(stale); err != nil {
			return nil, err
		}
	}
	if err := c.addVMAC(v, name, parent); err != nil {
		return nil, err
	}
	return c.Link(name)
}

// configure sets the sysctls of a device and of its parent, as far as it can.
// The device's go with it and need no restoring.
func (d *Devices) configure(v *VMAC, link *Link) error {
	four, six := "ipv4/conf/"+link.Name+"/", "ipv6/conf/"+link.Name+"/"
	set := [][2]string{
		{six + "addr_gen_mode", "1"}, // IN6_ADDR_GEN_MODE_NONE: no link-local address of its own
		{six + "accept_ra", "0"},     // nor one that a router advertisement makes
	}
	var hold [][2]string
	var failed []error
	if v.Family == IPv6 {
		set = append(set, [2]string{six + "disable_ipv6", "0"})
	} else {
		failed = append(failed, d.clearFilter())
		set = append(set, [2]string{four + "arp_ignore", "1"}, [2]string{four + "accept_local", "1"},
			[2]string{four + "rp_filter", "0"}, [2]string{four + "promote_secondaries", "1"},
			[2]string{six + "disable_ipv6", either(v.BothFamilies, "0", "1")})
		below := "ipv4/conf/" + v.Parent + "/"
		hold = [][2]string{{below + "arp_ignore", "1"}, {below + "arp_filter", "1"},
			// What answers a host from a virtual address goes out below, after a
			// question that would tell that host the address is at the parent's MAC.
			{below + "arp_announce", "2"}}
	}
	for _, s := range set {
		err := ensureSysctl(s[0], s[1])
		if strings.HasPrefix(s[0], six) && errors.Is(err, fs.ErrNotExist) {
			continue // a kernel without IPv6
		}
		failed = append(failed, err)
	}
	return errors.Join(append(failed, d.hold(link, hold))...)
}

// hold takes the sysctls of the parent, and gives up those of a device of that
// name that was there before.
func (d *Devices) hold(link *Link, wanted [][2]string) error {
	fresh := &device{link: *link}
	var failed []error
	for _, w := range wanted {
		if err := d.sysctls.Hold(w[0], w[1]); err != nil {
			failed = append(failed, err)
			continue
		}
		fresh.held = append(fresh.held, w[0])
	}
	failed = append(failed, d.release(d.made[link.Name]))
	if d.made == nil {
		d.made = map[string]*device{}
	}
	d.made[link.Name] = fresh
	return errors.Join(failed...)
}

func (d *Devices) release(old *device) error {
	if old == nil {
		return nil
	}
	var failed []error
	for _, key := range old.held {
		failed = append(failed, d.sysctls.Release(key))
	}
	return errors.Join(failed...)
}

// Remove deletes a device of Ensure and gives up what it needed of its parent.
// One that is gone is no error.
func (d *Devices) Remove(c *Conn, link *Link) error {
	old := d.made[link.Name]
	if old == nil || old.link.Index != link.Index {
		return nil
	}
	delete(d.made, link.Name)
	return errors.Join(c.removeLink(link), d.release(old))
}

// Clean deletes what a crash has left, see Leftovers, but for the devices of
// Ensure.
func (d *Devices) Clean(c *Conn, prefix string) error {
	links, err := c.Links()
	if err != nil {
		return err
	}
	var failed []error
	for _, l := range Leftovers(links, prefix) {
		if mine := d.made[l.Name]; mine == nil || mine.link.Index != l.Index {
			failed = append(failed, c.removeLink(&l))
		}
	}
	return errors.Join(failed...)
}

// Close deletes all devices of Ensure and restores all sysctls.
func (d *Devices) Close(c *Conn) error {
	var failed []error
	for _, name := range slices.Sorted(maps.Keys(d.made)) {
		link := d.made[name].link
		failed = append(failed, c.removeLink(&link))
	}
	d.made, d.rp = nil, false
	return errors.Join(append(failed, d.sysctls.Restore())...)
}
