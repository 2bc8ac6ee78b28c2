package conf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzServers reads text and reads what is printed of it again: the model must be
// the same.
func FuzzServers(f *testing.F) {
	f.Add(inServer("lb_algo sh\nsh-port\nquorum 2\nsorry_server 10.0.0.9 81\npersistence_granularity 24\n"))
	f.Add(grouped("10.0.0.1-10 80\nfwmark 3 inet\n10.0.0.8/29\n"))
	f.Add("virtual_server fwmark 3 {\nip_family inet6\nlb_kind TUN type gue port 5 csum\nreal_server ::1 80 {\nlvs_method DR\nuthreshold 4\nnotify_up \"/bin/a 'b c'\" u\n}\n}\n")
	f.Add(inReal(allKinds))
	f.Add(inURL("path \"/a b\"\nstatus_code 200 301-303\ndigest 9b3a0c85a887a256d6939da88aabd8cd\nregex \"a\\\\d'\" \nregex_options utf\nregex_stack 1 2\n"))
	f.Add(inChecker("UDP_CHECK", "payload 61 6\nrequire_reply 6x x7\nbindto 10.0.0.9\nfwmark 5\n"))
	f.Add(inChecker("SMTP_CHECK", "host {\nconnect_port 5\n}\nhelo_name \"a b\"\n"))
	f.Add("track_file f {\nfile /f\n}\n" + inChecker("FILE_CHECK", "track_file f\nweight 2 reverse\n") + "SSL {\npassword x\n}\n")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "$") || strings.ContainsAny(text, "~@") || len(text) > 4096 {
			return // the syntax is not looked at here
		}
		cfg, _ := Read(strings.NewReader(text), "")
		var out strings.Builder
		if err := cfg.WriteText(&out); err != nil {
			t.Fatal(err)
		}
		again, _ := Read(strings.NewReader(out.String()), "")
		if diff := cmp.Diff(cfg, again, sameServers()); diff != "" {
			t.Errorf("after printing and reading again (-before +after)\n%s\n%s", diff, out.String())
		}
	})
}
