package dump

import (
	"fmt"
	"io"
	"net/netip"
	"strings"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/pool"
	"github.com/viplab/viplab/daemon/status"
)

// WriteCheck writes the state of all virtual servers, real servers and checkers
// (SIGUSR1, the file of the checker process).
func WriteCheck(w io.Writer, cfg *conf.Config, st *status.Status) error {
	e := &errWriter{w: w}
	e.globals(cfg, st)
	e.checkGlobals(&cfg.Global)
	e.printf("------< LVS Topology >------\n")
	for _, g := range cfg.ServerGroups {
		e.serverGroup(g)
	}
	list := servers(cfg, st)
	for _, p := range list {
		e.virtualServer(p)
	}
	e.printf("------< Health checkers >------\n")
	for _, p := range list {
		for n := range p.state.Servers {
			e.checkers(p, n)
		}
	}
	return e.close("checker state")
}

// server is a virtual server of the configuration with its state.
type server struct {
	conf  *conf.VirtualServer
	state *status.VirtualServer
}

// servers pairs what is there in both, in the order of the configuration.
func servers(cfg *conf.Config, st *status.Status) []server {
	type key struct{ name, protocol, family string }
	states := make(map[key]*status.VirtualServer, len(st.VirtualServers))
	for i := range st.VirtualServers {
		v := &st.VirtualServers[i]
		states[key{v.Name, v.Protocol, v.Family}] = v
	}
	var list []server
	for _, v := range cfg.VirtualServers {
		k := key{pool.Name(v), v.Protocol, v.Family.String()}
		if s := states[k]; s != nil {
			list = append(list, server{v, s})
			delete(states, k)
		}
	}
	return list
}

func (e *errWriter) checkGlobals(g *conf.Global) {
	e.row(1, "LVS flush", "%t", g.LVS.Flush)
	e.row(1, "LVS flush on stop", "%s", or(g.LVS.FlushOnStop, "disabled"))
	e.text(1, "LVS notify fifo", g.Scripts.CheckerFIFO.Path)
	e.row(1, "Checkers log all failures", "%t", g.LVS.LogAllFailures)
	e.row(1, "Checker process priority", "%d", g.Processes.Checker.Nice)
	e.row(1, "Checker don't swap", "%t", g.Processes.Checker.NoSwap)
	e.row(1, "Checker realtime priority", "%d", g.Processes.Checker.RTPriority)
	e.row(1, "rs_init_notifies", "%d", bit(g.LVS.InitNotifies))
	e.row(1, "no_checker_emails", "%d", bit(g.Mail.NoCheckers))
}

func (e *errWriter) serverGroup(g *conf.ServerGroup) {
	e.printf(" ------< Virtual server group >------\n")
	v4, v6 := false, false
	for _, x := range g.Entries {
		v4 = v4 || x.First.Is4() || x.Family == conf.IPv4
		v6 = v6 || x.First.Is6() || x.Family == conf.IPv6
	}
	e.row(1, "Virtual Server Group", "%s, IPv4 = %s, IPv6 = %s", g.Name, yesNo(v4), yesNo(v6))
	for _, x := range g.Entries {
		switch {
		case x.FWMark != 0:
			e.row(3, "FWMARK", "%d", x.FWMark)
		case x.First == x.Last:
			e.row(3, "VIP", "%s, VPORT = %d", x.First, x.Port)
		default:
			e.row(3, "VIP Range", "%s-%s, VPORT = %d", x.First, x.Last, x.Port)
		}
	}
}

func (e *errWriter) virtualServer(p server) {
	c, s := p.conf, p.state
	e.printf(" ------< Virtual server >------\n")
	switch {
	case c.Group != "":
		e.row(1, "VS GROUP", "%s", s.Name)
	case c.FWMark != 0:
		e.row(1, "VS FWMARK", "%d", c.FWMark)
	default:
		e.row(1, "VS VIP", "%s, VPORT = %d", c.Address.Addr(), c.Address.Port())
	}
	e.text(3, "Address family", c.Family.String())
	e.row(3, "connection timeout", "%f", c.ConnectTimeout.Seconds())
	e.row(3, "delay_loop", "%f", c.DelayLoop.Seconds())
	e.row(3, "lvs_sched", "%s", c.Scheduler)
	for n, on := range []bool{c.Flag1, c.Flag2, c.Flag3} {
		e.row(3, fmt.Sprintf("flag-%d", n+1), "%s", enabled(on))
	}
	e.row(3, "One packet scheduling", "%s", enabled(c.OnePacket))
	if c.Persistence > 0 {
		e.row(3, "persistence timeout", "%d", whole(c.Persistence))
	}
	e.row(3, "protocol", "%s", or(c.Protocol, "none"))
	e.printf("   alpha is %s\n", onOff(c.Alpha))
	e.printf("   omega is %s\n", onOff(c.Omega))
	e.printf("   Inhibit on failure is %s\n", onOff(c.InhibitFailure))
	e.row(3, "quorum", "%d, hysteresis = %d", c.Quorum, c.Hysteresis)
	e.text(3, "Quorum up notify script", commandLine(&c.QuorumUp))
	e.text(3, "Quorum down notify script", commandLine(&c.QuorumDown))
	e.row(3, "Using smtp notification", "%s", yesNo(c.SMTPAlert))
	e.row(3, "default forwarding method", "%s", c.Forward.Method)
	if s.Sorry != nil {
		e.row(3, "sorry server", "%s", s.Sorry.Name)
		e.row(5, "forwarding method", "%s", c.SorryForward.Method)
		e.printf("     Inhibit on failure is %s\n", onOff(c.SorryInhibit))
		e.row(5, "stands in", "%d", bit(s.Sorry.Active))
	}
	present := false
	for _, k := range s.Services {
		present = present || k.Present
	}
	e.row(3, "alive", "%d", bit(present))
	e.row(3, "quorum_state_up", "%d", bit(s.Up))
	for n := range s.Servers {
		e.realServer(realConf(c, s.Servers[n].Address), &s.Servers[n])
	}
}

