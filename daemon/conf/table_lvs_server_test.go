package conf

import "testing"

// TestServerMistakes puts lines into a virtual server.
func TestServerMistakes(t *testing.T) {
	rows := []struct {
		lines string
		want  []string
	}{
		{"ip_family inet6\n", []string{"9:11: error: ip_family inet6 does not go with the service, which is of inet already: it is passed over [wrong-family]"}},
		{"ip_family inet\n", nil},
		{"hashed\n", []string{"9:1: error: hashed is of scheduler sh only, and here it is rr [scheduler-flag]"}},
		{"lb_algo sh\nhashed\n", []string{
			"9:1: warning: lb_algo is given a second time [repeated-keyword]",
			"10:1: warning: hashed has no effect [deprecated-keyword]",
		}},
		{"sh-port\n", []string{"9:1: error: sh-port is of scheduler sh only, and here it is rr: the flag is passed over; write it behind lb_algo sh [scheduler-flag]"}},
		{"sh-port\nlb_algo sh\n", []string{
			"9:1: error: sh-port is of scheduler sh only, and here it is rr: the flag is passed over; write it behind lb_algo sh [scheduler-flag]",
			"10:1: warning: lb_algo is given a second time [repeated-keyword]",
		}},
		{"lb_algo sh\nmh-port\n", []string{
			"9:1: warning: lb_algo is given a second time [repeated-keyword]",
			"10:1: warning: mh-port is of scheduler mh only, and here it is sh: the flag is passed over; write it behind lb_algo mh [scheduler-flag]",
		}},
		{"lb_algo sh\nsh-port\nsh-fallback\n", []string{"9:1: warning: lb_algo is given a second time [repeated-keyword]"}},
		{"ops\n", []string{"9:1: error: ops is of UDP services only: it is passed over [no-effect]"}},
		{"protocol UDP\nops\n", []string{"9:1: warning: protocol is given a second time [repeated-keyword]"}},
		{"ha_suspend\n", nil},
		{"persistence_engine 1234567890123456\n", []string{`9:20: error: persistence_engine "1234567890123456" is longer than 15 bytes: it is cut to "123456789012345" [text-too-long]`}},
		{"persistence_timeout 0\n", []string{"9:21: error: persistence_timeout 0 is not from 1 to 2678400; leave the line out for no persistence [out-of-range]"}},
		{"persistence_granularity 255.255.255.0\n", nil},
		{"persistence_granularity 24\n", []string{"9:25: warning: persistence_granularity 24 of an IPv4 service is the mask 0.0.0.24, not a prefix length; write 255.255.255.0 [odd-netmask]"}},
		{"persistence_granularity 255.0.255.0\n", []string{"9:25: warning: persistence_granularity: 255.0.255.0 is not the mask of a network [odd-netmask]"}},
		{"persistence_granularity 64x\n", []string{`9:25: error: persistence_granularity: "64x" is not an IPv4 mask [bad-address]`}},
		{"quorum 0\n", []string{"9:8: error: quorum 0 is not 1 or more [out-of-range]"}},
		{"quorum 2\n", []string{"9:1: error: quorum 2 is above the weight of all real servers, 1: it is lowered to that [quorum-too-high]"}},
		{"quorum 2\nhysteresis 2\nweight 3\n", []string{"10:1: error: hysteresis 2 is not below quorum 2: it is lowered to 1 [hysteresis-too-high]"}},
		{"quorum 2\nhysteresis 1\nweight 2\n", []string{"9:1: warning: quorum 2 and hysteresis 1 are together above the weight of all real servers, 2: once lost, the quorum is never gained [quorum-too-high]"}},
		{"weight 0\n", []string{"9:8: error: weight 0 is not 1 or more [out-of-range]"}},
		{"retry 0\n", []string{"9:7: error: retry 0 is not 1 or more [out-of-range]"}},
		{"delay_loop 0\n", []string{"9:12: error: delay_loop 0 is not 0.000001 or more [out-of-range]"}},
		{"connect_timeout 4295\n", []string{"9:17: error: connect_timeout 4295 is not from 0.000001 to 4294.967295 [out-of-range]"}},
		{"delay_before_retry -1\n", []string{`9:20: error: delay_before_retry: "-1" is not a number with at most 6 decimals [bad-number]`}},
		{"sorry_server_inhibit\n", []string{"9:1: error: sorry_server_inhibit without a sorry_server before it is passed over [no-effect]"}},
		{"sorry_server_lvs_method DR\n", []string{"9:1: error: sorry_server_lvs_method without a sorry_server before it is passed over [no-effect]"}},
		{"sorry_server 10.0.0.9\nsorry_server_inhibit\n", nil},
		{"sorry_server 2001:db8::9 80\n", []string{"9:1: error: sorry_server 2001:db8::9 is not of the family of the service, inet: it is passed over; only lb_kind TUN goes from one family to the other [wrong-family]"}},
		{"sorry_server 2001:db8::9 80\nsorry_server_lvs_method TUN\n", nil},
		{"sorry_server 10.0.0.2 80\n", []string{"9:1: warning: sorry_server 10.0.0.2:80 is a real_server too: removing the one removes the other [sorry-server-is-real]"}},
		{"sorry_server 10.0.0.9 81\n", nil},
		{"sorry_server 10.0.0.9 81\nsorry_server_lvs_method DR\n", []string{"9:1: error: sorry_server port 81: with lb_kind DR it is the service's, 80 [port-differs]"}},
		{"lb_kind TUN type gue\n", []string{
			"9:1: warning: lb_kind is given a second time [repeated-keyword]",
			"9:13: error: lb_kind: a gue tunnel needs a port; the options are passed over; write TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum] [tunnel-options]",
		}},
		{"lb_kind TUN type gue port 0\n", []string{
			"9:1: warning: lb_kind is given a second time [repeated-keyword]",
			`9:22: error: lb_kind: port "0" is not a number from 1 to 65535; the options are passed over; write TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum] [tunnel-options]`,
		}},
		{"lb_kind TUN type ipip port 5\n", []string{
			"9:1: warning: lb_kind is given a second time [repeated-keyword]",
			"9:23: error: lb_kind: only a gue tunnel has a port; the options are passed over; write TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum] [tunnel-options]",
		}},
		{"lb_kind TUN csum\n", []string{
			"9:1: warning: lb_kind is given a second time [repeated-keyword]",
			"9:13: error: lb_kind: an ipip tunnel has no checksum; the options are passed over; write TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum] [tunnel-options]",
		}},
		{"lb_kind TUN type gre remcsum\n", []string{
			"9:1: warning: lb_kind is given a second time [repeated-keyword]",
			"9:22: error: lb_kind: a gre tunnel has no remcsum; the options are passed over; write TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum] [tunnel-options]",
		}},
		{"lb_kind TUN type foo\n", []string{
			"9:1: warning: lb_kind is given a second time [repeated-keyword]",
			`9:13: error: lb_kind: "foo" is none of ipip, gue and gre; the options are passed over; write TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum] [tunnel-options]`,
		}},
		{"lb_kind TUN type\n", []string{
			"9:1: warning: lb_kind is given a second time [repeated-keyword]",
			"9:13: error: lb_kind: type needs one word; the options are passed over; write TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum] [tunnel-options]",
		}},
		{"lb_kind TUN fast\n", []string{
			"9:1: warning: lb_kind is given a second time [repeated-keyword]",
			`9:13: error: lb_kind: "fast" is none of its options; the options are passed over; write TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum] [tunnel-options]`,
		}},
		{"lb_kind DR csum\n", []string{
			"9:1: warning: lb_kind is given a second time [repeated-keyword]",
			"9:12: error: lb_kind: DR has no options, only TUN has; the options are passed over; write TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum] [tunnel-options]",
		}},
		{"lb_kind TUN type gue port 6080 remcsum\n", []string{"9:1: warning: lb_kind is given a second time [repeated-keyword]"}},
		{"quorum_up /bin/a\nquorum_up /bin/b\n", []string{"10:1: error: quorum_up is given a second time; this one is passed over [repeated-keyword]"}},
		{"quorum_down /bin/a\nquorum_down /bin/b\n", []string{"10:1: error: quorum_down is given a second time; this one is passed over [repeated-keyword]"}},
		{"real_server 10.0.0.2 80 {\nTCP_CHECK {\n}\n}\n", []string{"9:1: error: real_server 10.0.0.2:80 stands there twice: this one is passed over [duplicate-real-server]"}},
		{"real_server 10.0.0.2 {\nTCP_CHECK {\n}\n}\n", []string{
			"9:1: error: real_server 10.0.0.2:80 stands there twice: this one is passed over [duplicate-real-server]",
			"10:1: warning: TCP_CHECK goes to port 0 in keepalived, since real_server has no port; vipd takes the service's, 80; write the port behind the address of real_server [check-without-port]",
		}},
		{"real_server 10.0.0.3 {\nTCP_CHECK {\n}\n}\n", []string{"10:1: warning: TCP_CHECK goes to port 0 in keepalived, since real_server has no port; vipd takes the service's, 80; write the port behind the address of real_server [check-without-port]"}},
		{"real_server 10.0.0.3 {\nPING_CHECK {\n}\nTCP_CHECK {\nconnect_port 80\n}\n}\n", nil},
		{"real_server 2001:db8::2 80 {\n}\n", []string{"9:13: error: real_server 2001:db8::2 is of inet6, the service of inet: the server is passed over; only lb_kind TUN goes from one family to the other [wrong-family]"}},
		{"real_server 10.0.0.x 80 {\n}\n", []string{`9:13: error: real_server: "10.0.0.x" is not an IP address [bad-address]`}},
		{"real_server 10.0.0.3 80 {\n}\nreal_server 10.0.0.4 80 {\n}\n", []string{"9:1: warning: real_server 10.0.0.3:80 and 1 more of this virtual_server have no checker: they are never taken out [no-checker]"}},
		{"real_server 10.0.0.3 80 {\n}\n", []string{`9:1: warning: real_server 10.0.0.3:80 has no checker: it is never taken out [no-checker]`}},
		{"lb_kind DR\nreal_server 10.0.0.3 81 {\nTCP_CHECK {\n}\n}\n", []string{
			"9:1: warning: lb_kind is given a second time [repeated-keyword]",
			"10:1: error: real_server port 81: with lb_kind DR it is the service's, 80 [port-differs]",
		}},
		{"real_server 10.0.0.3 81 {\nlvs_method DR\nTCP_CHECK {\n}\n}\n", []string{"9:1: error: real_server port 81: with lb_kind DR it is the service's, 80 [port-differs]"}},
	}
	for _, row := range rows {
		t.Run(row.lines, func(t *testing.T) { wantDiagnostics(t, inServer(row.lines), row.want) })
	}
}

