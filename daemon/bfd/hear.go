package bfd

import "net/netip"

// find is the session that a packet from src to dst is for (6.8.6).
func (m *Manager) find(c *Control, p port, src, dst netip.Addr) (*running, Discard) {
	for _, s := range m.sessions {
		if portOf(s.conf) != p {
			continue
		}
		if c.Yours != 0 {
			if s.local != c.Yours {
				continue
			}
			if src != s.conf.Neighbor {
				return nil, BadSource
			}
			return s, 0
		}
		if src == s.conf.Neighbor && (!s.conf.Source.IsValid() || s.conf.Source == dst) {
			return s, 0
		}
	}
	return nil, NoSession
}

// receive takes a packet, or counts why not.
func (m *Manager) receive(p port, b []byte, src, dst netip.Addr, ttl int, now Instant) {
	c, err := Parse(b)
	if d, ok := err.(Discard); ok {
		m.discards[d.known()]++
		return
	}
	s, d := m.find(&c, p, src, dst)
	if d == 0 && s.conf.MaxHops >= 0 && ttl < s.conf.TTL-s.conf.MaxHops {
		d = BadTTL
	}
	if d != 0 {
		m.discards[d]++
		return
	}
	s.Receive(&c, now)
}
