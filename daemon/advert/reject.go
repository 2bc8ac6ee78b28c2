package advert

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
)

// Rejection is why Check did not take an advert. Its text is made only when it
// is asked for.
type Rejection struct {
	Discard
	Source netip.Addr // who sent it

	got, want int
	addr      netip.Addr // that it was sent to
	list      [shown * 16]byte
	size, n   int // of what list holds: bytes an address, bytes
	more      int // addresses that list has no room for
}

// shown is how many addresses of a list a rejection quotes. There is one for
// each virtual router, and room for the longest list would be most of what a
// router needs.
const shown = 8

// Unwrap is the Discard.
func (r *Rejection) Unwrap() error { return r.Discard }

// keep remembers the addresses of an advert.
func (r *Rejection) keep(body []byte, size int) {
	r.size, r.n = size, copy(r.list[:shown*size], body)
	r.more = (len(body) - r.n) / size
}

// addresses are those remembered.
func (r *Rejection) addresses() string {
	var words []string
	for b := r.list[:r.n]; len(b) > 0; b = b[r.size:] {
		a, _ := netip.AddrFromSlice(b[:r.size])
		words = append(words, a.String())
	}
	if r.more > 0 {
		words = append(words, fmt.Sprintf("and %d more", r.more))
	}
	return strings.Join(words, " ")
}

// Error says the reason with what was got and what was wanted.
func (r *Rejection) Error() string {
	switch r.Discard {
	case TooShort, Truncated, TooLong, SignedUnasked:
		return fmt.Sprintf("%s: got %d bytes, want %d", r.Discard, r.got, r.want)
	case BadTTL, BadVersion, BadType, UnknownVRID, BadPeerTTL, BadAuthType, InvalidAuthType, UnknownKey, BadSignature:
		return fmt.Sprintf("%s: got %d, want %d", r.Discard, r.got, r.want)
	case BadInterval:
		return fmt.Sprintf("%s: got %d s, want %d s", r.Discard, r.got, r.want)
	case ReplayedAH:
		return fmt.Sprintf("%s: got %d, want more than %d", r.Discard, r.got, r.want)
	case StaleSignature:
		return fmt.Sprintf("%s: %d s behind our clock, at most %d s are allowed", r.Discard, r.got, r.want)
	case BadChecksum:
		return fmt.Sprintf("%s %s", r.Discard, "0x"+hex.EncodeToString([]byte{byte(r.got >> 8), byte(r.got)}))
	case BadAddressList, NotLinkLocal:
		return fmt.Sprintf("%s: got %s", r.Discard, r.addresses())
	case NotMulticast, NotUnicast, OtherGroup:
		return fmt.Sprintf("%s: sent to %s", r.Discard, r.addr)
	}
	return r.Discard.Error()
}

// explain is NoticeText.
func (c *Checker) explain(n Notice) []string {
	var list []string
	say := func(bit Notice, format string, args ...any) {
		if n&bit != 0 {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	t := &c.taken
	say(OtherInterval, "%s advertises every %v, our interval is %v", t.source, t.interval, c.conf.AdvertInt)
	say(OtherAddresses, "%s advertises other addresses than ours: %s", t.source, c.rejected.addresses())
	say(OldChecksum, "%s sends the checksum of old releases; it gets the same", t.source)
	say(NewChecksum, "%s no longer sends the checksum of old releases; it gets the new one", t.source)
	say(PlainChecksum, "%s sends checksums without a pseudo header; v3_checksum_as_v2 does the same here", t.source)
	say(NotSigned, "%s does not sign its adverts", t.source)
	if h := c.conf.HMAC; h != nil {
		say(ClockSkew, "the clock of %s is %d s behind ours; more than %v would be too much", t.source, t.skew, h.TimeWindow)
	}
	say(OwnerConflict, "%s owns the addresses as well (priority 255)", t.source)
	return list
}
