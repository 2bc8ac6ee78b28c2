package process

import (
	"os"
	"strings"
	"testing"
)

func TestProgramText(t *testing.T) {
	const exe = "/usr/sbin/vipd"
	for line, want := range map[string]bool{
		"00400000-00a1c000 r-xp 00000000 08:01 131 /usr/sbin/vipd": true,
		"00a1c000-01200000 r--p 0061c000 08:01 131 /usr/sbin/vipd": true,
		"01200000-01300000 rw-p 00e00000 08:01 131 /usr/sbin/vipd": false,
		"01300000-01400000 r--p 00000000 08:01 132 /usr/lib/other": false,
		"c000000000-c004000000 rw-p 00000000 00:00 0":              false,
		"7ffd0000-7ffd1000 r--p 00000000 00:00 0 [vvar]":           false,
		"nonsense": false,
		"00a1c000-00a1c000 r--p 0061c000 08:01 131 /usr/sbin/vipd":          false,
		"00400000-00a1c000 r-xp 00000000 08:01 131 /elsewhere/usr/sbin/vip": false,
	} {
		if from, to, ok := programText(line, exe); ok != want || ok && from >= to {
			t.Errorf("%q: %x-%x, %v", line, from, to, ok)
		}
	}
}

// TestForgetText: the program goes on, and is in memory less.
func TestForgetText(t *testing.T) {
	before := fileBacked(t)
	forgetText()
	after := fileBacked(t)
	if after >= before {
		t.Errorf("%s before, %s after", before, after)
	}
}

// fileBacked is RssFile of this process, in a form that compares.
func fileBacked(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "RssFile:")
	value, _, _ := strings.Cut(rest, " kB")
	return strings.Repeat(" ", max(0, 12-len(strings.TrimSpace(value)))) + strings.TrimSpace(value)
}
