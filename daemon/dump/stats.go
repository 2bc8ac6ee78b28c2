package dump

import (
	"io"

	"github.com/viplab/viplab/daemon/status"
)

// WriteStats writes the counters of all instances (SIGUSR2).
func WriteStats(w io.Writer, st *status.Status) error {
	e := &errWriter{w: w}
	for i := range st.Instances {
		s := &st.Instances[i].Stats
		e.printf("VRRP Instance: %s\n", st.Instances[i].Name)
		e.printf("  Advertisements:\n    Received: %d\n    Sent: %d\n", s.AdvertsReceived, s.AdvertsSent)
		e.printf("  Became master: %d\n  Released master: %d\n", s.BecameMaster, s.ReleasedMaster)
		e.printf("  Packet Errors:\n    Length: %d\n    TTL: %d\n    Invalid Type: %d\n    Advertisement Interval: %d\n    Address List: %d\n",
			s.LengthErrors, s.TTLErrors, s.TypeErrors, s.IntervalErrors, s.AddressListErrors)
		e.printf("  Authentication Errors:\n    Invalid Type: %d\n    Type Mismatch: %d\n    Failure: %d\n", s.AuthTypeInvalid, s.AuthTypeMismatch, s.AuthFailures)
		e.printf("  Priority Zero:\n    Received: %d\n    Sent: %d\n", s.PriorityZeroRx, s.PriorityZeroTx)
	}
	return e.close("statistics")
}
