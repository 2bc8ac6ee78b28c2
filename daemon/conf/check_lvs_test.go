package conf

import "testing"

// TestServiceMistakes reads whole files.
func TestServiceMistakes(t *testing.T) {
	rows := []struct {
		lines string
		want  []string
	}{
		{"virtual_server 10.0.0.1 80 {\nreal_server 10.0.0.2 80 {\nTCP_CHECK {\n}\n}\n}\n", []string{
			"1:1: error: virtual_server has no protocol: UDP is assumed; write protocol TCP [default-assumed]",
			"1:1: error: virtual_server has no lb_algo: wlc is assumed; write lb_algo wlc [default-assumed]",
			"1:1: error: virtual_server has no lb_kind: NAT is assumed; write lb_kind NAT [default-assumed]",
		}},
		{"virtual_server 10.0.0.1 80 {\nlb_algo foo\nlb_kind dr\nprotocol icmp\nreal_server 10.0.0.2 80 {\nTCP_CHECK {\n}\n}\n}\n", []string{
			"1:1: error: virtual_server has no protocol: UDP is assumed; write protocol TCP [default-assumed]",
			"1:1: error: virtual_server has no lb_algo: wlc is assumed; write lb_algo wlc [default-assumed]",
			"1:1: error: virtual_server has no lb_kind: NAT is assumed; write lb_kind NAT [default-assumed]",
			`2:9: error: lb_algo "foo" is none of rr, wrr, lc, wlc, lblc, lblcr, sh, mh, dh, fo, ovf, sed, nq, twos; did you mean "fo"? [bad-choice]`,
			`3:9: error: lb_kind "dr" is none of NAT, DR, TUN; did you mean "DR"? [bad-choice]`,
			`4:10: error: protocol "icmp" is none of TCP, UDP, SCTP [bad-choice]`,
		}},
		{"virtual_server fwmark 3 {\nprotocol TCP\nha_suspend\nreal_server 10.0.0.2 80 {\nTCP_CHECK {\n}\n}\n}\n", []string{
			"1:1: error: virtual_server has no lb_algo: wlc is assumed; write lb_algo wlc [default-assumed]",
			"1:1: error: virtual_server has no lb_kind: NAT is assumed; write lb_kind NAT [default-assumed]",
			"2:1: error: protocol has no effect on firewall marks: it is passed over [no-effect]",
			"3:1: error: ha_suspend does not go with firewall marks, which no host has: it is passed over [no-effect]",
		}},
		{"virtual_server 10.0.0.300 80 {\n}\n", []string{`1:16: error: virtual_server: "10.0.0.300" is not an IP address [bad-address]`}},
		{"virtual_server 10.0.0.1 http {\n}\n", []string{`1:25: error: virtual_server: "http" is not a whole number [bad-number]`}},
		{"virtual_server fwmark 0 {\n}\n", []string{"1:23: error: fwmark 0 is no mark: the virtual_server is passed over [out-of-range]"}},
		{"virtual_server fwmark 0x10 {\n}\n", []string{`1:23: error: fwmark: "0x10" is not a whole number from 0 to 4294967295 [bad-number]`}},
		{"virtual_server fwmark {\n}\n", []string{"1:16: error: fwmark needs one word: the virtual_server is passed over [missing-argument]"}},
		{"virtual_server 10.0.0.1/24 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n}\n", []string{
			"1:1: error: virtual_server 10.0.0.1:80 has no real_server: it is passed over [no-real-server]",
			`1:16: warning: virtual_server: "/24" is passed over: this is one address, 10.0.0.1; a range or a prefix stands in a virtual_server_group [extra-argument]`,
		}},
		{"virtual_server {\n}\n", []string{"1:1: error: virtual_server needs 1 to 2 words; write virtual_server IP [PORT] | fwmark N | group NAME [missing-argument]"}},
		{"virtual_server 10.0.0.1 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 10.0.0.2 80 {\nTCP_CHECK {\n}\n}\n}\n", []string{"1:1: error: virtual_server 10.0.0.1:0 serves all ports and is not persistent: persistence_timeout 360 is assumed; write a port, or persistence_timeout [port-without-persistence]"}},
		{"virtual_server 10.0.0.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nsorry_server 10.0.0.9 80\n}\n", []string{"1:1: error: virtual_server 10.0.0.1:80 has no real_server: it is passed over [no-real-server]"}},
		{"virtual_server fwmark 3 {\nlb_algo rr\nlb_kind DR\nsorry_server 10.0.0.9 80\nreal_server 10.0.0.2 80 {\nTCP_CHECK {\n}\n}\nreal_server 2001:db8::2 80 {\n}\n}\n", []string{
			"4:1: error: sorry_server port 80 is passed over: with lb_kind DR it is the port that the client asks for [port-differs]",
			"5:1: error: real_server port 80: with lb_kind DR the servers of a firewall mark have no port: it is passed over [port-differs]",
			"9:13: error: real_server 2001:db8::2 is of inet6, the service of inet: the server is passed over; only lb_kind TUN goes from one family to the other [wrong-family]",
		}},
		{"virtual_server fwmark 3 {\nlb_algo rr\nlb_kind NAT\nreal_server 10.0.0.2 {\nTCP_CHECK {\n}\n}\n}\n", []string{"5:1: warning: TCP_CHECK has no port, since real_server has none: it always fails; write connect_port [check-without-port]"}},
		{"virtual_server fwmark 3 {\nlb_algo rr\nlb_kind NAT\npersistence_granularity 64\nreal_server 10.0.0.2 80 {\nTCP_CHECK {\n}\n}\n}\n", []string{
			"1:1: error: virtual_server fwmark 3 has no real_server: it is passed over [no-real-server]",
			"5:13: error: real_server 10.0.0.2 is of inet, the service of inet6: the server is passed over; only lb_kind TUN goes from one family to the other [wrong-family]",
		}},
		{"virtual_server 10.0.0.1 80 {\nlb_algo rr\nprotocol TCP\nreal_server 2001:db8::2 80 {\n}\nlb_kind TUN\n}\n", []string{
			"1:1: error: virtual_server 10.0.0.1:80 has no real_server: it is passed over [no-real-server]",
			"4:13: error: real_server 2001:db8::2 is of inet6, the service of inet: the server is passed over; only lb_kind TUN goes from one family to the other [wrong-family]",
		}},
		{"virtual_server 10.0.0.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 10.0.0.2 80 {\nTCP_CHECK {\n}\n}\n}\nvirtual_server 10.0.0.1 80 {\nlb_algo wrr\nlb_kind NAT\nprotocol TCP\nreal_server 10.0.0.3 80 {\nTCP_CHECK {\n}\n}\n}\nvirtual_server 10.0.0.1 80 {\nlb_algo wrr\nlb_kind NAT\nprotocol UDP\nreal_server 10.0.0.3 80 {\nTCP_CHECK {\n}\n}\n}\n", []string{"10:1: warning: virtual_server 10.0.0.1:80 stands there twice: the kernel has only one such service [duplicate-service]"}},
		{"virtual_server 10.0.0.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 10.0.0.1 80 {\nTCP_CHECK {\n}\n}\nreal_server 10.0.0.1 81 {\nTCP_CHECK {\n}\n}\n}\n", []string{
			"5:1: warning: real_server 10.0.0.1:80 is the virtual_server itself: packets for it stay on the host that has the address, or go round between the others [real-server-is-service]",
		}},
		{"SSL {\npassword a\npassword b\nca\n}\nSSL {\nkey /k\n}\n", []string{
			"3:1: error: password is given a second time: this one replaces the first [repeated-keyword]",
			"4:1: error: ca needs one word; write ca PATH [missing-argument]",
			"6:1: error: SSL is given a second time: this block replaces the first [repeated-keyword]",
		}},
	}
	for _, row := range rows {
		t.Run(row.lines, func(t *testing.T) { wantDiagnostics(t, row.lines, row.want) })
	}
}

