package vip

import (
	"errors"
	"iter"
	"slices"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
)

// holdings are the static one and those of all estates.
func (h *Host) holdings() iter.Seq[*holding] {
	return func(yield func(*holding) bool) {
		if !yield(h.static) {
			return
		}
		for _, e := range h.estates {
			if !yield(&e.holding) {
				return
			}
		}
	}
}

// Clean removes what a crash has left, as Start does, and puts nothing on the
// host. Neither Start nor anything else but Abandon may follow.
func (h *Host) Clean(cfg *conf.Config) error {
	h.cfg = cfg
	return h.clean()
}

// clean removes what a crash has left: what the kernel knows as ours, be it
// still in the configuration or not, and the virtual addresses, routes and rules
// of the configuration, for kernels and predecessors that mark nothing. What is
// static stays.
func (h *Host) clean() error {
	cfg := h.cfg
	var failed []error
	failed = append(failed, h.cleanRules(cfg), h.cleanRoutes(cfg), h.cleanAddresses(cfg))
	prefixes := []string{"", cfg.Global.VRRP.VMACPrefix, cfg.Global.VRRP.VMACAddressPrefix}
	slices.Sort(prefixes)
	for _, p := range slices.Compact(prefixes) {
		failed = append(failed, h.made.Clean(h.kernel, p))
	}
	if err := errors.Join(failed...); err != nil {
		h.log(false, "cannot remove all that was left behind: "+err.Error())
	}
	return nil
}

func (h *Host) cleanRules(cfg *conf.Config) error {
	var keep []netif.Rule
	for n := range cfg.StaticRules {
		if r, err := ruleOf(&cfg.StaticRules[n]); err == nil {
			keep = append(keep, r)
		}
	}
	_, err := h.kernel.CleanRules(keep)
	failed := []error{err}
	for _, i := range cfg.Instances {
		for n := range i.Rules {
			if r, err := ruleOf(&i.Rules[n]); err == nil && !known(r.Protocol) {
				failed = append(failed, h.kernel.RemoveRule(r))
			}
		}
	}
	return errors.Join(failed...)
}

// known reports whether the kernel knows what has that protocol as ours.
func known(protocol uint8) bool { return protocol == 0 || protocol == netif.Origin }

func (h *Host) cleanRoutes(cfg *conf.Config) error {
	var keep []netif.Route
	for n := range cfg.StaticRoutes {
		if r, err := routeOf(&cfg.StaticRoutes[n], finder{h.index, h.table}); err == nil {
			keep = append(keep, r)
		}
	}
	_, err := h.kernel.CleanRoutes(keep)
	failed := []error{err}
	for _, i := range cfg.Instances {
		for n := range i.Routes {
			if r, err := routeOf(&i.Routes[n], finder{h.index, h.table}); err == nil && !known(r.Protocol) {
				failed = append(failed, h.kernel.RemoveRoute(r))
			}
		}
	}
	return errors.Join(failed...)
}

// cleanAddresses removes addresses that are known as ours, and those of
// instances that do not own them.
func (h *Host) cleanAddresses(cfg *conf.Config) error {
	own, err := h.kernel.Own()
	failed := []error{err}
	for _, a := range own {
		if !h.keeps(cfg, a) {
			failed = append(failed, h.removeResidual(a.Index, a.Address))
		}
	}
	for _, i := range cfg.Instances {
		if i.Priority == owner {
			continue
		}
		for _, a := range planOf(i, nil).addresses {
			failed = append(failed, h.cleanAddress(cfg, &a))
		}
	}
	return errors.Join(failed...)
}

// cleanAddress removes a virtual address, whatever its prefix length.
func (h *Host) cleanAddress(cfg *conf.Config, a *conf.Address) error {
	ip := a.Prefix.Addr()
	link, err := h.link(a.Interface)
	if err != nil {
		return nil // and so is the address
	}
	list, err := h.kernel.ListFamily(link.Index, netif.FamilyOf(ip))
	for _, have := range list {
		if have.Prefix.Addr() == ip && !h.keeps(cfg, netif.Held{Index: link.Index, Address: have}) {
			err = errors.Join(err, h.removeResidual(link.Index, have))
		}
	}
	return err
}

// keeps reports whether an address is to stay though it looks left over.
func (h *Host) keeps(cfg *conf.Config, a netif.Held) bool {
	if h.options.Reserved != nil && h.options.Reserved(a.Prefix.Addr()) {
		return true
	}
	return slices.ContainsFunc(cfg.StaticAddresses, func(s conf.Address) bool {
		link, err := h.link(s.Interface)
		return err == nil && link.Index == a.Index && s.Prefix == a.Prefix
	})
}

func (h *Host) removeResidual(index int, a netif.Address) error {
	h.log(false, "removing residual address "+a.Prefix.String())
	return h.kernel.Remove(index, a)
}
