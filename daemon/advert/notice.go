package advert

// Notice is what is remarkable about an advert that was taken: a set of bits,
// so that a caller says each only once as long as nothing changes.
type Notice uint16

// The notices.
const (
	OtherInterval  Notice = 1 << iota // version 3: not our own interval; it is used
	OtherAddresses                    // other addresses than ours
	OldChecksum                       // this peer sends the checksum of old releases, and gets it from now on
	NewChecksum                       // this peer no longer does
	PlainChecksum                     // version 3 over IPv4 without a pseudo header (v3_checksum_as_v2)
	NotSigned                         // auth_hmac takes unsigned adverts
	ClockSkew                         // the sender's clock differs by more than half of time_window
	OwnerConflict                     // another router owns our addresses as well
)

// NoticeText explains n, which came with the last advert that c took, one
// sentence a notice.
func (c *Checker) NoticeText(n Notice) []string { return c.explain(n) }
