package conf

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTrackedObjects(t *testing.T) {
	cfg, _, wrong := lineFile(t, `vrrp_script s {
    script "/bin/check 'a b' c"
    interval 0.5
    user nobody nogroup
    weight -3 reverse
    rise 2
    fall 3
    init_fail
}
vrrp_script t {
    user root
    script /bin/true
    timeout 0.25
}
track_file f {
    file /run/f
    weight 0
    init_file 3 overwrite
}
vrrp_track_file old {
    file /run/old
    init_file
}
vrrp_track_process p {
    process "a b" c "d e"
    param_match initial
    quorum 2
    quorum_max 3
    terminate_delay 1.5
    delay 2
    fork_delay 0.25
}
vrrp_track_process none {
    process x
    quorum_max 0
    full_command
}
`)
	expectWrong(t, wrong, "20:1: warning: vrrp_track_file is deprecated; write track_file [deprecated-keyword]")
	want := &Config{
		Scripts: []*Script{
			{Name: "s", Command: Command{Line: "/bin/check 'a b' c", Args: []string{"/bin/check", "a b", "c"}, User: "nobody", Group: "nogroup"},
				Interval: time.Second / 2, Timeout: time.Second / 2, Weight: -3, Reverse: true, Rise: 2, Fall: 3, InitFail: true},
			{Name: "t", Command: Command{Line: "/bin/true", Args: []string{"/bin/true"}, User: "root"},
				Interval: time.Second, Timeout: time.Second / 4, Rise: 1, Fall: 1},
		},
		TrackFiles: []*TrackFile{
			{Name: "f", Path: "/run/f", Init: true, InitValue: 3, Overwrite: true},
			{Name: "old", Path: "/run/old", Weight: 1, Init: true},
		},
		TrackProcesses: []*TrackProcess{
			{Name: "p", Process: "a b", Args: []string{"c", "d e"}, ParamMatch: "initial", FullCommand: true, Quorum: 2, QuorumMax: 3,
				TerminateDelay: 2 * time.Second, ForkDelay: time.Second / 4},
			{Name: "none", Process: "x", FullCommand: true},
		},
	}
	if diff := cmp.Diff(want, cfg, modelOptions()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, want := cfg.Scripts[0].Where("interval").String(), "3:5"; got != want {
		t.Errorf("interval is set at %s, want %s", got, want)
	}
	if cfg.Scripts[1].Given("interval") {
		t.Error("an interval that is the default counts as given")
	}
}

func TestTrackedObjectMistakes(t *testing.T) {
	const script, file, process = "vrrp_script s {\nscript /s\n", "track_file f {\nfile /f\n", "vrrp_track_process p {\nprocess p\n"
	for _, row := range []struct{ text, wrong string }{
		{"vrrp_script s {\n}", "1:13: error: vrrp_script s has no script; it is passed over; write script COMMAND in it [missing-keyword]"},
		{"vrrp_script s {\nscript \"\"\n}", "1:13: error: vrrp_script s has no script; it is passed over; write script COMMAND in it [missing-keyword]"},
		{script + "interval 0\n}", "3:10: error: interval 0 is not from 0.000001 to 4294.967295 [out-of-range]"},
		{script + "interval 5000\n}", "3:10: error: interval 5000 is not from 0.000001 to 4294.967295 [out-of-range]"},
		{script + "timeout 3\ninterval 2\n}", "3:1: warning: timeout is longer than the interval of vrrp_script s: a run that hangs keeps the next ones from beginning [timeout-too-long]"},
		{script + "timeout 2\ninterval 2\n}", ""},
		{script + "weight 254\n}", "3:8: error: weight 254 is not from -253 to 253 [out-of-range]"},
		{script + "weight 3 revers\n}", `3:10: error: only reverse may stand behind a weight; "revers" is passed over [bad-choice]`},
		{script + "rise 0\n}", "3:6: error: rise 0 is not 1 or more [out-of-range]"},
		{script + "fall 2147483648\n}", "3:6: error: fall 2147483648 is not from 1 to 2147483647 [out-of-range]"},
		{script + "}\n" + script + "}", "4:13: warning: vrrp_script s is defined a second time; this one is never used [duplicate-name]"},
		{"track_file f {\nweight 1\n}", "1:12: error: track_file f has no file; it is passed over; write file PATH in it [missing-keyword]"},
		{"track_file f {\nfile \"\"\n}", "2:6: warning: the name of the file is empty; f is passed over [bad-text]"},
		{"track_file f {\nfile run/f\n}", `2:6: warning: "run/f" is not an absolute path: where it leads depends on where the daemon is started [bad-text]`},
		{file + "file /g\n}", "3:6: error: the file is already /f; this one is passed over [repeated-keyword]"},
		{file + "weight 255\n}", "3:8: error: weight 255 is not from -254 to 254 [out-of-range]"},
		{file + "init_file overwrite -5\n}", ""},
		{file + "init_file foo\n}", `3:11: error: init_file "foo" is none of overwrite [bad-choice]`},
		{file + "init_file 2147483648\n}", "3:11: error: init_file 2147483648 is not at most 2147483647 [out-of-range]"},
		{file + "}\nvrrp_track_file f {\nfile /g\n}", `4:1: warning: vrrp_track_file is deprecated; write track_file [deprecated-keyword]
4:17: warning: track_file f is defined a second time; this one is never used [duplicate-name]`},
		{"vrrp_track_process p {\n}", "1:20: error: vrrp_track_process p has no process; it is passed over; write process NAME in it [missing-keyword]"},
		{"vrrp_track_process p {\nprocess \"\"\n}", "2:9: warning: the name of the process is empty; p is passed over [bad-text]"},
		{"vrrp_track_process p {\nprocess 0123456789abcdef\n}", "2:1: warning: process 0123456789abcdef never matches: the kernel keeps the first 15 bytes of a program's name; write full_command, or the 15 bytes [text-too-long]"},
		{"vrrp_track_process p {\nprocess 0123456789abcde\n}", ""},
		{"vrrp_track_process p {\nprocess 0123456789abcdef x\n}", ""},
		{process + "process q\n}", "3:9: error: the process is already p; this one is passed over [repeated-keyword]"},
		{process + "param_match exact\n}", `3:13: error: param_match "exact" is none of initial, partial [bad-choice]`},
		{process + "quorum 0\n}", "3:8: error: quorum 0 is not from 1 to 65535 [out-of-range]"},
		{process + "quorum_max 65536\n}", "3:12: error: quorum_max 65536 is not from 0 to 65535 [out-of-range]"},
		{process + "quorum 3\nquorum_max 2\n}", "4:12: error: quorum_max 2 is less than quorum 3; it is passed over [contradictory-limits]"},
		{process + "quorum_max 2\nquorum 3\n}", "4:8: error: quorum 3 is more than quorum_max 2; it is passed over [contradictory-limits]"},
		{process + "quorum 3\nquorum_max 3\n}", ""},
		{process + "quorum_max 3\nquorum 3\n}", ""},
		{process + "delay 0\n}", "3:7: error: delay 0 is not from 0.000001 to 3600 [out-of-range]"},
		{process + "fork_delay 3600.5\n}", "3:12: error: fork_delay 3600.5 is not from 0.000001 to 3600 [out-of-range]"},
	} {
		t.Run(row.text, func(t *testing.T) {
			_, _, wrong := lineFile(t, row.text+"\n")
			expectWrong(t, wrong, row.wrong)
		})
	}
}

// TestDelayOutOfRange leaves what was there.
func TestDelayOutOfRange(t *testing.T) {
	cfg, _, wrong := lineFile(t, "vrrp_track_process p {\nprocess p\nfork_delay 1\ndelay 4000\n}\n")
	expectWrong(t, wrong, "4:7: error: delay 4000 is not from 0.000001 to 3600 [out-of-range]")
	if got := cfg.TrackProcesses[0].ForkDelay; got != time.Second {
		t.Errorf("fork_delay is %v, want 1 s", got)
	}
}
