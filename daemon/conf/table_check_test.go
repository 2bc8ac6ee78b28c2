package conf

import (
	"strings"
	"testing"
)

// TestCheckerMistakes makes checkers of lines.
func TestCheckerMistakes(t *testing.T) {
	rows := []struct {
		kind, lines string
		want        []string
	}{
		{"TCP_CHECK", "connect_ip foo\n", []string{`9:12: error: connect_ip: "foo" is not an IP address [bad-address]`}},
		{"TCP_CHECK", "connect_ip 2001:db8::7\nbindto 10.0.0.1\n", []string{"10:8: error: bindto 10.0.0.1 is not of the family of the address that is checked: it is passed over [wrong-family]"}},
		{"TCP_CHECK", "bindto 10.0.0.1\nconnect_ip 2001:db8::7\n", []string{"10:12: error: connect_ip 2001:db8::7 is not of the family of bindto: it is passed over [wrong-family]"}},
		{"TCP_CHECK", "bindto 2001:db8::1\n", []string{"9:8: error: bindto 2001:db8::1 is not of the family of the address that is checked: it is passed over [wrong-family]"}},
		{"TCP_CHECK", "connect_ip fe80::1\n", []string{"8:1: error: TCP_CHECK of the link-local address fe80::1 needs bind_if: the checker is passed over [missing-keyword]"}},
		{"TCP_CHECK", "connect_ip fe80::1\nbind_if eth0\n", nil},
		{"TCP_CHECK", "connect_port 0\n", []string{"9:14: error: connect_port 0 is not from 1 to 65535 [out-of-range]"}},
		{"TCP_CHECK", "connect_port x\n", []string{`9:14: error: connect_port: "x" is not a whole number [bad-number]`}},
		{"TCP_CHECK", "bind_port 1000\n", []string{"9:1: warning: bind_port without bindto has no effect [no-effect]"}},
		{"TCP_CHECK", "bind_if interface-of-16b\n", []string{`9:9: error: bind_if "interface-of-16b" is longer than 15 bytes: it is passed over [text-too-long]`}},
		{"TCP_CHECK", "fwmark 0x10\n", []string{`9:8: error: fwmark: "0x10" is not a whole number from 0 to 4294967295 [bad-number]`}},
		{"TCP_CHECK", "alpha maybe\n", []string{`9:7: error: alpha: "maybe" is neither true nor false; write true, on, yes, false, off or no [bad-choice]`}},
		{"TCP_CHECK", "retry -1\n", []string{"9:7: error: retry -1 is not 0 or more [out-of-range]"}},
		{"TCP_CHECK", "delay_loop 0\n", []string{"9:12: error: delay_loop 0 is not 0.000001 or more [out-of-range]"}},
		{"TCP_CHECK", "connect_timeout 0\n", []string{"9:17: error: connect_timeout 0 is not from 0.000001 to 4294.967295 [out-of-range]"}},
		{"TCP_CHECK", "warmup 1.1234567\n", []string{`9:8: error: warmup: "1.1234567" is not a number with at most 6 decimals [bad-number]`}},
		{"TCP_CHECK", "nb_get_retry 3\n", []string{`9:1: error: "nb_get_retry" does not stand in TCP_CHECK; write retry [misplaced-keyword]`}},
		{"MISC_CHECK", "", []string{"8:1: error: MISC_CHECK has no misc_path: the checker is passed over [missing-keyword]"}},
		{"MISC_CHECK", "misc_path\n", []string{
			"8:1: error: MISC_CHECK has no misc_path: the checker is passed over [missing-keyword]",
			"9:1: error: misc_path needs one word; write misc_path CMD [missing-argument]",
		}},
		{"MISC_CHECK", "misc_path /bin/a b\n", []string{`9:18: warning: "b" is passed over: misc_path takes one word [extra-argument]`}},
		{"MISC_CHECK", "misc_path /bin/a\nmisc_timeout 4295\n", []string{"10:14: error: misc_timeout 4295 is not from 0 to 4294 [out-of-range]"}},
		{"MISC_CHECK", "misc_path /bin/a\nmisc_timeout 2.5\n", []string{`10:14: error: misc_timeout: "2.5" is not a whole number [bad-number]`}},
		{"MISC_CHECK", "misc_path /bin/a\nconnect_port 80\n", []string{`10:1: error: "connect_port" does not stand in MISC_CHECK; it belongs in SMTP_CHECK or in host or in TCP_CHECK [misplaced-keyword]`}},
		{"MISC_CHECK", "misc_path /bin/a\nmisc_dynamic no\n", []string{`10:14: warning: "no" is passed over: misc_dynamic takes no word [extra-argument]`}},
		{"MISC_CHECK", "misc_path /bin/a\nuser\n", []string{"10:1: error: user needs 1 to 2 words; write user USER [GROUP] [missing-argument]"}},
		{"SMTP_CHECK", "host {\nconnect_ip 10.0.0.7\n}\n", []string{"9:1: warning: host is deprecated; write an SMTP_CHECK for each host [deprecated-keyword]"}},
		{"SMTP_CHECK", "host {\nhelo_name x\nconnect_ip fe80::1\n}\n", []string{
			"8:1: error: SMTP_CHECK of the link-local address fe80::1 needs bind_if: the checker is passed over [missing-keyword]",
			"9:1: warning: host is deprecated; write an SMTP_CHECK for each host [deprecated-keyword]",
			`10:1: error: "helo_name" does not stand in host; it belongs in SMTP_CHECK [misplaced-keyword]`,
		}},
		{"SMTP_CHECK", "helo_name\n", []string{"9:1: error: helo_name needs one word; write helo_name STRING [missing-argument]"}},
		{"UDP_CHECK", "payload xx\n", []string{"9:9: error: payload: 'x' is no hex digit: the words are passed over [bad-text]"}},
		{"UDP_CHECK", "payload\n", []string{"9:1: error: payload needs 1 or more words; write payload HEX [missing-argument]"}},
		{"UDP_CHECK", "require_reply 6g\n", []string{"9:15: error: require_reply: 'g' is no hex digit: the words are passed over [bad-text]"}},
		{"UDP_CHECK", "min_reply_length 65536\n", []string{"9:18: error: min_reply_length 65536 is not from 0 to 65535 [out-of-range]"}},
		{"UDP_CHECK", "min_reply_length 20\nmax_reply_length 10\n", []string{"8:1: error: min_reply_length 20 is above max_reply_length 10: the check fails always [contradictory-limits]"}},
		{"DNS_CHECK", "type PTR\n", []string{`9:6: error: type "PTR" is none of A, NS, CNAME, SOA, MX, TXT, AAAA, RRSIG, DNSKEY [bad-choice]`}},
		{"DNS_CHECK", "name a..b\n", []string{`9:6: error: name "a..b" has an empty label: it is passed over [bad-text]`}},
		{"DNS_CHECK", "name aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", []string{`9:6: warning: name "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" has a label of more than 63 bytes: the check fails always [text-too-long]`}},
		{"DNS_CHECK", "name a." + strings.Repeat("b.", 126) + "\n", nil},
		{"DNS_CHECK", "name " + strings.Repeat("a.", 127) + "a\n", []string{`9:6: warning: name "` + strings.Repeat("a.", 127) + `a" has more than 253 bytes: the check fails always [text-too-long]`}},
		{"FILE_CHECK", "", []string{"8:1: error: FILE_CHECK has no track_file: the checker is passed over [missing-keyword]"}},
		{"FILE_CHECK", "track_file f\n", []string{"9:12: error: track_file: there is no track_file f; it is passed over [unknown-name]"}},
		{"FILE_CHECK", "weight 3 back\n", []string{
			"8:1: error: FILE_CHECK has no track_file: the checker is passed over [missing-keyword]",
			`9:10: error: weight "back" is none of reverse, noreverse [bad-choice]`,
		}},
		{"BFD_CHECK", "", []string{"8:1: error: BFD_CHECK has no name: the checker is passed over [missing-keyword]"}},
		{"BFD_CHECK", "name b\n", []string{"9:6: error: BFD_CHECK: there is no bfd_instance b; it is passed over [unknown-name]"}},
		{"BFD_CHECK", "alpha maybe\n", []string{
			"8:1: error: BFD_CHECK has no name: the checker is passed over [missing-keyword]",
			`9:7: error: alpha: "maybe" is neither true nor false; write true, on, yes, false, off or no [bad-choice]`,
		}},
		{"HTTP_GET", "", []string{"8:1: error: HTTP_GET has no url with a path: the checker is passed over; write url { path / } [missing-url]"}},
		{"HTTP_GET", "url {\n}\n", []string{
			"8:1: error: HTTP_GET has no url with a path: the checker is passed over; write url { path / } [missing-url]",
			"9:1: error: url has no path: it is passed over [missing-url]",
		}},
		{"HTTP_GET", "url {\npath /\n}\nnb_get_retry 3\n", []string{"12:1: error: nb_get_retry is deprecated; write retry [deprecated-keyword]"}},
		{"HTTP_GET", "url {\npath /\n}\nnb_get_retry 3\nretry 4\n", []string{
			"12:1: error: nb_get_retry is deprecated; write retry [deprecated-keyword]",
			"13:1: warning: retry is given a second time [repeated-keyword]",
		}},
		{"HTTP_GET", "url {\npath /\n}\nhttp_protocol 2\n", []string{`12:15: error: http_protocol "2" is none of 1.0, 1.1, 1.0c [bad-choice]`}},
		{"HTTP_GET", "url {\npath /\n}\nenable_sni maybe\n", []string{`12:12: error: enable_sni: "maybe" is neither true nor false; write true, on, yes, false, off or no [bad-choice]`}},
		{"HTTP_GET", "url {\npath /\n}\ntls_compliant\n", []string{`12:1: error: "tls_compliant" does not stand in HTTP_GET; it belongs in SSL_GET or in url [misplaced-keyword]`}},
	}
	for _, row := range rows {
		t.Run(row.kind+" "+row.lines, func(t *testing.T) { wantDiagnostics(t, inChecker(row.kind, row.lines), row.want) })
	}
}

