package router

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/advert"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
)

// authAH is auth_type AH (RFC 2338 5.3.6).
const authAH = 2

// open gives v its ports and outlets as things are now. It returns why that cannot
// be, "" if it can, or if there is nothing to open them on.
func (v *virtual) open(at place) string {
	v.checker.SetSource(v.source)
	if v.iface != nil && at.out == nil || !v.source.IsValid() {
		v.shut()
		return ""
	}
	keys, name, err := v.wants(at)
	if err == nil {
		err = v.sit(keys, name)
	}
	if err != nil {
		v.shut()
		return err.Error()
	}
	index := keys[0].index
	switch v.device = name; {
	case at.out == nil:
	case !v.unicast():
		index, v.device = at.out.Index, at.out.Name
	default:
		v.device = at.out.Name // if routes do not know better
	}
	v.speak(index)
	return ""
}

// unicast reports whether v speaks to peers and not to a group.
func (v *virtual) unicast() bool { return !v.conf.MulticastGroup.IsValid() }

// wants are the ports that v is to have, and the interface that they are bound
// to. With AH it hears plain adverts too, to say that they are wrong.
func (v *virtual) wants(at place) (keys []portKey, name string, err error) {
	i := v.conf
	key := portKey{family: i.Family, proto: advert.Protocol}
	switch {
	case !v.unicast():
		key.index, key.group, name = at.in.Index, i.MulticastGroup, at.in.Name
	case at.out == nil && i.VRF != "":
		vrf, err := v.router.kernel.Link(i.VRF)
		if err != nil {
			return nil, "", err
		}
		key.index, key.local, name = vrf.Index, v.source, vrf.Name
	case at.out != nil && i.Family == conf.IPv6 && v.source.IsLinkLocalUnicast():
		key.index, key.local, name = at.out.Index, v.source, at.out.Name
	default:
		key.local = v.source
		if vrf := v.router.vrfOf(at.out); vrf != nil {
			key.index, name = vrf.Index, vrf.Name
		}
	}
	keys = append(keys, key)
	if i.AuthType == authAH {
		key.proto = advert.ProtocolAH
		keys = append(keys, key)
	}
	return keys, name, nil
}

// sit takes seats on the ports of keys, and leaves all others.
func (v *virtual) sit(keys []portKey, name string) error {
	if len(v.ports) == len(keys) && slices.EqualFunc(v.ports, keys, func(p *port, k portKey) bool { return p.portKey == k }) {
		return nil
	}
	r := v.router
	old := v.ports
	v.ports = nil
	var fail error
	for _, key := range keys {
		p, err := r.port(key, name)
		if err != nil {
			fail = err
			break
		}
		p.seat(v)
		v.ports = append(v.ports, p)
	}
	for _, p := range old {
		r.release(p, v)
	}
	for _, p := range v.ports {
		r.resize(p)
	}
	return fail
}

// speak makes v's outlets, on the interface of index.
func (v *virtual) speak(index int) {
	i, s := v.conf, &v.router.senders
	if !v.unicast() {
		if len(v.outlets) == 1 && v.outlets[0].is(index, v.source, i.MulticastGroup, advert.TTL) {
			return
		}
		v.outlets = []*outlet{s.outlet(index, v.source, i.MulticastGroup, advert.TTL)}
		return
	}
	v.outlets = nil
	for _, p := range i.UnicastPeers {
		v.outlets = append(v.outlets, s.outlet(index, v.source, p.Address, i.Unicast.TTL))
	}
}

// shut gives v's ports back and closes its mouth.
func (v *virtual) shut() {
	for _, p := range v.ports {
		v.router.release(p, v)
	}
	v.ports, v.outlets = nil, nil
}

// port returns the shared socket of key, opening it for its first user.
func (r *Router) port(key portKey, name string) (*port, error) {
	if p := r.ports[key]; p != nil {
		return p, nil
	}
	p, err := openPort(key, name)
	if errors.Is(err, unix.EPERM) {
		return nil, fmt.Errorf("%w (CAP_NET_RAW is missing)", err)
	}
	if err != nil {
		return nil, err
	}
	if err := r.wait.add(p.fd); err != nil {
		p.close()
		return nil, err
	}
	r.ports[key], r.byFD[p.fd] = p, p
	return p, nil
}

// release gives v's seat on p back, and closes p after its last user.
func (r *Router) release(p *port, v *virtual) {
	if p.leave(v); p.users > 0 {
		r.resize(p)
		return
	}
	r.keep(p)
	r.wait.remove(p.fd)
	delete(r.ports, p.portKey)
	delete(r.byFD, p.fd)
	p.close()
}

// resize gives p the receive buffer that its users ask for.
func (r *Router) resize(p *port) {
	sum, most := 0, 0
	for _, list := range p.heard {
		for _, v := range list {
			if v.conf.ReceiveBuffer > 0 {
				most = max(most, v.conf.ReceiveBuffer)
			} else {
				sum += r.policy(v)
			}
		}
	}
	if want := max(sum, most); want != p.buffer {
		p.resize(want)
	}
}

// policy is vrrp_rx_bufs_policy for v, in bytes: what its share of a receive
// buffer is.
func (r *Router) policy(v *virtual) int {
	g := &r.cfg.Global.VRRP
	switch {
	case g.ReceivePolicy == "MTU" && v.iface != nil && v.iface.link != nil:
		return g.ReceiveMultiplier * v.iface.link.MTU
	case g.ReceivePolicy == "ADVERT":
		return g.ReceiveMultiplier * v.advertSize()
	case g.ReceivePolicy == "":
		return g.ReceiveBytes
	}
	return 0
}

// advertSize is the length of an advert of v with its headers, in bytes, in
// round figures.
func (v *virtual) advertSize() int {
	if v.conf.Family == conf.IPv6 {
		return 40 + 8 + 16*len(v.conf.Addresses)
	}
	return 20 + 24 + 16 + 4*len(v.conf.Addresses)
}

// vrfOf is the VRF that an interface belongs to, nil for none.
func (r *Router) vrfOf(l *netif.Link) *netif.Link {
	if l == nil || l.Master == 0 {
		return nil
	}
	master, err := r.kernel.LinkAt(l.Master)
	if err != nil || master.Kind != "vrf" {
		return nil
	}
	return master
}
