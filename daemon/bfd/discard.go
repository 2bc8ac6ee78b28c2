package bfd

// Discard is why a packet was not taken. It is an error.
type Discard int

// The reasons, in the order of RFC 5880 6.8.6.
const (
	BadVersion        Discard = iota + 1
	TooShort                  // not even a packet without authentication
	BadLength                 // its length is more than there is, or too little
	ZeroMultiplier            //
	Multipoint                // a reserved bit is set
	ZeroDiscriminator         // of the sender
	NoDiscriminator           // ours is missing, although the sender is not down
	Authenticated             // with authentication, which no session has
	NoSession                 // for none of ours
	BadSource                 // for one of ours, not from its neighbour
	BadTTL                    // over too many hops

	reasons
)

var reason = [reasons]struct{ key, text string }{
	0:                 {"unknown", "unknown reason"},
	BadVersion:        {"bad_version", "wrong version"},
	TooShort:          {"too_short", "packet too short"},
	BadLength:         {"bad_length", "wrong length"},
	ZeroMultiplier:    {"zero_multiplier", "detection multiplier of zero"},
	Multipoint:        {"multipoint", "multipoint bit"},
	ZeroDiscriminator: {"zero_discriminator", "discriminator of zero"},
	NoDiscriminator:   {"no_discriminator", "our discriminator is missing"},
	Authenticated:     {"authenticated", "authentication is not in use"},
	NoSession:         {"no_session", "for no session"},
	BadSource:         {"bad_source", "not from the neighbour"},
	BadTTL:            {"bad_ttl", "came over too many hops"},
}

func (d Discard) known() Discard {
	if d < 0 || d >= reasons {
		return 0
	}
	return d
}

// Error says the reason.
func (d Discard) Error() string { return reason[d.known()].text }

// Key is the name of the reason for machines. It never changes.
func (d Discard) Key() string { return reason[d.known()].key }
