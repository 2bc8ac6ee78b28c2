package advert

import (
	"errors"
	"iter"
)

// Discard is why a packet was not taken. It is an error.
type Discard int

// The reasons, about in the order of the checks.
const (
	BadHeader       Discard = iota + 1 // not a whole IPv4 packet
	Fragment                           // a part of an IPv4 packet
	BadProtocol                        // neither VRRP nor an authentication header
	BadAHHeader                        // an authentication header that is none, or is not about VRRP
	WrongFamily                        // IPv4 for a virtual router of IPv6, or the other way
	UnknownVRID                        // for another virtual router
	MissingAH                          // auth_type AH, but no authentication header
	UnexpectedAH                       // an authentication header without auth_type AH
	TooShort                           // not even a VRRP header
	BadTTL                             // TTL or hop limit is not 255
	BadVersion                         // of VRRP
	Truncated                          // shorter than its count of addresses says
	TooLong                            // longer than its count of addresses says
	SignedUnasked                      // signed, without auth_hmac here
	BadSignature                       // a signature of another form
	StaleSignature                     // the signature is too old, or of the future
	UnknownKey                         // signed with a key that is not known
	InvalidHMAC                        // the signature does not verify
	ReplayedHMAC                       // its counter has been seen
	Unsigned                           // not signed, where auth_hmac wants it
	InvalidAuthType                    // no known authentication type
	BadAuthType                        // another authentication type
	BadPassword                        // another password
	BadAHSource                        // the SPI is not the source address
	BadAHDigest                        // the digest of the authentication header does not verify
	ReplayedAH                         // its sequence number has been seen
	ZeroInterval                       // an advertisement interval of 0
	BadInterval                        // version 2: another advertisement interval
	BadType                            // not an advertisement
	BadChecksum                        //
	NotMulticast                       // sent to this host alone, the virtual router uses multicast
	OtherGroup                         // sent to another multicast group
	NotUnicast                         // sent to a group, the virtual router uses unicast
	OwnSource                          // from an address that is this router's
	OwnerIgnores                       // the address owner listens to nobody
	NoAddresses                        // version 3 without an address
	BadAddressList                     // other addresses than those of the virtual router
	NotLinkLocal                       // strict mode: the first IPv6 address is not link-local
	UnknownPeer                        // from somebody who is no unicast_peer
	BadPeerTTL                         // a unicast peer's TTL is out of its bounds

	reasons // their number, and one
)

// reason is what is known of a Discard.
var reason = [reasons]struct{ key, text string }{
	0:               {"unknown", "unknown reason"},
	BadHeader:       {"bad_ip_header", "not a whole IPv4 packet"},
	Fragment:        {"fragment", "fragment of an IPv4 packet"},
	BadProtocol:     {"bad_protocol", "not a VRRP packet"},
	BadAHHeader:     {"bad_ah_header", "malformed authentication header"},
	WrongFamily:     {"wrong_family", "wrong address family"},
	UnknownVRID:     {"unknown_vrid", "unknown VRID"},
	MissingAH:       {"missing_ah", "no authentication header, expected auth_type AH"},
	UnexpectedAH:    {"unexpected_ah", "authentication header without auth_type AH"},
	TooShort:        {"too_short", "packet too short"},
	BadTTL:          {"bad_ttl", "invalid TTL"},
	BadVersion:      {"bad_version", "wrong version"},
	Truncated:       {"truncated", "packet shorter than its address count says"},
	TooLong:         {"too_long", "packet longer than its address count says"},
	SignedUnasked:   {"signed_unasked", "signed, but there is no auth_hmac"},
	BadSignature:    {"bad_signature", "malformed signature"},
	StaleSignature:  {"stale_signature", "signature out of the time window"},
	UnknownKey:      {"unknown_key", "signed with an unknown key"},
	InvalidHMAC:     {"invalid_hmac", "invalid HMAC"},
	ReplayedHMAC:    {"replayed_hmac", "signature replayed"},
	Unsigned:        {"unsigned", "not signed"},
	InvalidAuthType: {"invalid_auth_type", "unknown authentication type"},
	BadAuthType:     {"bad_auth_type", "expected another authentication type"},
	BadPassword:     {"bad_password", "received an invalid passwd!"},
	BadAHSource:     {"bad_ah_source", "SPI is not the source address"},
	BadAHDigest:     {"bad_ah_digest", "invalid digest of the authentication header"},
	ReplayedAH:      {"replayed_ah", "sequence number was seen before"},
	ZeroInterval:    {"zero_interval", "advertisement interval of zero"},
	BadInterval:     {"bad_interval", "advertisement interval mismatch"},
	BadType:         {"bad_type", "invalid type"},
	BadChecksum:     {"bad_checksum", "invalid checksum"},
	NotMulticast:    {"not_multicast", "unicast advert for a multicast instance"},
	OtherGroup:      {"other_group", "sent to another multicast group"},
	NotUnicast:      {"not_unicast", "multicast advert for a unicast instance"},
	OwnSource:       {"own_source", "sent from our own address"},
	OwnerIgnores:    {"owner_ignores", "address owner ignores advertisements"},
	NoAddresses:     {"no_addresses", "no address"},
	BadAddressList:  {"bad_address_list", "address list differs from virtual_ipaddress"},
	NotLinkLocal:    {"not_link_local", "first address is not link-local"},
	UnknownPeer:     {"unknown_peer", "source is not a unicast peer"},
	BadPeerTTL:      {"bad_peer_ttl", "TTL out of the peer's bounds"},
}

// known is d, or 0.
func (d Discard) known() Discard {
	if d < 0 || d >= reasons {
		return 0
	}
	return d
}

// Error says the reason, without details.
func (d Discard) Error() string { return reason[d.known()].text }

// Key is the name of the reason for machines: "bad_checksum". It never changes.
func (d Discard) Key() string { return reason[d.known()].key }

// Reason is the Discard in err, 0 if there is none.
func Reason(err error) Discard {
	switch e := err.(type) {
	case nil:
		return 0
	case Discard:
		return e
	case *Rejection:
		return e.Discard
	}
	var d Discard
	errors.As(err, &d)
	return d
}

// Discards counts packets that were not taken, by reason.
type Discards [reasons]uint64

// Count counts err, which is or wraps a Discard.
func (c *Discards) Count(err error) { c[Reason(err).known()]++ }

// All are the reasons that occurred, by key.
func (c *Discards) All() iter.Seq2[string, uint64] {
	return func(yield func(string, uint64) bool) {
		for d, n := range c {
			if n > 0 && !yield(Discard(d).Key(), n) {
				return
			}
		}
	}
}