// TestGroupMistakes puts lines into a virtual_server_group that is used.
func TestGroupMistakes(t *testing.T) {
	rows := []struct {
		lines string
		want  []string
	}{
		{"10.0.0.1-10 80\n", nil},
		{"10.0.0.10-1 80\n", []string{
			"1:1: error: virtual_server_group G has no entries: it is passed over [empty-group]",
			`2:1: error: "10.0.0.10-1" must end after it begins: the line is passed over [bad-address]`,
			"4:1: warning: there is no virtual_server_group G with entries: the virtual_server is passed over [unknown-name]",
		}},
		{"10.0.0.1-256 80\n", []string{
			"1:1: error: virtual_server_group G has no entries: it is passed over [empty-group]",
			`2:1: error: "256" is too large for the end of a range: at most 255: the line is passed over [bad-address]`,
			"4:1: warning: there is no virtual_server_group G with entries: the virtual_server is passed over [unknown-name]",
		}},
		{"10.0.0.1-10.0.0.300 80\n", []string{
			"1:1: error: virtual_server_group G has no entries: it is passed over [empty-group]",
			`2:1: error: "10.0.0.300" is no end of a range: the line is passed over [bad-address]`,
			"4:1: warning: there is no virtual_server_group G with entries: the virtual_server is passed over [unknown-name]",
		}},
		{"10.0.0.9/29 80\n", []string{
			"1:1: error: virtual_server_group G has no entries: it is passed over [empty-group]",
			`2:1: error: "10.0.0.9/29" has bits set behind its prefix (the network is 10.0.0.8): the line is passed over [bad-address]`,
			"4:1: warning: there is no virtual_server_group G with entries: the virtual_server is passed over [unknown-name]",
		}},
		{"10.0.0.8/33 80\n", []string{
			"1:1: error: virtual_server_group G has no entries: it is passed over [empty-group]",
			`2:1: error: "33" is not a prefix length from 1 to 32: the line is passed over [bad-address]`,
			"4:1: warning: there is no virtual_server_group G with entries: the virtual_server is passed over [unknown-name]",
		}},
		{"10.0.0.8/x 80\n", []string{
			"1:1: error: virtual_server_group G has no entries: it is passed over [empty-group]",
			`2:1: error: "x" is not a prefix length from 1 to 32: the line is passed over [bad-address]`,
			"4:1: warning: there is no virtual_server_group G with entries: the virtual_server is passed over [unknown-name]",
		}},
		{"10.0.0.8/29-10 80\n", []string{
			"1:1: error: virtual_server_group G has no entries: it is passed over [empty-group]",
			`2:1: error: "29-10" is not a prefix length from 1 to 32: the line is passed over [bad-address]`,
			"4:1: warning: there is no virtual_server_group G with entries: the virtual_server is passed over [unknown-name]",
		}},
		{"10.0.0.1-2001:db8::1 80\n", []string{
			"1:1: error: virtual_server_group G has no entries: it is passed over [empty-group]",
			`2:1: error: both ends of "10.0.0.1-2001:db8::1" must be of one family: the line is passed over [bad-address]`,
			"4:1: warning: there is no virtual_server_group G with entries: the virtual_server is passed over [unknown-name]",
		}},
		{"foo 80\n", []string{
			"1:1: error: virtual_server_group G has no entries: it is passed over [empty-group]",
			`2:1: error: "foo" is not an IP address: the line is passed over [bad-address]`,
			"4:1: warning: there is no virtual_server_group G with entries: the virtual_server is passed over [unknown-name]",
		}},
		{"10.0.0.1 70000\n", []string{
			"1:1: error: virtual_server_group G has no entries: it is passed over [empty-group]",
			"2:10: error: port 70000 is not from 0 to 65535 [out-of-range]",
			"4:1: warning: there is no virtual_server_group G with entries: the virtual_server is passed over [unknown-name]",
		}},
		{"10.0.0.1 80 81\n", []string{`2:13: warning: "81" is passed over: one address or one mark a line [extra-argument]`}},
		{"10.0.0.1\n", []string{"4:1: error: virtual_server group G serves all ports and is not persistent: persistence_timeout 360 is assumed; write a port, or persistence_timeout [port-without-persistence]"}},
		{"fwmark\n", []string{
			"1:1: error: virtual_server_group G has no entries: it is passed over [empty-group]",
			"2:1: error: fwmark needs 1 to 2 words; write fwmark N [inet|inet6] [missing-argument]",
			"4:1: warning: there is no virtual_server_group G with entries: the virtual_server is passed over [unknown-name]",
		}},
		{"fwmark 0\n10.0.0.1 80\n", []string{"2:8: error: fwmark 0 is no mark: the line is passed over [out-of-range]"}},
		{"fwmark 5 inet7\n10.0.0.1 80\n", []string{`2:10: error: fwmark "inet7" is none of inet, inet6; did you mean "inet"? [bad-choice]`}},
		{"", []string{
			"1:1: error: virtual_server_group G has no entries: it is passed over [empty-group]",
			"3:1: warning: there is no virtual_server_group G with entries: the virtual_server is passed over [unknown-name]",
		}},
		{"2001:db8::1 80\n", []string{"4:1: warning: virtual_server_group G is not of the family inet of its real servers: the virtual_server is passed over [wrong-family]"}},
		{"10.0.0.1 80\n2001:db8::1 80\n", []string{"5:1: warning: virtual_server_group G has both families, which goes with lb_kind TUN only: the virtual_server is passed over [mixed-families]"}},
		{"10.0.0.1 80\n2001:db8::1 80\nfwmark 3\n", []string{
			"1:1: error: virtual_server_group G has both families, and marks that name none: it is passed over [mixed-families]",
			"6:1: warning: there is no virtual_server_group G with entries: the virtual_server is passed over [unknown-name]",
		}},
		{"fwmark 3\n", []string{"7:1: error: protocol has no effect on firewall marks: it is passed over [no-effect]"}},
		{"10.0.0.1 80 {\n}\n", []string{`2:1: error: "10.0.0.1" takes no block; what stands in the braces is passed over [unexpected-block]`}},
	}
	for _, row := range rows {
		t.Run(row.lines, func(t *testing.T) { wantDiagnostics(t, grouped(row.lines), row.want) })
	}
}

