package conf

import (
	"encoding/json"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sound reads a file that has no mistakes.
func soundServers(t *testing.T, text string) *Config {
	t.Helper()
	return wantDiagnostics(t, text, nil)
}

func TestServerDefaults(t *testing.T) {
	cfg := soundServers(t, inServer(""))
	want := []*VirtualServer{{
		Address: netip.MustParseAddrPort("10.0.0.1:80"), Family: IPv4, Protocol: "TCP", Scheduler: "rr", Forward: Forwarding{Method: NAT},
		Timing: Timing{DelayLoop: time.Minute, ConnectTimeout: 5 * time.Second, RetryDelay: Unset, Warmup: Unset},
		Quorum: 1, Weight: 1,
		RealServers: []*RealServer{{
			Address: netip.MustParseAddrPort("10.0.0.2:80"), Weight: 1, Forward: Forwarding{Method: NAT}, SMTPAlert: true,
			Timing: Timing{DelayLoop: time.Minute, ConnectTimeout: 5 * time.Second, RetryDelay: Unset, Warmup: Unset},
			Checkers: []*Checker{{
				Kind: "TCP_CHECK", ConnectIP: netip.MustParseAddr("10.0.0.2"), ConnectPort: 80,
				Timing: Timing{DelayLoop: time.Minute, ConnectTimeout: 5 * time.Second, Retry: 1, RetryDelay: time.Second, Warmup: time.Minute},
			}},
		}},
	}}
	if diff := cmp.Diff(want, cfg.VirtualServers, sameServers()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestServerValues looks at one value each of files without mistakes.
func TestServerValues(t *testing.T) {
	const second = time.Second
	addr := netip.MustParseAddr
	server := func(get func(v *VirtualServer) any) func(*Config) any {
		return func(cfg *Config) any { return get(cfg.VirtualServers[0]) }
	}
	real := func(get func(r *RealServer) any) func(*Config) any {
		return func(cfg *Config) any { return get(cfg.VirtualServers[0].RealServers[0]) }
	}
	fwmark := func(kind, lines string) string {
		return "virtual_server fwmark 3 {\nlb_algo rr\nlb_kind " + kind + "\n" + lines + "}\n"
	}
	const real4 = "real_server 10.0.0.2 {\nPING_CHECK {\n}\n}\n"
	const real6 = "real_server 2001:db8::2 {\nPING_CHECK {\n}\n}\n"
	rows := []struct {
		name, text string
		get        func(*Config) any
		want       any
	}{
		{"bare persistence", inServer("persistence_timeout\n"), server(func(v *VirtualServer) any { return v.Persistence }), 360 * second},
		{"granularity makes persistent", inServer("persistence_granularity 255.255.255.0\n"),
			server(func(v *VirtualServer) any { return []any{v.Persistence, v.Granularity} }), []any{360 * second, Granularity{Mask: addr("255.255.255.0")}}},
		{"granularity before timeout", inServer("persistence_granularity 255.255.255.0\npersistence_timeout 20\n"),
			server(func(v *VirtualServer) any { return v.Persistence }), 20 * second},
		{"granularity decides the family", fwmark("TUN", "persistence_granularity 64\n"+real4),
			server(func(v *VirtualServer) any { return []any{v.Family, v.Granularity} }), []any{IPv6, Granularity{Prefix: 64}}},
		{"flags by name are flags by number", "virtual_server 10.0.0.1 80 {\nlvs_sched mh\nmh-port\nflag-3\nlvs_method DR\nprotocol udp\nreal_server 10.0.0.2 80 {\nPING_CHECK {\n}\n}\n}\n",
			server(func(v *VirtualServer) any {
				return []any{v.Scheduler, v.Flag1, v.Flag2, v.Flag3, v.Forward, v.Protocol}
			}),
			[]any{"mh", false, true, true, Forwarding{Method: DR}, "UDP"}},
		{"no protocol for marks", fwmark("NAT", real4), server(func(v *VirtualServer) any { return []any{v.Protocol, v.FWMark, v.Family} }), []any{"", uint32(3), IPv4}},
		{"family of servers", fwmark("NAT", real6), server(func(v *VirtualServer) any { return v.Family }), IPv6},
		{"family of tunnels", fwmark("TUN", real6), server(func(v *VirtualServer) any { return v.Family }), IPv6},
		{"families of tunnels", fwmark("TUN", real6+real4), server(func(v *VirtualServer) any { return v.Family }), IPv4},
		{"family before tunnels", fwmark("TUN", "ip_family inet6\n"+real4), server(func(v *VirtualServer) any { return v.Family }), IPv6},
		{"tunnel of another family", "virtual_server 10.0.0.1 80 {\nlb_algo rr\nlb_kind TUN type gue port 6080 csum\nprotocol TCP\nreal_server 2001:db8::2 80 {\nPING_CHECK {\n}\n}\n}\n",
			real(func(r *RealServer) any { return r.Forward }), Forwarding{Method: TUN, Tunnel: GUE, Port: 6080, Checksum: WithChecksum}},
		{"own method", inReal("lvs_method TUN type gre\n"), real(func(r *RealServer) any { return r.Forward }), Forwarding{Method: TUN, Tunnel: GRE}},
		{"weight behind the server", inServer("weight 5\n"), real(func(r *RealServer) any { return r.Weight }), 5},
		{"inherited", inServer("alpha\nomega\ninhibit_on_failure\nvirtualhost v\nretry 5\ndelay_before_retry 2.5\nwarmup 1\nconnect_timeout 7\ndelay_loop 9\n"),
			real(func(r *RealServer) any { return []any{r.Alpha, r.Inhibit, r.VirtualHost, r.Timing} }),
			[]any{true, true, "v", Timing{9 * second, 7 * second, 5, 2500 * time.Millisecond, second}}},
		{"not inherited", inServer("alpha\ninhibit_on_failure\nvirtualhost v\nreal_server 10.0.0.3 80 {\nalpha no\ninhibit_on_failure off\nvirtualhost r\nPING_CHECK {\n}\n}\n"),
			func(cfg *Config) any {
				r := cfg.VirtualServers[0].RealServers[1]
				return []any{r.Alpha, r.Inhibit, r.VirtualHost}
			}, []any{false, false, "r"}},
		{"limits", inReal("uthreshold 4294967295\nlthreshold 5\nsnmp_name s\nsmtp_alert no\n"),
			real(func(r *RealServer) any { return []any{r.UpperLimit, r.LowerLimit, r.SNMPName, r.SMTPAlert} }), []any{uint32(4294967295), uint32(5), "s", false}},
		{"notify", inReal("notify_up \"/bin/a b\" u g\n"), real(func(r *RealServer) any {
			return []any{r.NotifyUp.Args, r.NotifyUp.User, r.NotifyUp.Group, r.NotifyDown}
		}),
			[]any{[]string{"/bin/a", "b"}, "u", "g", (*Command)(nil)}},
		{"sorry", inServer("sorry_server 10.0.0.9\nsorry_server_inhibit\n"),
			server(func(v *VirtualServer) any { return []any{v.SorryServer.String(), v.SorryInhibit, v.SorryForward} }), []any{"10.0.0.9:80", true, Forwarding{Method: NAT}}},
		{"ports of a tunnel", "virtual_server 10.0.0.1 80 {\nlb_algo rr\nlb_kind TUN\nprotocol TCP\nsorry_server 10.0.0.9\nreal_server 10.0.0.2 {\nPING_CHECK {\n}\n}\n}\n",
			server(func(v *VirtualServer) any { return []any{v.SorryServer.Port(), v.RealServers[0].Address.Port()} }), []any{uint16(80), uint16(80)}},
		{"alerts of global_defs", "global_defs {\nsmtp_server 10.0.0.5\nnotification_email {\na@b.c\n}\nsmtp_alert_checker on\nchecker_log_all_failures\n}\n" + inServer(""),
			server(func(v *VirtualServer) any {
				return []any{v.SMTPAlert, v.RealServers[0].SMTPAlert, v.RealServers[0].Checkers[0].LogFailures}
			}), []any{true, true, true}},
		{"group of one family of tunnels", "virtual_server_group G {\n2001:db8::1-10 80\n2001:db8:1::/125\nfwmark 7 inet6\n}\n" +
			"virtual_server group G {\nlb_algo rr\nlb_kind TUN\nprotocol TCP\npersistence_timeout\nreal_server 10.0.0.2 {\nPING_CHECK {\n}\n}\n}\n",
			func(cfg *Config) any {
				g := cfg.ServerGroups[0].Entries
				return []any{cfg.VirtualServers[0].Family, g[0].Last, g[1].Last, g[2].FWMark, g[2].Family}
			}, []any{IPv6, addr("2001:db8::10"), addr("2001:db8:1::7"), uint32(7), IPv6}},
		{"group of the other family than the servers", "virtual_server_group G {\n10.0.0.1 80\n}\nvirtual_server group G {\nlb_algo rr\nlb_kind TUN\nprotocol TCP\nreal_server 2001:db8::2 80 {\nPING_CHECK {\n}\n}\n}\n",
			server(func(v *VirtualServer) any { return v.Family }), IPv4},
		{"group of ranges", grouped("10.0.0.1-10 80\n10.0.0.250-10.0.1.10 81\n10.0.2.8/29 82\n10.0.3.1 83\n"), func(cfg *Config) any {
			var list []any
			for _, e := range cfg.ServerGroups[0].Entries {
				list = append(list, e.First, e.Last, e.Port)
			}
			return list
		}, []any{addr("10.0.0.1"), addr("10.0.0.10"), uint16(80), addr("10.0.0.250"), addr("10.0.1.10"), uint16(81), addr("10.0.2.8"), addr("10.0.2.15"), uint16(82), addr("10.0.3.1"), addr("10.0.3.1"), uint16(83)}},
		{"SSL", "SSL {\npassword p\nca /ca\ncertificate /c\nkey /k\n}\n", func(cfg *Config) any { return *cfg.SSL }, SSL{Password: "p", CA: "/ca", Certificate: "/c", Key: "/k"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if diff := cmp.Diff(row.want, row.get(soundServers(t, row.text)), sameServers()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestServerProvenance asks which line set a value.
func TestServerProvenance(t *testing.T) {
	cfg := soundServers(t, inReal("lvs_method DR\n"))
	v := cfg.VirtualServers[0]
	r := v.RealServers[0]
	for _, row := range []struct{ what, got, want string }{
		{"virtual_server", v.Pos.String(), "1:1"},
		{"lb_algo", v.Where("lb_algo").String(), "2:1"},
		{"real_server", r.Pos.String(), "5:1"},
		{"lvs_method", r.Where("lvs_method").String(), "8:1"},
		{"TCP_CHECK", r.Checkers[0].Pos.String(), "6:1"},
		{"weight", r.Where("weight").String(), ""},
	} {
		if row.got != row.want {
			t.Errorf("%s is set at %q, want %q", row.what, row.got, row.want)
		}
	}
}

// TestSetAside looks at what is left of a file with mistakes: the values that
// keepalived takes in their place.
func TestSetAside(t *testing.T) {
	cfg, _ := readServers(t, inServer("quorum 9\nhysteresis 9\ndelay_loop 0\nreal_server 10.0.0.2 80 {\nweight 9\n}\nreal_server ::1 80 {\n}\n"))
	v := cfg.VirtualServers[0]
	got := []any{v.Quorum, v.Hysteresis, v.DelayLoop, len(v.RealServers), v.RealServers[0].Weight}
	if diff := cmp.Diff([]any{1, 0, time.Minute, 1, 1}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	cfg, _ = readServers(t, "virtual_server 10.0.0.1 {\nprotocol foo\nops\nreal_server 10.0.0.2 81 {\nlvs_method DR\nweight x\nTCP_CHECK {\nretry x\nconnect_port x\n}\n}\n}\nvirtual_server 10.0.0.3 80 {\n}\n")
	v = cfg.VirtualServers[0]
	r := v.RealServers[0]
	got = []any{len(cfg.VirtualServers), v.Protocol, v.Scheduler, v.OnePacket, v.Persistence, r.Address.Port(), r.Weight, r.Checkers[0].Retry, r.Checkers[0].ConnectPort}
	want := []any{1, "UDP", "wlc", true, 360 * time.Second, uint16(0), 1, 1, uint16(81)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestForwardingNames are the words of the file, also in JSON.
func TestForwardingNames(t *testing.T) {
	text, err := json.Marshal([]any{NAT, DR, TUN, IPIP, GUE, GRE, NoChecksum, WithChecksum, RemoteChecksum, Family(0), IPv4, IPv6, Method(9), Family(9)})
	want := `["NAT","DR","TUN","ipip","gue","gre","nocsum","csum","remcsum","","inet","inet6","Method(9)","Family(9)"]`
	if err != nil || string(text) != want {
		t.Errorf("%s, %v; want %s", text, err, want)
	}
}
