package conf

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNetworkRoot(t *testing.T) {
	cfg, _, wrong := lineFile(t, `garp_group {
    garp_interval 0.5
    gna_interval 1.25
    interface eth0
    interfaces {
        eth1
        eth2 eth3
    }
}
linkbeat_interfaces {
    eth0
    eth1 ETHTOOL
}
interface_up_down_delays {
    eth0 1.5
    eth1 255 0
}
`)
	expectWrong(t, wrong, "")
	want := &Config{
		GARPGroups: []*GARPGroup{{GARPInterval: time.Second / 2, GNAInterval: 1250 * time.Millisecond, Interfaces: []string{"eth0", "eth1", "eth2", "eth3"}}},
		Linkbeats:  []Linkbeat{{Interface: "eth0"}, {Interface: "eth1", Method: "ETHTOOL"}},
		Debounces:  []Debounce{{Interface: "eth0", Down: 1500 * time.Millisecond, Up: 1500 * time.Millisecond}, {Interface: "eth1", Down: 255 * time.Second}},
	}
	if diff := cmp.Diff(want, cfg, modelOptions()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, want := cfg.Debounces[1].Pos.String(), "16:5"; got != want {
		t.Errorf("the second delay is at %s, want %s", got, want)
	}
}

func TestNetworkRootMistakes(t *testing.T) {
	const delays, beats = "interface_up_down_delays {\n", "linkbeat_interfaces {\n"
	for _, row := range []struct{ text, wrong string }{
		{"garp_group {\ninterface eth0\n}", "1:1: error: garp_group has no interval; it is passed over [missing-keyword]"},
		{"garp_group {\ngarp_interval 1\n}", "1:1: warning: garp_group has no interface, and thus no effect [no-effect]"},
		{"garp_group {\ngarp_interval 1\ninterfaces {\n}\n}", "3:1: error: the list of interfaces is empty [empty-group]"},
		{"garp_group {\ngarp_interval 2147.483648\ngna_interval 1\ninterface eth0\n}", "2:15: error: garp_interval 2147.483648 is not at most 2147.483647 [out-of-range]"},
		{"garp_group {\ngna_interval 1\ninterface eth0\n}\ngarp_group {\ngna_interval 2\ninterfaces {\neth1 eth0\n}\n}", "8:6: error: interface eth0 is in a garp_group already; it is passed over here [repeated-keyword]"},
		{delays + "eth0\n}", "2:1: warning: eth0 has no delay, and thus no effect [missing-argument]"},
		{delays + "eth0 256\n}", "2:6: error: eth0 256 is not at most 255 [out-of-range]"},
		{delays + "eth0 1 x\n}", `2:8: error: eth0: "x" is not a number with at most 6 decimals [bad-number]`},
		{delays + "eth0 1 2 3\n}", `2:10: warning: "3" is passed over: an interface has two delays [extra-argument]`},
		{beats + "eth0 mii\n}", `2:6: error: method "mii" is none of MII, ETHTOOL, IOCTL; did you mean "MII"? [bad-choice]`},
		{beats + "eth0 MII eth1\n}", `2:10: error: unknown word "eth1" in linkbeat_interfaces [unknown-keyword]`},
		{"track_group G {\ngroup {\n}\n}", "2:1: error: track_group G has no instance in its list [empty-group]"},
		{"track_group G {\ngroup {\nVI_1\n}\n}", "3:1: warning: track_group G: there is no vrrp_instance VI_1 [unknown-name]"},
		{"track_group G {\n}\ntrack_group G {\n}", "3:13: error: track_group G is defined a second time; this one is passed over [duplicate-name]"},
	} {
		t.Run(row.text, func(t *testing.T) {
			_, _, wrong := lineFile(t, row.text+"\n")
			expectWrong(t, wrong, row.wrong)
		})
	}
}

// TestTrackGroupMembers knows instances wherever they are defined.
func TestTrackGroupMembers(t *testing.T) {
	cfg := newConfig("")
	cfg.Instances = []*Instance{{Name: "VI_1"}}
	wrong := readInto(t, cfg, &owner{}, "track_group G {\ngroup {\nVI_1 VI_12\n}\n}\n")
	expectWrong(t, wrong, `3:6: warning: track_group G: there is no vrrp_instance VI_12; did you mean "VI_1"? [unknown-name]`)
	if diff := cmp.Diff([]string{"VI_1", "VI_12"}, cfg.TrackGroups[0].Instances); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
}

// TestManySuggestions bounds the search for what was meant.
func TestManySuggestions(t *testing.T) {
	for _, text := range []string{
		"track_group G {\ngroup {\n" + strings.Repeat("VI_12\n", 2*maxSuggestions) + "}\n}\n",
		"vrrp_script VI_1 {\nscript /s\n}\n" + in("track_script", strings.Repeat("VI_12\n", 2*maxSuggestions)),
	} {
		cfg := newConfig("")
		cfg.Instances = []*Instance{{Name: "VI_1"}}
		wrong := readInto(t, cfg, &owner{}, text)
		suggested := 0
		for _, w := range wrong {
			if strings.Contains(w, "did you mean") {
				suggested++
			}
		}
		if len(wrong) != 2*maxSuggestions || suggested != maxSuggestions {
			t.Errorf("%d diagnostics, %d with a suggestion; want %d and %d", len(wrong), suggested, 2*maxSuggestions, maxSuggestions)
		}
	}
}
