package genhash

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRequest looks at what is asked for.
func TestRequest(t *testing.T) {
	rows := []struct{ flags, want string }{
		{"", "GET /x HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 127.0.0.1:PORT\r\n\r\n"},
		{"-V host.example", "GET /x HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: host.example\r\n\r\n"},
		{"--proto 1.1 --use-v=h", "GET /x HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: h\r\n\r\n"},
		{"-P 1.0C", "GET /x HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 127.0.0.1:PORT\r\n\r\n"},
		{"-u y", "GET y HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 127.0.0.1:PORT\r\n\r\n"},
	}
	for _, row := range rows {
		var asked strings.Builder
		var args []string
		t.Run(row.flags, func(t *testing.T) {
			args = append(server(t, nil, &asked, page), strings.Fields(row.flags)...)
			Main("genhash", args, new(bytes.Buffer), new(bytes.Buffer))
		})
		want := strings.ReplaceAll(row.want, "PORT", args[3])
		if diff := cmp.Diff(want, asked.String()); diff != "" {
			t.Errorf("%s (-keepalived +got)\n%s", row.flags, diff)
		}
	}
}

// TestUsage compares the first line of what is said of a wrong command line, before the
// usage text, with keepalived 2.2.7's.
func TestUsage(t *testing.T) {
	rows := []struct{ args, want string }{
		{"", ""}, {"-h", ""}, {"-x", ""}, {"foo", ""}, {"-v -h", ""},
		{"foo bar", "Unexpected argument(s): foo bar"},
		{"-v foo", "Unexpected argument(s): foo"},
		{"extra -s 127.0.0.1 -p 1 -u / more", "Unexpected argument(s): extra more"},
		{"-s 127.0.0.1 -p 1 -u / -- x", "Unexpected argument(s): x"},
		{"-s 127.0.0.1 -p 1", ""}, {"-s 127.0.0.1 -u /", ""}, {"-p 1 -u /", ""},
		{"-s localhost -p 1 -u /", "server should be an IP, not localhost"},
		{"-s 1.2.3 -h", "server should be an IP, not 1.2.3"},
		{"-v -p x", "invalid port number 'x'"}, {"-v -p 0", "invalid port number '0'"}, {"-v -p 70000", "invalid port number '70000'"}, {"-v -p 0x50", "invalid port number '0x50'"},
		{"-v -P 2", "invalid HTTP protocol version '2'"},
		{"-v -m 5x", "invalid fwmark '5x'"},
		{"-v -t 1.5", "invalid timeout '1.5'"}, {"-v -t -1", "invalid timeout '-1'"}, {"-v --timeout=", "invalid timeout ''"},
		{"-t x -p x", "invalid timeout 'x'"},
		{"-v -P", "Missing parameter for option -P"},
		{"-v --foo", "Unknown option --foo"}, {"-v -M", "Unknown option -M"}, {"-v --use 1", "Unknown option --use"},
		{"-v --verbose=3", "Unknown option --verbose=3"},
		{"-v --server", "Missing parameter for option --server"}, // keepalived crashes over it
	}
	for _, row := range rows {
		var out, errs bytes.Buffer
		if status := Main("NAME", strings.Fields(row.args), &out, &errs); status != 1 || out.Len() > 0 {
			t.Errorf("%s: status %d, output %q", row.args, status, &out)
		}
		first, rest, _ := strings.Cut(errs.String(), "Usage: NAME COMMAND [OPTIONS]\n")
		if strings.TrimSuffix(first, "\n") != row.want || !strings.Contains(rest, "--use-virtualhost") {
			t.Errorf("%s: %q, want %q", row.args, first, row.want)
		}
	}
}

// TestValues reads values in all forms.
func TestValues(t *testing.T) {
	o, err := parse(strings.Fields("-Sp+80 --serv fe80::1 -u/ -m 4294967297 -t 99999 -It0"))
	if err != nil {
		t.Fatal(err)
	}
	if !o.tls || !o.sni || o.port != 80 || o.server.String() != "fe80::1" || o.url != "/" || o.fwmark != 1 || o.timeout != 1 {
		t.Errorf("%+v", o)
	}
	if _, err := parse([]string{"-s", "127.0.0.1", "-p", "1", "-u", ""}); err != nil {
		t.Errorf("an empty path: %v", err)
	}
	if _, err := parse([]string{"-s", "x"}); err == nil || errors.Is(err, errUsage) {
		t.Errorf("%v", err)
	}
}
