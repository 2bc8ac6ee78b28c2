package conf

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

func beginServer(b *build, s *Statement) {
	v := &VirtualServer{Pos: s.Pos(), Quorum: 1, DelayLoop: time.Minute}
	b.vs = v
	switch args := s.Args(); {
	case args[0].Text == "group" && len(args) == 2:
		v.Group = args[1].Text
	case args[0].Text == "fwmark" && len(args) == 2:
		mark, err := strconv.ParseUint(args[1].Text, 0, 32)
		if err != nil || mark == 0 {
			b.errorf(args[1].Pos, "virtual_server: fwmark %q is not a number from 1 to 4294967295", args[1].Text)
			return
		}
		v.FWMark = uint32(mark)
	default:
		sock, ok := b.socket(s, args, 0)
		if !ok {
			return
		}
		v.Address = sock
	}
	b.cfg.VirtualServers = append(b.cfg.VirtualServers, v)
}

// endServer applies the defaults that keepalived reports when it takes them,
// and hands the server's settings down to real servers and checkers.
func (b *build) endServer(s *Statement) {
	v := b.vs
	if v.Protocol == "" && v.FWMark == 0 {
		b.errorf(s.Pos(), "virtual_server has no protocol: UDP is assumed")
		v.Protocol = "UDP"
	}
	if v.Scheduler == "" {
		b.errorf(s.Pos(), "virtual_server has no lb_algo: wlc is assumed")
		v.Scheduler = "wlc"
	}
	if v.Forward == "" {
		b.errorf(s.Pos(), "virtual_server has no lb_kind: NAT is assumed")
		v.Forward = "NAT"
	}
	if !b.given(v, "warmup") {
		v.Warmup = v.DelayLoop
	}
	if v.Hysteresis >= v.Quorum && v.Hysteresis > 0 {
		b.errorf(b.set[v]["hysteresis"], "hysteresis %d is not below quorum %d", v.Hysteresis, v.Quorum)
		v.Hysteresis = v.Quorum - 1
	}
	for _, r := range v.RealServers {
		b.inherit(v, r)
	}
}

// inherit fills what a real server and its checker leave open.
func (b *build) inherit(v *VirtualServer, r *RealServer) {
	if r.Forward == "" {
		r.Forward = v.Forward
	}
	if !b.given(r, "inhibit_on_failure") {
		r.Inhibit = v.InhibitFailure
	}
	if port := v.Address.Port(); v.Address.IsValid() && r.Forward != "NAT" && r.Address.Port() != port {
		if r.Address.Port() != 0 {
			b.errorf(r.Pos, "real_server port %d: with lb_kind %s it is the service's, %d", r.Address.Port(), r.Forward, port)
		}
		r.Address = netip.AddrPortFrom(r.Address.Addr(), port)
	}
	c := r.Checker
	if c == nil {
		return
	}
	if !b.given(c, "delay_loop") {
		c.DelayLoop = v.DelayLoop
	}
	if !b.given(c, "warmup") {
		c.Warmup = v.Warmup
	}
	if c.Kind == "DNS_CHECK" {
		c.RetryDelay = c.DelayLoop
	}
	if c.ConnectPort == 0 {
		c.ConnectPort = r.Address.Port()
	}
}

func beginReal(b *build, s *Statement) {
	b.rs = &RealServer{Pos: s.Pos(), Weight: 1}
	if sock, ok := b.socket(s, s.Args(), 0); ok {
		b.rs.Address = sock
		b.vs.RealServers = append(b.vs.RealServers, b.rs)
	}
}

func beginChecker(b *build, s *Statement) {
	b.checker = &Checker{Kind: s.Keyword(), ConnectTimeout: 5 * time.Second, Retry: 1, RetryDelay: time.Second}
	switch s.Keyword() {
	case "HTTP_GET", "SSL_GET":
		b.checker.RetryDelay = 3 * time.Second
	case "MISC_CHECK":
		b.checker.Retry = 0
	case "DNS_CHECK":
		b.checker.Retry, b.checker.RetryDelay = 3, 0 // the delay is delay_loop
	}
	if b.rs.Checker != nil {
		b.errorf(s.Pos(), "real_server %s has a checker already; this one is passed over", b.rs.Address)
		return
	}
	b.rs.Checker = b.checker
}

// otherChecker holds of a checker only its kind: the server is not always alive.
func otherChecker(b *build, s *Statement) {
	beginChecker(b, s)
	b.warnf(s.Pos(), "the settings of %s have no effect here", s.Keyword())
}

func (b *build) endChecker(s *Statement) {
	if b.checker.Kind != "TCP_CHECK" && len(b.checker.URLs) == 0 {
		b.errorf(s.Pos(), "%s has no url", b.checker.Kind)
	}
}

func beginURL(b *build, _ *Statement) { b.url = &URL{} }

func (b *build) endURL(s *Statement) {
	if b.url.Path == "" {
		b.errorf(s.Pos(), "url has no path")
		return
	}
	b.checker.URLs = append(b.checker.URLs, *b.url)
}

// method reads lb_kind; the options of TUN are not held.
func method(at func(*build) *string) apply {
	return func(b *build, s *Statement) {
		oneOf(at, "NAT", "DR", "TUN")(b, s)
		if rest := s.Args()[1:]; len(rest) > 0 {
			b.warnf(rest[0].Pos, "%s: %q has no effect here", s.Keyword(), rest[0].Text)
		}
	}
}

// persistence reads persistence_timeout; bare it is 360 s, and 0 is none.
func persistence(b *build, s *Statement) {
	b.vs.Persistence = 360 * time.Second
	if args := s.Args(); len(args) > 0 {
		n, ok := b.number(s, args[0], 0, int(month/time.Second))
		if !ok {
			n = 0
		}
		b.vs.Persistence = time.Duration(n) * time.Second
	}
}

func sorryServer(b *build, s *Statement) {
	if sock, ok := b.socket(s, s.Args(), b.vs.Address.Port()); ok {
		b.vs.SorryServer = sock
	}
}

func connectPort(b *build, s *Statement) {
	if n, ok := b.number(s, s.Args()[0], 1, 65535); ok {
		b.checker.ConnectPort = uint16(n)
	}
}

func digest(b *build, s *Statement) {
	w := s.Args()[0]
	if len(w.Text) != 32 || strings.Trim(strings.ToLower(w.Text), "0123456789abcdef") != "" {
		b.errorf(w.Pos, "digest %q is not an MD5 sum of 32 hex digits", w.Text)
		return
	}
	b.url.Digest = strings.ToLower(w.Text)
}

// statusCodes reads "200 301-303 ...".
func statusCodes(b *build, s *Statement) {
	for _, w := range s.Args() {
		from, to, isRange := strings.Cut(w.Text, "-")
		if !isRange {
			to = from
		}
		low, err1 := strconv.Atoi(from)
		high, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil || low < 100 || high > 599 || low > high {
			b.errorf(w.Pos, "status_code %q is not a code or range from 100 to 599", w.Text)
			continue
		}
		for code := low; code <= high; code++ {
			b.url.StatusCodes = append(b.url.StatusCodes, code)
		}
	}
}