// TestGroupsMistakes reads whole files with groups.
func TestGroupsMistakes(t *testing.T) {
	rows := []struct {
		lines string
		want  []string
	}{
		{"virtual_server group G {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 10.0.0.2 80 {\nTCP_CHECK {\n}\n}\n}\n", []string{"1:1: warning: there is no virtual_server_group G with entries: the virtual_server is passed over [unknown-name]"}},
		{"virtual_server_group G {\n10.0.0.1 80\n}\nvirtual_server_group G {\n10.0.0.2 80\n}\n", []string{
			"1:1: warning: no virtual_server has the group G [unused-name]",
			"4:1: warning: virtual_server_group G is defined a second time; this one is never used [duplicate-name]",
		}},
		{"virtual_server_group {\n10.0.0.1 80\n}\n", []string{"1:1: error: virtual_server_group needs one word; write virtual_server_group STRING name [missing-argument]"}},
		{"virtual_server_group G {\n10.0.0.1 80\n10.0.0.9 81\n}\nvirtual_server group G {\nha_suspend\nlb_algo rr\nlb_kind DR\nprotocol TCP\nsorry_server 10.0.0.8 80\nreal_server 10.0.0.2 80 {\nTCP_CHECK {\n}\n}\n}\n", []string{
			"6:1: warning: ha_suspend of a group never lets its checkers run in keepalived [no-effect]",
			"10:1: error: sorry_server port 80 is passed over: with lb_kind DR it is the port that the client asks for [port-differs]",
			"11:1: error: real_server port 80 is not the port of all entries of virtual_server_group G: one has 81 [port-differs]",
		}},
		{"virtual_server_group G {\nfwmark 3\n}\nvirtual_server group G {\nlb_algo rr\nlb_kind DR\nha_suspend\nreal_server 10.0.0.2 80 {\nTCP_CHECK {\n}\n}\n}\n", []string{
			"7:1: error: ha_suspend does not go with firewall marks, which no host has: it is passed over [no-effect]",
			"8:1: error: real_server port 80: with lb_kind DR the servers of a firewall mark have no port: it is passed over [port-differs]",
		}},
	}
	for _, row := range rows {
		t.Run(row.lines, func(t *testing.T) { wantDiagnostics(t, row.lines, row.want) })
	}
}