// realConf is the real server of c with an address.
func realConf(c *conf.VirtualServer, a netip.AddrPort) *conf.RealServer {
	for _, r := range c.RealServers {
		if r.Address == a {
			return r
		}
	}
	return &conf.RealServer{Address: a}
}

func (e *errWriter) realServer(c *conf.RealServer, s *status.RealServer) {
	e.printf("   ------< Real server >------\n")
	e.row(3, "RIP", "%s, RPORT = %d, WEIGHT = %d EFF WEIGHT = %d", c.Address.Addr(), c.Address.Port(), s.Weight, s.Weight)
	e.row(3, "forwarding method", "%s", c.Forward.Method)
	e.printf("   Alpha is %s\n", onOff(c.Alpha))
	e.row(3, "connection timeout", "%f", c.ConnectTimeout.Seconds())
	e.row(3, "connection limit range", "%d -> %d", c.LowerLimit, c.UpperLimit)
	e.row(3, "Delay loop", "%f", c.DelayLoop.Seconds())
	e.printf("   Inhibit on failure is %s\n", onOff(c.Inhibit))
	if c.NotifyUp != nil {
		e.text(5, "RS up notify script", commandLine(c.NotifyUp))
	}
	if c.NotifyDown != nil {
		e.text(5, "RS down notify script", commandLine(c.NotifyDown))
	}
	e.row(3, "Using smtp notification", "%s", yesNo(c.SMTPAlert))
	e.row(3, "initial weight", "%d", c.Weight)
	e.row(3, "effective weight", "%d", s.Weight)
	e.row(3, "alive", "%d", bit(s.Alive))
	failed := 0
	for _, k := range s.Checkers {
		failed += bit(!k.Up)
	}
	e.row(3, "num failed checkers", "%d", failed)
	e.row(3, "RS set", "%d", bit(s.Kernel != nil))
	if k := s.Kernel; k != nil {
		e.row(3, "Active connections", "%d", k.Active)
		e.row(3, "Inactive connections", "%d", k.Inactive)
	}
}

// checkers are those of the nth server.
func (e *errWriter) checkers(p server, n int) {
	s := &p.state.Servers[n]
	c := realConf(p.conf, s.Address)
	for i, k := range s.Checkers {
		e.printf(" %s -> %s\n", p.state.Name, s.Name)
		e.row(3, "Enabled", "%s", yesNo(!p.state.Suspended))
		e.row(3, "Up", "%s", yesNo(k.Up))
		e.row(3, "Has run", "%s", yesNo(k.Known))
		if i < len(c.Checkers) {
			h := c.Checkers[i]
			e.row(3, "Alpha", "%s", yesNo(h.Alpha))
			e.row(3, "Delay loop", "%d us", h.DelayLoop.Microseconds())
			e.row(3, "Warmup", "%d us", max(h.Warmup, 0).Microseconds())
			e.row(3, "Retries", "%d", h.Retry)
			e.row(3, "Default delay before retry", "%d us", max(h.RetryDelay, 0).Microseconds())
			e.row(3, "Log all failures", "%s", yesNo(h.LogFailures))
		}
		e.row(3, "Keepalive method", "%s", k.Kind)
		if !k.Last.IsZero() {
			e.row(3, "Last ran", "%s", stamp(k.Last))
			e.text(3, "Last failure", k.Reason)
		}
	}
}

// commandLine is a command as it is run; empty: there is none.
func commandLine(c *conf.Command) string {
	if !c.Given() {
		return ""
	}
	return "'" + strings.Join(c.Args, "' '") + "'"
}

func bit(on bool) int {
	if on {
		return 1
	}
	return 0
}

func yesNo(on bool) string { return word(on, "yes") + word(!on, "no") }
func onOff(on bool) string { return word(on, "ON") + word(!on, "OFF") }
