package conf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// tracked defines an object of each kind, with weights, on one line.
const tracked = `vrrp_script s { script /s
weight 5 reverse }
vrrp_script plain { script /s }
track_file f { file /f
weight 20 }
vrrp_track_process p { process p
weight -7 }
bfd_instance b { neighbor_ip 10.0.0.2
weight 3 }
`

// use reads lines of a block that tracks, behind the definitions; the first is
// the file's line 11.
func use(t *testing.T, block, lines string) (*owner, []string) {
	t.Helper()
	_, o, wrong := lineFile(t, tracked+"owner { "+block+" {\n"+lines+"\n} }\n")
	return o, wrong
}

func TestTrackWeights(t *testing.T) {
	o, wrong := use(t, "track_script", "s\nplain weight -253\n")
	expectTracks(t, o.Scripts, Track{Name: "s", Weight: 5, Reverse: true}, Track{Name: "plain", Weight: -253})
	expectWrong(t, wrong, "")
	o, _ = use(t, "track_script", "s weight 10")
	expectTracks(t, o.Scripts, Track{Name: "s", Weight: 10, Reverse: true})
	o, _ = use(t, "track_script", "s weight 0 noreverse\nplain weight 2 reverse")
	expectTracks(t, o.Scripts, Track{Name: "s"}, Track{Name: "plain", Weight: 2, Reverse: true})
	o, _ = use(t, "track_interface", "eth0\neth1 weight 253 reverse")
	expectTracks(t, o.Interfaces, Track{Name: "eth0"}, Track{Name: "eth1", Weight: 253, Reverse: true})
	o, wrong = use(t, "track_file", "f weight 254")
	expectWrong(t, wrong, "")
	expectTracks(t, o.Files, Track{Name: "f", Weight: 254})
	o, _ = use(t, "track_process", "p")
	expectTracks(t, o.Processes, Track{Name: "p", Weight: -7})
	o, _ = use(t, "track_bfd", "b")
	expectTracks(t, o.Sessions, Track{Name: "b", Weight: 3})
	if got, want := o.Sessions[0].Pos.String(), "11:1"; got != want {
		t.Errorf("the line is at %s, want %s", got, want)
	}
}

func expectTracks(t *testing.T, got []Track, want ...Track) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreTypes(Origin{}), cmpopts.IgnoreUnexported(Track{})); diff != "" {
		t.Errorf("tracks (-want +got):\n%s", diff)
	}
}

func TestTrackMistakes(t *testing.T) {
	for _, row := range []struct {
		block, lines string
		kept         int
		wrong        string
	}{
		{"track_script", "s weight 254", 1, "11:10: error: weight 254 is not from -253 to 253; 253 is used [out-of-range]"},
		{"track_interface", "eth0 weight -254", 1, "11:13: error: weight -254 is not from -253 to 253; -253 is used [out-of-range]"},
		{"track_bfd", "b weight 254", 1, "11:10: error: weight 254 is not from -253 to 253 [out-of-range]"},
		{"track_file", "f weight 255", 1, "11:10: error: weight 255 is not from -254 to 254 [out-of-range]"},
		{"track_script", "s weight x reverse", 1, `11:10: error: weight: "x" is not a whole number [bad-number]`},
		{"track_script", "s weight", 0, "11:3: error: weight needs a number; the line is passed over [missing-argument]"},
		{"track_script", "s wieght 3", 0, `11:3: error: unknown word "wieght" in track_script; did you mean "weight"? [unknown-keyword]
11:10: error: unknown word "3" in track_script [unknown-keyword]`},
		{"track_script", "s weight 3 no_reverse", 1, `11:12: error: unknown word "no_reverse" in track_script; did you mean "noreverse"? [unknown-keyword]`},
		{"track_script", "s reverse", 0, "11:3: error: reverse stands without a weight before it; the line is passed over; write weight N reverse [missing-argument]"},
		{"track_interface", "eth0 weight 3 noreverse", 1, "11:15: error: interfaces have no reverse of their own that noreverse could undo [no-effect]"},
		{"track_script", "s\nplain\ns weight 3", 2, "13:1: error: track_script s stands twice; this one is passed over [repeated-keyword]"},
		{"track_script", "plian", 0, `11:1: error: track_script: there is no vrrp_script plian; it is passed over; did you mean "plain"? [unknown-name]`},
		{"track_script", "f", 0, `11:1: error: track_script: there is no vrrp_script f; it is passed over [unknown-name]`},
		{"track_process", "s", 0, `11:1: error: track_process: there is no vrrp_track_process s; it is passed over [unknown-name]`},
		{"track_bfd", "s", 0, `11:1: error: track_bfd: there is no bfd_instance s; it is passed over [unknown-name]`},
	} {
		t.Run(row.block+" "+row.lines, func(t *testing.T) {
			o, wrong := use(t, row.block, row.lines)
			expectWrong(t, wrong, row.wrong)
			if got := len(o.Scripts) + len(o.Interfaces) + len(o.Files) + len(o.Processes) + len(o.Sessions); got != row.kept {
				t.Errorf("%d lines are kept, want %d", got, row.kept)
			}
		})
	}
}

// TestTrackBeforeDefinition has names that are defined further down unknown, as
// keepalived has them.
func TestTrackBeforeDefinition(t *testing.T) {
	_, o, wrong := lineFile(t, in("track_script", "s")+"vrrp_script s {\nscript /s\n}\n")
	expectWrong(t, wrong, "3:1: error: track_script: vrrp_script s is defined further down, and is not known here; it is passed over; put the definition before the first use [used-before-definition]")
	if len(o.Scripts) > 0 {
		t.Errorf("kept: %v", o.Scripts)
	}
}

// TestManyTracks finds a repeated name in a list that is not searched through.
func TestManyTracks(t *testing.T) {
	var lines strings.Builder
	for i := range 40 {
		lines.WriteString("eth" + decimalText(uint64(i)) + "\n")
	}
	_, o, wrong := lineFile(t, in("track_interface", lines.String()+"eth3\neth39"))
	expectWrong(t, wrong, "43:1: error: track_interface eth3 stands twice; this one is passed over [repeated-keyword]\n"+
		"44:1: error: track_interface eth39 stands twice; this one is passed over [repeated-keyword]")
	if len(o.Interfaces) != 40 {
		t.Errorf("%d interfaces, want 40", len(o.Interfaces))
	}
}
