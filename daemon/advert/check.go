package advert

import (
	"net/netip"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// Heard is what a state machine needs of an advert that was taken.
type Heard struct {
	Source   netip.Addr
	Priority int           // 0..255
	Interval time.Duration // until the next one, as the advert says
	Notice   Notice        // what is to be logged of it; see Checker.NoticeText
}

// Checker checks what one virtual router hears. It remembers what a replay would
// repeat, who spoke last, and which checksum peers expect. One goroutine may use
// it.
type Checker struct {
	// Discards counts what Check rejected.
	Discards Discards
	// Received counts adverts that were sound, whatever became of them
	// afterwards, as keepalived counts them.
	Received uint64
	zeros    uint64 // of priority 0, taken
	lists    uint64 // with other addresses, taken

	conf  *conf.Instance
	own   netip.Addr // our source address; zero: not known
	list  addressList
	peers []peer
	group bool // the virtual router uses multicast
	pass  [authLen]byte
	ah    *digest // nil without auth_type AH
	ring  *keyRing
	marks marks

	sequence uint32 // of authentication headers: the highest heard or sent
	last     netip.Addr
	rejected Rejection
	taken    taken
}

// taken is what an advert changes once it has passed all checks.
type taken struct {
	source   netip.Addr
	full     int // length of the message without a signature
	interval time.Duration
	notice   Notice
	sequence uint32 // of its authentication header
	counter  uint64 // of its signature
	signed   bool
	peer     int // in Checker.peers; -1: nobody there
	form     form
	skew     int // seconds that the sender's clock is behind ours
}

// NewChecker makes the checker of a virtual router. It reads the files of
// auth_hmac keys; the errors name them.
func NewChecker(i *conf.Instance) (*Checker, error) {
	c := new(Checker)
	if err := c.Reload(i); err != nil {
		return nil, err
	}
	return c, nil
}

// Reload has c check by i. What it remembers of others stays. After an error c
// is as it was.
func (c *Checker) Reload(i *conf.Instance) error {
	ring, err := newKeyRing(i.HMAC)
	if err != nil {
		return err
	}
	old := c.peers
	c.conf, c.ring = i, ring
	c.group = i.MulticastGroup.IsValid()
	c.list = newAddressList(i)
	c.pass = password(i)
	c.peers = newPeers(i, old)
	c.ah = nil
	if i.AuthType == authAH {
		c.ah = newDigest(i)
	}
	if i.HMAC != nil {
		c.marks.resize(len(c.peers))
	}
	return nil
}

// Warnings is what is questionable about the files of keys, a sentence each.
func (c *Checker) Warnings() []string {
	if c.ring == nil {
		return nil
	}
	return c.ring.warnings
}

// SetSource tells c the address that adverts are sent from. Adverts from there
// are not taken: they are our own, come back, or somebody pretends to be us.
func (c *Checker) SetSource(a netip.Addr) { c.own = a.WithZone("") }

// Check makes all checks on p, in the order of keepalived. now is the time of
// day, which signatures are compared with. The error is a *Rejection, which says
// more than its Discard and holds until the next call. It changes nothing but
// the counters.
func (c *Checker) Check(p *Packet, now time.Time) (Heard, error) {
	c.taken = taken{source: p.Source, peer: -1}
	if d := c.check(p, now, &c.taken); d != 0 {
		c.Discards[d]++
		c.rejected.Discard, c.rejected.Source = d, p.Source
		return Heard{}, &c.rejected
	}
	h := Heard{Source: p.Source, Priority: int(p.msg[2]), Interval: c.taken.interval, Notice: c.taken.notice}
	c.commit(&c.taken, h)
	return h, nil
}

func (c *Checker) check(p *Packet, now time.Time, t *taken) Discard {
	d := c.carrier(p)
	if d == 0 {
		d = c.shape(p, t)
	}
	if d == 0 {
		d = c.signature(p, now, t)
	}
	if d == 0 && c.conf.Version == 2 {
		d = c.authentic(p, t)
	}
	if d == 0 {
		d = c.content(p, t)
	}
	if d == 0 {
		d = c.addressed(p, t)
	}
	if d == 0 {
		c.Received++
		d = c.listed(p, t)
	}
	if d == 0 {
		d = c.fromPeer(p, t)
	}
	return d
}

// commit remembers an advert that has passed.
func (c *Checker) commit(t *taken, h Heard) {
	c.last = t.source
	if h.Priority == 0 {
		c.zeros++
	}
	if h.Notice&OtherAddresses != 0 {
		c.lists++
	}
	if t.sequence != 0 {
		c.sequence = t.sequence
	}
	if t.signed {
		c.marks.set(t.source, t.counter)
	}
	if t.peer >= 0 {
		c.peers[t.peer].learn(t.form)
	}
}

// no rejects with what was got and what was wanted.
func (c *Checker) no(d Discard, got, want int) Discard {
	c.rejected.got, c.rejected.want = got, want
	return d
}
