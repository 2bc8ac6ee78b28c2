package advert

import "github.com/viplab/viplab/daemon/status"

// Stats fills in the part of s that is about adverts received, in the classes of
// keepalived's statistics.
func (c *Checker) Stats(s *status.Stats) {
	d := &c.Discards
	s.AdvertsReceived, s.PriorityZeroRx = c.Received, c.zeros
	s.LengthErrors = d[TooShort] + d[Truncated] + d[TooLong] + d[SignedUnasked]
	s.TTLErrors = d[BadTTL] + d[BadPeerTTL]
	s.VersionErrors = d[BadVersion]
	s.TypeErrors = d[BadType]
	s.ChecksumErrors = d[BadChecksum]
	s.IntervalErrors = d[BadInterval] + d[ZeroInterval]
	s.AddressListErrors = d[BadAddressList] + d[NoAddresses] + d[NotLinkLocal] + c.lists
	s.AuthTypeInvalid = d[InvalidAuthType]
	s.AuthTypeMismatch = d[BadAuthType] + d[MissingAH] + d[UnexpectedAH]
	s.AuthFailures = d[BadPassword] + d[BadAHSource] + d[BadAHDigest] + d[ReplayedAH] +
		d[BadSignature] + d[StaleSignature] + d[UnknownKey] + d[InvalidHMAC] + d[ReplayedHMAC] + d[Unsigned]
}

// ClearStats begins counting anew.
func (c *Checker) ClearStats() {
	c.Discards, c.Received, c.zeros, c.lists = Discards{}, 0, 0, 0
}
