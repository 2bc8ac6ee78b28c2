package conf

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// inServer puts lines into a virtual server that is sound without them.
func inServer(lines string) string {
	return "virtual_server 10.0.0.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 10.0.0.2 80 {\nTCP_CHECK {\n}\n}\n" + lines + "}\n"
}

// inReal puts lines into a real server that is sound without them.
func inReal(lines string) string {
	return "virtual_server 10.0.0.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 10.0.0.2 80 {\nTCP_CHECK {\n}\n" + lines + "}\n}\n"
}

// inChecker makes a checker of lines.
func inChecker(kind, lines string) string { return inReal(kind + " {\n" + lines + "}\n") }

// inURL makes the only url of an HTTP_GET of lines.
func inURL(lines string) string { return inChecker("HTTP_GET", "url {\n"+lines+"}\n") }

// grouped makes a virtual_server_group of lines, and uses it.
func grouped(lines string) string {
	return "virtual_server_group G {\n" + lines + "}\nvirtual_server group G {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 10.0.0.2 80 {\nTCP_CHECK {\n}\n}\n}\n"
}

// wantDiagnostics reads text, holds what is found wrong against want, and what is
// printed and read again against what was read.
func wantDiagnostics(t *testing.T, text string, want []string) *Config {
	t.Helper()
	cfg, _ := Read(strings.NewReader(text), "")
	var got []string
	for _, d := range cfg.Diagnostics {
		got = append(got, d.Error())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("diagnostics of\n%s(-want +got)\n%s", text, diff)
	}
	var out strings.Builder
	if err := cfg.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	again, _ := Read(strings.NewReader(out.String()), "")
	if diff := cmp.Diff(cfg, again, sameServers()); diff != "" {
		t.Errorf("after printing and reading again (-before +after)\n%s\n%s", diff, out.String())
	}
	return cfg
}

// sameServers compares what load balancing has in a configuration, wherever the
// file gives it.
func sameServers() cmp.Options {
	return cmp.Options{
		cmp.FilterPath(func(p cmp.Path) bool {
			f, ok := p.Last().(cmp.StructField)
			if !ok || len(p) != 3 { // a field of Config
				return false
			}
			return f.Name() != "VirtualServers" && f.Name() != "ServerGroups" && f.Name() != "SSL"
		}, cmp.Ignore()),
		cmpopts.IgnoreTypes(Origin{}, Pos{}),
		cmpopts.IgnoreUnexported(SMTPProbe{}, FileProbe{}, BFDProbe{}),
		cmpopts.EquateEmpty(),
		cmpopts.EquateComparable(netip.Addr{}, netip.AddrPort{}),
	}
}

// readServers reads text that may have mistakes.
func readServers(t *testing.T, text string) (*Config, error) {
	t.Helper()
	return Read(strings.NewReader(text), "")
}