// TestURLMistakes makes a url of lines.
func TestURLMistakes(t *testing.T) {
	rows := []struct {
		lines string
		want  []string
	}{
		{"", []string{
			"8:1: error: HTTP_GET has no url with a path: the checker is passed over; write url { path / } [missing-url]",
			"9:1: error: url has no path: it is passed over [missing-url]",
		}},
		{"digest 9b3a0c85a887a256d6939da88aabd8cd\n", []string{
			"8:1: error: HTTP_GET has no url with a path: the checker is passed over; write url { path / } [missing-url]",
			"9:1: error: url has no path: it is passed over [missing-url]",
		}},
		{"path index.html\n", []string{"10:1: warning: path index.html does not begin with /: it goes into the request as it is; write /index.html [bad-text]"}},
		{"path http://a/b\n", nil},
		{"path /\ndigest xyz\n", []string{`11:8: error: digest "xyz" is not an MD5 of 32 hex digits: it is passed over; genhash prints the digest of a page [bad-digest]`}},
		{"path /\ndigest 9b3a0c85a887a256d6939da88aabd8cd\ndigest 9b3a0c85a887a256d6939da88aabd8ce\n", []string{"12:1: error: digest is given a second time; this one is passed over [repeated-keyword]"}},
		{"path /\nstatus_code 200,301\n", []string{`11:13: error: status_code "200,301" is no code or range from 100 to 599: it is passed over; write a blank between codes [out-of-range]`}},
		{"path /\nstatus_code 99 600 303-301 200 abc\n", []string{
			`11:13: error: status_code "99" is no code or range from 100 to 599: it is passed over [out-of-range]`,
			`11:16: error: status_code "600" is no code or range from 100 to 599: it is passed over [out-of-range]`,
			`11:20: error: status_code "303-301" is no code or range from 100 to 599: it is passed over [out-of-range]`,
			`11:32: error: status_code "abc" is no code or range from 100 to 599: it is passed over [out-of-range]`,
		}},
		{"path /\nstatus_code\n", []string{"11:1: warning: status_code without a code has no effect; write status_code 200 [no-effect]"}},
		{"path /\nregex_no_match\n", []string{"11:1: warning: regex_no_match without a regex has no effect [no-effect]"}},
		{"path /\nregex foo\nregex_options caseles dotall\n", []string{`12:15: warning: regex_options: there is no option "caseles"; it is passed over; did you mean "caseless"? [bad-choice]`}},
		{"path /\nregex foo\nregex_min_offset 10\nregex_max_offset 5\n", []string{"12:1: warning: regex_min_offset 10 is above regex_max_offset 5: both are passed over [contradictory-limits]"}},
		{"path /\nregex foo\nregex_stack 20 10\n", []string{"12:13: warning: regex_stack begins with 20 bytes, more than its 10 at most: it is passed over [contradictory-limits]"}},
		{"path /\nregex foo\nregex_max_offset x\n", []string{`12:18: warning: regex_max_offset: "x" is not a whole number [bad-number]`}},
		{"path /\nregex 'f oo\n", []string{"11:7: error: regex: a quote is not closed: '; the line is passed over [bad-command]"}},
		{"path /\nregex \"f(oo\"\n", []string{`11:1: warning: regex "f(oo" is no pattern: a ( has no ) [bad-pattern]`}},
		{"path /\nregex \"foo)\"\n", []string{`11:1: warning: regex "foo)" is no pattern: a ) has no ( [bad-pattern]`}},
		{"path /\nregex \"[a\"\n", []string{`11:1: warning: regex "[a" is no pattern: a [ has no ] [bad-pattern]`}},
		{"path /\nregex \"a\\\\\\\\\"\n", nil},
		{"path /\nregex \"(?# a comment\"\n", []string{`11:1: warning: regex "(?# a comment" is no pattern: a ( has no ) [bad-pattern]`}},
	}
	for _, row := range rows {
		t.Run(row.lines, func(t *testing.T) { wantDiagnostics(t, inURL(row.lines), row.want) })
	}
}
