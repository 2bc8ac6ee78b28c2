package conf

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// checkers reads lines as those of a real server of a file without mistakes, and
// returns its checkers.
func checkers(t *testing.T, server, lines string) []*Checker {
	t.Helper()
	cfg := soundServers(t, "virtual_server 10.0.0.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n"+server+"real_server 10.0.0.2 80 {\n"+lines+"}\n}\n")
	return cfg.VirtualServers[0].RealServers[0].Checkers
}

const allKinds = "TCP_CHECK {\n}\nPING_CHECK {\n}\nUDP_CHECK {\n}\nSMTP_CHECK {\n}\nDNS_CHECK {\n}\nMISC_CHECK {\nmisc_path /bin/a\n}\nHTTP_GET {\nurl {\npath /\n}\n}\nSSL_GET {\nurl {\npath /\n}\n}\n"

// TestCheckerTiming holds what each kind has of its own, and what the servers
// give it, against keepalived's.
func TestCheckerTiming(t *testing.T) {
	own := Timing{DelayLoop: time.Minute, ConnectTimeout: 5 * time.Second, Retry: 1, RetryDelay: time.Second, Warmup: time.Minute}
	rows := []struct {
		server, lines string
		want          func(kind string) Timing
	}{
		{"", allKinds, func(kind string) Timing {
			w := own
			switch kind {
			case "HTTP_GET", "SSL_GET":
				w.RetryDelay = 3 * time.Second
			case "DNS_CHECK":
				w.Retry, w.RetryDelay = 3, time.Minute
			case "MISC_CHECK":
				w.Retry, w.ConnectTimeout = 0, 0
			}
			return w
		}},
		{"delay_loop 9\nretry 7\ndelay_before_retry 2\nconnect_timeout 4\n", allKinds, func(kind string) Timing {
			w := Timing{DelayLoop: 9 * time.Second, ConnectTimeout: 4 * time.Second, Retry: 7, RetryDelay: 2 * time.Second, Warmup: 9 * time.Second}
			if kind == "MISC_CHECK" {
				w.ConnectTimeout = 0
			}
			return w
		}},
		{"delay_loop 9\nretry 7\n", "delay_loop 8\nretry 6\nwarmup 0\nDNS_CHECK {\ndelay_loop 4\n}\n", func(string) Timing {
			return Timing{DelayLoop: 4 * time.Second, ConnectTimeout: 5 * time.Second, Retry: 6, RetryDelay: 4 * time.Second}
		}},
		{"delay_before_retry 0\n", "DNS_CHECK {\n}\nDNS_CHECK {\ndelay_before_retry 0\n}\n", func(string) Timing {
			return Timing{DelayLoop: time.Minute, ConnectTimeout: 5 * time.Second, Retry: 3, Warmup: time.Minute}
		}},
		{"delay_loop 9\n", "TCP_CHECK {\ndelay_loop 4\nretry 0\n}\n", func(string) Timing {
			return Timing{DelayLoop: 4 * time.Second, ConnectTimeout: 5 * time.Second, Retry: 0, RetryDelay: time.Second, Warmup: 4 * time.Second}
		}},
	}
	for _, row := range rows {
		for _, ch := range checkers(t, row.server, row.lines) {
			if diff := cmp.Diff(row.want(ch.Kind), ch.Timing); diff != "" {
				t.Errorf("%q %s: %s (-want +got)\n%s", row.server, row.lines, ch.Kind, diff)
			}
		}
	}
}

