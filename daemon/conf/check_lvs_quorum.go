package conf

import (
	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// checkQuorum holds the quorum against the weights of the servers.
func checkQuorum(c *schema.Context, v *VirtualServer) {
	sum := int64(0)
	for _, r := range v.RealServers {
		sum += int64(r.Weight)
	}
	at := given(&v.Origin, "quorum")
	switch {
	case sum == 0:
		c.Errorf(diag.QuorumTooHigh, at, "the weights of all real servers of virtual_server %s are 0: the quorum is never gained", v.label())
	case int64(v.Quorum) > sum:
		c.Errorf(diag.QuorumTooHigh, at, "quorum %d is above the weight of all real servers, %d: it is lowered to that", v.Quorum, sum)
		v.Quorum = int(sum)
	}
	if v.Hysteresis >= v.Quorum {
		c.Errorf(diag.HysteresisTooHigh, given(&v.Origin, "hysteresis"), "hysteresis %d is not below quorum %d: it is lowered to %d", v.Hysteresis, v.Quorum, v.Quorum-1)
		v.Hysteresis = v.Quorum - 1
	}
	if high := int64(v.Quorum) + int64(v.Hysteresis); sum > 0 && high > sum {
		c.Warnf(diag.QuorumTooHigh, at, "quorum %d and hysteresis %d are together above the weight of all real servers, %d: once lost, the quorum is never gained", v.Quorum, v.Hysteresis, sum)
	}
}

// checkCheckers looks at limits of connections, and warns of a service that
// nothing checks at all.
func checkCheckers(c *schema.Context, v *VirtualServer) {
	unchecked, first := 0, (*RealServer)(nil)
	for _, r := range v.RealServers {
		if len(r.Checkers) == 0 {
			if unchecked++; first == nil {
				first = r
			}
		}
		if r.UpperLimit != 0 && r.LowerLimit > r.UpperLimit {
			c.Warnf(diag.ClashingLimits, given(&r.Origin, "lthreshold"), "lthreshold %d is above uthreshold %d: the kernel refuses the server", r.LowerLimit, r.UpperLimit)
		}
	}
	switch {
	case unchecked == 1:
		c.Warnf(diag.NoChecker, where(&first.Origin, "real_server"), "real_server %s has no checker: it is never taken out", first.Address)
	case unchecked > 1:
		c.Warnf(diag.NoChecker, where(&first.Origin, "real_server"), "real_server %s and %d more of this virtual_server have no checker: they are never taken out", first.Address, unchecked-1)
	}
}
