package daemon

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// TestAsGenhash tells command lines of genhash from others.
func TestAsGenhash(t *testing.T) {
	rows := []struct {
		args, name, words, warning string
		ok                         bool
	}{
		{"genhash -s x", "genhash", "-s x", "", true},
		{"/usr/bin/genhash", "/usr/bin/genhash", "", "", true},
		{"genhash status", "genhash", "status", "", true},
		{"vipd --genhash -s x", "vipd --genhash", "-s x", "", true},
		{"vipd -T -s x -T", "vipd --genhash", "-s x -T", "", true},
		{"vipd -n -T -s x", "vipd --genhash", "-s x", "Warning -- `-T` not used as first option, previous options ignored\n", true},
		{"vipd -n", "", "", "", false},
		{"vipd", "", "", "", false},
		{"vipd -n -- -T", "", "", "", false},
		{"vipd switchover -T", "", "", "", false},
		{"genhashx -T", "genhashx --genhash", "", "", true},
	}
	for _, row := range rows {
		var errs bytes.Buffer
		name, words, ok := asGenhash(strings.Fields(row.args), &errs)
		if name != row.name || !slices.Equal(words, strings.Fields(row.words)) || ok != row.ok || errs.String() != row.warning {
			t.Errorf("%s: %q %q %v %q", row.args, name, words, ok, &errs)
		}
	}
}

// TestGenhashOption ends with the usage of genhash where nothing says what to ask for.
func TestGenhashOption(t *testing.T) {
	for _, args := range []string{"vipd -T", "vipd -nT", "genhash", "vipd --genhash -h"} {
		var out, errs bytes.Buffer
		if status := Main(strings.Fields(args), &out, &errs); status != 1 || !strings.Contains(errs.String(), "-s server-address -p port -u url") {
			t.Errorf("%s: %d %s", args, status, &errs)
		}
	}
}