// TestCheckerValues looks at the only checker of a server.
func TestCheckerValues(t *testing.T) {
	addr := netip.MustParseAddr
	rows := []struct {
		lines string
		get   func(ch *Checker) any
		want  any
	}{
		{"TCP_CHECK {\nconnect_ip 10.0.0.7\nconnect_port 81\n}\n", func(ch *Checker) any { return []any{ch.ConnectIP, ch.ConnectPort, ch.Bind} }, []any{addr("10.0.0.7"), uint16(81), (*Bind)(nil)}},
		{"TCP_CHECK {\nbindto 10.0.0.3\nbind_port 5\nbind_if eth0\nfwmark 9\n}\n", func(ch *Checker) any { return *ch.Bind }, Bind{addr("10.0.0.3"), 5, "eth0", 9}},
		{"MISC_CHECK {\nuser u g\nmisc_path \"/bin/a 'b c'\"\nmisc_dynamic\n}\n", func(ch *Checker) any {
			m := ch.Probe.(*MiscProbe)
			return []any{m.Command.Args, m.Command.User, m.Command.Group, m.Timeout, m.Dynamic}
		}, []any{[]string{"/bin/a", "b c"}, "u", "g", time.Minute, true}},
		{"MISC_CHECK {\nmisc_path /bin/a\nmisc_timeout 0\n}\n", func(ch *Checker) any { return ch.Probe.(*MiscProbe).Timeout }, time.Duration(0)},
		{"SMTP_CHECK {\n}\n", func(ch *Checker) any { return *ch.Probe.(*SMTPProbe) }, SMTPProbe{Helo: "smtpchecker.keepalived.org"}},
		{"DNS_CHECK {\ntype aaaa\n}\n", func(ch *Checker) any { return *ch.Probe.(*DNSProbe) }, DNSProbe{Type: "AAAA", Name: "."}},
		{"DNS_CHECK {\nname a.b.\n}\n", func(ch *Checker) any { return *ch.Probe.(*DNSProbe) }, DNSProbe{Type: "SOA", Name: "a.b."}},
		{"UDP_CHECK {\n}\n", func(ch *Checker) any { return *ch.Probe.(*UDPProbe) }, UDPProbe{MaxLen: 255}},
		{"UDP_CHECK {\npayload Ab12f 3 456 546443123\nrequire_reply\nmin_reply_length 1\n}\n", func(ch *Checker) any { return *ch.Probe.(*UDPProbe) },
			UDPProbe{Payload: []byte{0xab, 0x12, 0x0f, 3, 0x45, 6, 0x54, 0x64, 0x43, 0x12, 3}, RequireReply: true, MinLen: 1, MaxLen: 255}},
		{"UDP_CHECK {\nrequire_reply \"61 xX\" 6x x5 7\n}\n", func(ch *Checker) any { return *ch.Probe.(*UDPProbe) },
			UDPProbe{RequireReply: true, Reply: []byte{0x61, 0, 0x60, 5, 7}, Mask: []byte{255, 0, 0xf0, 15, 255}, MaxLen: 255}},
		{"HTTP_GET {\nvirtualhost h\nhttp_protocol 1.0C\nenable_sni\nfast_recovery on\nretry 4\nurl {\npath /\n}\nurl {\npath /b\nvirtualhost u\n}\n}\n", func(ch *Checker) any {
			h := ch.Probe.(*HTTPProbe)
			return []any{ch.Retry, h.Protocol, h.SNI, h.SNIName, h.FastRecovery, h.URLs[0].VirtualHost, h.URLs[1].VirtualHost, h.URLs[0].StatusCodes}
		}, []any{4, "1.0c", true, "h", true, "h", "u", []StatusRange{{200, 299}}}},
		{"SSL_GET {\ntls_compliant\nsni_name s\nurl {\npath /\nstatus_code 200 301-303\nstatus_code 404\n}\nurl {\npath /\ntls_compliant no\ndigest 9B3A0C85A887A256D6939DA88AABD8CD\n}\n}\n", func(ch *Checker) any {
			h := ch.Probe.(*HTTPProbe)
			return []any{h.SNIName, h.URLs[0].TLSCompliant, h.URLs[1].TLSCompliant, h.URLs[0].StatusCodes, h.URLs[1].Digest}
		}, []any{"s", true, false, []StatusRange{{200, 200}, {301, 303}, {404, 404}}, "9b3a0c85a887a256d6939da88aabd8cd"}},
		{"HTTP_GET {\nurl {\npath /\nregex_no_match\nregex \"a\\\\d+ \\x22\"\nregex_options caseless dotall\nregex_max_offset 9\nregex_stack 1 2\n}\n}\n", func(ch *Checker) any { return *ch.Probe.(*HTTPProbe).URLs[0].Regex },
			Regex{Pattern: `a\d+ "`, NoMatch: true, Options: []string{"caseless", "dotall"}, Max: 9, StackStart: 1, StackMax: 2}},
	}
	for _, row := range rows {
		if diff := cmp.Diff(row.want, row.get(checkers(t, "", row.lines)[0]), sameServers()); diff != "" {
			t.Errorf("%s(-want +got)\n%s", row.lines, diff)
		}
	}
}

