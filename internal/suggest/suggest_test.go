package suggest

import "testing"

func TestAmong(t *testing.T) {
	names := []string{"keepalived", "vipd"}
	for _, tc := range []struct{ name, want string }{
		{"keepalvied", `, did you mean "keepalived"?`},
		{"VIPD", `, did you mean "vipd"?`},
		{"frr", ` (there is keepalived, vipd)`},
	} {
		if got := Among(tc.name, names); got != tc.want {
			t.Errorf("Among(%q) = %q, want %q", tc.name, got, tc.want)
		}
	}
	if got := Among("x", nil); got != "" {
		t.Errorf("without candidates: got %q", got)
	}
}

func TestNearest(t *testing.T) {
	for _, tc := range []struct {
		name, word string
		known      []string
		want       string
	}{
		{"one letter wrong", "kepalived", []string{"httpd", "keepalived"}, "keepalived"},
		{"two letters swapped", "nmae", []string{"name", "title"}, "name"},
		{"two letters swapped in a short word", "rnu", []string{"run"}, "run"},
		{"two letters wrong in a short word", "echo", []string{"who"}, ""},
		{"closest letter wins", "web3", []string{"web1", "web2", "client"}, "web2"},
		{"closest letter wins downwards", "web0", []string{"web2", "web1"}, "web1"},
		{"case", "rs1", []string{"LB1", "RS1"}, "RS1"},
		{"short word", "la", []string{"lan", "wan"}, "lan"},
		{"nothing shared", "xy", []string{"ab"}, ""},
		{"too far", "firewall", []string{"web1", "client"}, ""},
		{"none known", "web1", nil, ""},
		{"alphabetical among equals", "bat", []string{"cats", "bats", "bath"}, "bath"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := Nearest(tc.word, tc.known); got != tc.want {
				t.Errorf("Nearest(%q) = %q, want %q", tc.word, got, tc.want)
			}
		})
	}
}
