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
