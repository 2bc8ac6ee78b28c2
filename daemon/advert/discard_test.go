package advert

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/status"
)

// TestReasons: each has a key of its own, and a text.
func TestReasons(t *testing.T) {
	form, seen := regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)*$`), map[string]Discard{}
	for d := Discard(1); d < reasons; d++ {
		if !form.MatchString(d.Key()) || d.Error() == "" {
			t.Errorf("reason %d: key %q, text %q", d, d.Key(), d)
		}
		if other, ok := seen[d.Key()]; ok {
			t.Errorf("reasons %d and %d have the key %s", d, other, d.Key())
		}
		seen[d.Key()] = d
		if got := Reason(fmt.Errorf("eth0: %w", &Rejection{Discard: d})); got != d || !errors.Is(&Rejection{Discard: d}, d) {
			t.Errorf("reason of %v is %v", d, got)
		}
	}
	for _, d := range []Discard{-1, 0, reasons, 1000} {
		if d.Key() != "unknown" {
			t.Errorf("key of %d is %q", int(d), d.Key())
		}
	}
}

func TestDiscards(t *testing.T) {
	var d Discards
	d.Count(BadHeader)
	d.Count(&Rejection{Discard: BadTTL})
	d.Count(fmt.Errorf("twice: %w", BadTTL))
	d.Count(errors.New("another error"))
	want := map[string]uint64{"bad_ip_header": 1, "bad_ttl": 2, "unknown": 1}
	if got := maps.Collect(d.All()); !maps.Equal(got, want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}

// TestText is what logs say.
func TestText(t *testing.T) {
	for _, r := range []struct {
		name   string
		change func(*conf.Instance)
		local  func(*conf.Instance)
		forge  forge
		age    time.Duration // of the advert
		want   string
	}{
		{"TTL", nil, nil, forge{ttl: 64}, 0, "invalid TTL: got 64, want 255"},
		{"short", nil, nil, forge{raw: grow(-16)}, 0, "packet too short: got 4 bytes, want 8"},
		{"count", nil, nil, forge{msg: poke(3, 9)}, 0, "packet shorter than its address count says: got 20 bytes, want 52"},
		{"interval", nil, nil, forge{msg: poke(5, 3)}, 0, "advertisement interval mismatch: got 3 s, want 1 s"},
		{"checksum", nil, nil, forge{raw: poke(ipLen+checksumAt, 0)}, 0, "invalid checksum 0x001c"},
		{"list", nil, nil, forge{msg: list("10.0.0.1", "10.0.0.2")}, 0, "address list differs from virtual_ipaddress: got 10.0.0.1 10.0.0.2"},
		{"unicast", nil, nil, forge{dst: "192.168.0.1"}, 0, "unicast advert for a multicast instance: sent to 192.168.0.1"},
		{"password", pass, nil, forge{msg: poke(headerLen+4, 'x')}, 0, "received an invalid passwd!"},
		{"AH", ah, nil, forge{seq: 1<<32 - 1}, 0, "sequence number was seen before: got 0, want more than 0"},
		{"stale", sign, nil, forge{}, 6 * time.Second, "signature out of the time window: 6 s behind our clock, at most 5 s are allowed"},
	} {
		t.Run(r.name, func(t *testing.T) {
			c, _ := router(t, instance(all(r.change, r.local)))
			p, err := r.forge.deliver(t, instance(r.change))
			if err != nil {
				t.Fatal(err)
			}
			if _, err = c.Check(&p, noon.Add(r.age)); err == nil || err.Error() != r.want {
				t.Errorf("got  %v\nwant %s", err, r.want)
			}
			var rejection *Rejection
			if errors.As(err, &rejection) && rejection.Source != p.Source {
				t.Errorf("source %v", rejection.Source)
			}
		})
	}
}

// TestNotices is what logs say of adverts that were taken.
func TestNotices(t *testing.T) {
	for _, r := range []struct {
		name          string
		change, local func(*conf.Instance)
		forge         forge
		want          []string
	}{
		{"none", nil, nil, forge{}, nil},
		{"interval and list", version3, nil, forge{msg: func(m []byte) []byte { m[5] = 200; return list("10.0.0.1")(m) }},
			[]string{"192.168.0.2 advertises every 2s, our interval is 1s", "192.168.0.2 advertises other addresses than ours: 10.0.0.1"}},
		{"old checksum", all(version3, unicast), nil, forge{raw: resumOld},
			[]string{"192.168.0.2 sends the checksum of old releases; it gets the same"}},
		{"plain checksum", version3, nil, forge{raw: resum(0)},
			[]string{"192.168.0.2 sends checksums without a pseudo header; v3_checksum_as_v2 does the same here"}},
		{"unsigned", nil, func(i *conf.Instance) { sign(i); i.HMAC.Mode = "permissive" }, forge{},
			[]string{"192.168.0.2 does not sign its adverts"}},
		{"owners", nil, owns, forge{prio: 255}, []string{"192.168.0.2 owns the addresses as well (priority 255)"}},
	} {
		t.Run(r.name, func(t *testing.T) {
			c, _ := router(t, instance(all(r.change, r.local)))
			p, err := r.forge.deliver(t, instance(r.change))
			if err != nil {
				t.Fatal(err)
			}
			h, err := c.Check(&p, noon)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.NoticeText(h.Notice); fmt.Sprint(got) != fmt.Sprint(r.want) {
				t.Errorf("got  %q\nwant %q", got, r.want)
			}
		})
	}
}

// TestStats: rows of TestCheck in the classes of keepalived.
func TestStats(t *testing.T) {
	c, _ := router(t, instance(version3))
	for _, f := range []forge{{}, {prio: 0x100}, {ttl: 1}, {msg: poke(0, 0x21)}, {msg: poke(0, 0x32)}, {msg: poke(3, 2)}, {msg: poke(5, 0)},
		{raw: flip(ipLen + 2)}, {msg: list("10.0.0.1")}, {msg: list()}} {
		p, err := f.deliver(t, instance(version3))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = c.Check(&p, noon)
	}
	var got status.Stats
	c.Stats(&got)
	want := status.Stats{AdvertsReceived: 4, PriorityZeroRx: 1, TTLErrors: 1, VersionErrors: 1, TypeErrors: 1, LengthErrors: 1,
		IntervalErrors: 1, ChecksumErrors: 1, AddressListErrors: 2}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	c.ClearStats()
	if c.Stats(&got); got != (status.Stats{}) {
		t.Errorf("cleared: %+v", got)
	}
}

func TestLongListIsCut(t *testing.T) {
	var body []byte
	for n := range byte(shown + 2) {
		body = append(body, 10, 0, 0, n)
	}
	r := &Rejection{Discard: BadAddressList}
	r.keep(body, 4)
	if text := r.Error(); !strings.Contains(text, "10.0.0.7 and 2 more") || strings.Contains(text, "10.0.0.8") {
		t.Errorf("got %q", text)
	}
}