// TestRealServerMistakes puts lines into a real server.
func TestRealServerMistakes(t *testing.T) {
	rows := []struct {
		lines string
		want  []string
	}{
		{"weight -1\n", []string{"8:8: error: weight -1 is not 0 or more [out-of-range]"}},
		{"weight 2147483648\n", []string{"8:8: error: weight 2147483648 is not from 0 to 2147483647 [out-of-range]"}},
		{"uthreshold 5\nlthreshold 6\n", []string{"9:1: warning: lthreshold 6 is above uthreshold 5: the kernel refuses the server [contradictory-limits]"}},
		{"uthreshold -1\n", []string{`8:12: error: uthreshold: "-1" is not a whole number from 0 to 4294967295 [bad-number]`}},
		{"inhibit_on_failure maybe\n", []string{`8:20: error: inhibit_on_failure: "maybe" is neither true nor false; write true, on, yes, false, off or no [bad-choice]`}},
		{"notify_up /bin/a\nnotify_up /bin/b\n", []string{"9:1: error: notify_up is given a second time; this one is passed over [repeated-keyword]"}},
		{"lvs_method FOO\n", []string{`8:12: error: lvs_method "FOO" is none of NAT, DR, TUN [bad-choice]`}},
		{"virtualhost\n", []string{"8:1: error: virtualhost needs one word; write virtualhost STRING [missing-argument]"}},
		{"weight 0\n", []string{"1:1: error: the weights of all real servers of virtual_server 10.0.0.1:80 are 0: the quorum is never gained [quorum-too-high]"}},
		{"retry 0\n", []string{"8:7: error: retry 0 is not 1 or more [out-of-range]"}},
	}
	for _, row := range rows {
		t.Run(row.lines, func(t *testing.T) { wantDiagnostics(t, inReal(row.lines), row.want) })
	}
}
