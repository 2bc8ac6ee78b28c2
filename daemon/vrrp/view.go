package vrrp

import "github.com/viplab/viplab/daemon/netif"

// view is what the kernel shows at one moment. Each thing is asked for once,
// however many virtual routers look at it.
type view struct {
	kernel *netif.Conn
	links  map[string]*netif.Link
	lists  map[int][]netif.Address
}

func (r *Router) view() *view {
	return &view{r.kernel, map[string]*netif.Link{}, map[int][]netif.Address{}}
}

func (w *view) link(name string) (*netif.Link, error) {
	if l := w.links[name]; l != nil {
		return l, nil
	}
	l, err := w.kernel.Link(name)
	if err == nil {
		w.links[name] = l
	}
	return l, err
}

func (w *view) list(index int) ([]netif.Address, error) {
	if list, ok := w.lists[index]; ok {
		return list, nil
	}
	list, err := w.kernel.List(index)
	if err == nil {
		w.lists[index] = list
	}
	return list, err
}
