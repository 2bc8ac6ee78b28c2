package forge

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrAdvert says that an advertisement has a value that no packet can hold.
var ErrAdvert = errors.New("impossible advertisement")

// Check wants values that a packet can hold, however wrong they are. The error
// wraps ErrAdvert.
func (a Advert) Check() error {
	for _, f := range []struct {
		name       string
		value, max int
	}{
		{"ttl", or(a.TTL, 0), maxByte}, {"version", a.Version, maxHalfByte}, {"type", or(a.Type, 0), maxHalfByte},
		{"vrid", a.VRID, maxByte}, {"priority", a.Priority, maxByte}, {"count", or(a.Count, 0), maxByte},
		{"auth", or(a.Auth, 0), maxByte}, {"ip-length", or(a.IPLength, 0), 1<<16 - 1},
		{"pad", a.Pad, maxPadding}, {"number of addresses", len(a.Addresses), maxByte},
	} {
		if f.value < 0 || f.value > f.max {
			return fmt.Errorf("%w: %s %d is out of range 0..%d", ErrAdvert, f.name, f.value, f.max)
		}
	}
	switch size := len(a.message(0)); {
	case a.Cut < 0 || a.Cut > size:
		return fmt.Errorf("%w: cut %d is out of range 0..%d", ErrAdvert, a.Cut, size)
	case len(a.Password) > authDataSize:
		return fmt.Errorf("%w: the password has more than %d bytes", ErrAdvert, authDataSize)
	case a.Checksum != "" && !slices.Contains(Checksums(), string(a.Checksum)):
		return fmt.Errorf("%w: unknown checksum %q", ErrAdvert, a.Checksum)
	}
	if a.AH != nil && (a.ipv6() || a.AH.Sequence < 0) {
		return fmt.Errorf("%w: an authentication header is of IPv4, with a sequence number from 0 on", ErrAdvert)
	}
	if err := a.checkFamily(); err != nil {
		return err
	}
	return a.checkInterval()
}

func (a Advert) checkFamily() error {
	for _, address := range append(slices.Clone(a.Addresses), a.Source, a.Destination) {
		if address.IsValid() && address.Is6() != a.ipv6() {
			return fmt.Errorf("%w: addresses of both families", ErrAdvert)
		}
	}
	return nil
}

// checkInterval wants what the version's field can hold exactly.
func (a Advert) checkInterval() error {
	unit, most := centisecond, maxCentisecond
	if a.version() == 2 {
		unit, most = time.Second, maxByte
	}
	if d := a.interval(); d < 0 || d > time.Duration(most)*unit || d%unit != 0 {
		return fmt.Errorf("%w: interval %s is no multiple of %s up to %s", ErrAdvert, d, unit, time.Duration(most)*unit)
	}
	return nil
}