// TestManyCheckers keeps all checkers of a server, those of a kind in the file's
// order.
func TestManyCheckers(t *testing.T) {
	list := checkers(t, "", "TCP_CHECK {\n}\nMISC_CHECK {\nmisc_path /bin/b\n}\nHTTP_GET {\nurl {\npath /\n}\n}\nMISC_CHECK {\nmisc_path /bin/a\n}\nTCP_CHECK {\nconnect_port 5\n}\n")
	var got []string
	for _, ch := range list {
		if m, ok := ch.Probe.(*MiscProbe); ok {
			got = append(got, m.Command.Line)
			continue
		}
		got = append(got, ch.Kind+" "+netip.AddrPortFrom(ch.ConnectIP, ch.ConnectPort).String())
	}
	want := []string{"/bin/b", "/bin/a", "TCP_CHECK 10.0.0.2:80", "TCP_CHECK 10.0.0.2:5", "HTTP_GET 10.0.0.2:80"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestMailHosts makes a checker of each host of an SMTP_CHECK, and one of the
// SMTP_CHECK itself only if that says where to.
func TestMailHosts(t *testing.T) {
	for lines, want := range map[string][]string{
		"host {\nconnect_ip 10.0.0.7\n}\nhost {\nconnect_port 26\nretry 9\n}\nhelo_name h\nretry 4\n": {"10.0.0.7:80 h 4", "10.0.0.2:26 h 9"},
		"host {\nconnect_ip 10.0.0.7\n}\nconnect_port 27\n":                                           {"10.0.0.7:80 smtpchecker.keepalived.org 1", "10.0.0.2:27 smtpchecker.keepalived.org 1"},
	} {
		cfg, _ := readServers(t, inReal("SMTP_CHECK {\n"+lines+"}\n"))
		var got []string
		for _, ch := range cfg.VirtualServers[0].RealServers[0].Checkers {
			if s, ok := ch.Probe.(*SMTPProbe); ok {
				got = append(got, netip.AddrPortFrom(ch.ConnectIP, ch.ConnectPort).String()+" "+s.Helo+" "+string(rune('0'+ch.Retry)))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s(-want +got)\n%s", lines, diff)
		}
	}
}

// TestFollowers names a track_file and a bfd_instance, which must be defined
// before.
func TestFollowers(t *testing.T) {
	const file, session = "track_file f {\nfile /f\nweight 2 reverse\n}\n", "bfd_instance b {\nneighbor_ip 10.0.0.9\nchecker\n}\n"
	const vrrp = "bfd_instance b {\nneighbor_ip 10.0.0.9\nvrrp\n}\n"
	rows := []struct {
		text string
		want []string
	}{
		{file + inChecker("FILE_CHECK", "track_file f\n"), nil},
		{session + inChecker("BFD_CHECK", "name b\n"), nil},
		{inChecker("FILE_CHECK", "track_file f\n") + file, []string{`9:12: error: track_file: track_file f is defined further down, and is not known here; it is passed over; put the definition before the first use [used-before-definition]`}},
		{vrrp + inChecker("BFD_CHECK", "name b\n"), []string{`13:6: error: BFD_CHECK: bfd_instance b is for VRRP; it is passed over; write checker in it [unknown-name]`}},
		{session + inChecker("BFD_CHECK", "name b\nname b\n"), []string{`14:1: error: name is given a second time; this one is passed over [repeated-keyword]`}},
	}
	for _, row := range rows {
		wantDiagnostics(t, row.text, row.want)
	}
	for lines, want := range map[string]FileProbe{
		"track_file f\n":                     {TrackFile: "f", Weight: 2, Reverse: true},
		"track_file f\nweight -3\n":          {TrackFile: "f", Weight: -3},
		"weight 3 noreverse\ntrack_file f\n": {TrackFile: "f", Weight: 3},
		"track_file f\nweight 4 reverse\n":   {TrackFile: "f", Weight: 4, Reverse: true},
	} {
		cfg := soundServers(t, file+inChecker("FILE_CHECK", lines))
		probe := cfg.VirtualServers[0].RealServers[0].Checkers[1].Probe.(*FileProbe)
		if *probe != want {
			t.Errorf("%s%+v, want %+v", lines, *probe, want)
		}
	}
}
