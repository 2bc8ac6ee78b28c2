package advert

import (
	"errors"
	"testing"

	"github.com/viplab/viplab/daemon/conf"
)

// TestLearn: peers get the checksum that they send, each its own, over a reload
// too.
func TestLearn(t *testing.T) {
	i := instance(all(version3, unicast))
	c, s := router(t, i)
	sum := func(raw func([]byte) []byte) []byte {
		p, err := forge{raw: raw}.deliver(t, i)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Check(&p, noon); err != nil {
			t.Fatal(err)
		}
		return s.Append(nil, us, them, TTL, 100, noon)
	}
	form := func(b []byte) form {
		c, _ := router(t, instance(all(version3, unicast)))
		p, err := ParseIPv4(b)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Check(&p, noon); err != nil {
			t.Fatal(err)
		}
		return c.taken.form
	}
	if got := form(s.Append(nil, us, them, TTL, 100, noon)); got != withHeader {
		t.Errorf("before: form %d", got)
	}
	if got := form(sum(resumOld)); got != oldUnicast {
		t.Errorf("after an old checksum: form %d", got)
	}
	if got := form(sum(resum(0))); got != oldUnicast {
		t.Errorf("after a plain checksum: form %d", got)
	}
	if got := form(s.Append(nil, us, us, TTL, 100, noon)); got != withHeader {
		t.Errorf("another peer: form %d", got)
	}
	if err := errors.Join(c.Reload(instance(all(version3, unicast))), s.Reload(i)); err != nil {
		t.Fatal(err)
	}
	if got := form(s.Append(nil, us, them, TTL, 100, noon)); got != oldUnicast {
		t.Errorf("after a reload: form %d", got)
	}
	if got := form(sum(nil)); got != withHeader {
		t.Errorf("after a new checksum: form %d", got)
	}
}

// TestSkipCheck: skip_check_adv_addr compares the list of a new sender only.
func TestSkipCheck(t *testing.T) {
	skip := func(i *conf.Instance) { i.SkipCheckAddresses = true }
	c, _ := router(t, instance(skip))
	for n, r := range []struct {
		src  string
		list []string
		want Discard
	}{
		{"192.168.0.2", []string{"10.0.0.1"}, BadAddressList},
		{"192.168.0.2", []string{"10.0.0.1"}, BadAddressList}, // it is still not the last sender
		{"192.168.0.2", []string{"192.168.0.5"}, 0},
		{"192.168.0.2", []string{"10.0.0.1"}, 0},
		{"192.168.0.3", []string{"10.0.0.1"}, BadAddressList},
		{"192.168.0.2", []string{"10.0.0.1"}, 0},
		{"192.168.0.3", []string{"192.168.0.5"}, 0},
		{"192.168.0.2", []string{"10.0.0.1"}, BadAddressList},
	} {
		p, err := forge{src: r.src, msg: list(r.list...)}.deliver(t, instance(nil))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Check(&p, noon); Reason(err) != r.want {
			t.Errorf("advert %d: %v, want %v", n, err, r.want)
		}
	}
}

// TestSequence: numbers of authentication headers go on from what was heard, so
// that a keepalived takes the new Master's.
func TestSequence(t *testing.T) {
	c, s := router(t, instance(ah))
	next := func() byte { return s.Append(nil, us, group, TTL, 100, noon)[ipLen+ahSeqAt+3] }
	if got := next(); got != 1 {
		t.Errorf("first number is %d", got)
	}
	p, err := forge{seq: 41}.deliver(t, instance(ah))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Check(&p, noon); err != nil {
		t.Fatal(err)
	}
	if got := next(); got != 43 {
		t.Errorf("after 42 comes %d", got)
	}
	if _, err := c.Check(&p, noon); Reason(err) != ReplayedAH {
		t.Errorf("replay: %v", err)
	}
}
