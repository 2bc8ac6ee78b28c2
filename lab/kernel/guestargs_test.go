package kernel

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestGuestArgs(t *testing.T) {
	tests := map[Clock]string{
		ClockReal:    "",
		ClockVirtual: "time-travel",
		ClockIdeal:   "time-travel=inf-cpu",
	}
	for clock, travel := range tests {
		want := strings.Fields("rootfstype=hostfs rootflags=/ ro mem=512M uml_dir=/tmp/w/ umid=guest con=null con0=null,fd:1 " +
			"ssl=null ssl0=fd:3,null quiet panic=-1 dummy.numdummies=0 bonding.max_bonds=0 fb_tunnels=none init=/bin/viplab VIPLAB_KERNEL_JOB=/tmp/w/job.json " + travel)
		got := guestArgs(clock, "/tmp/w", "/bin/viplab", "/tmp/w/job.json", 512<<20)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s clock (-want +got):\n%s", clock, diff)
		}
	}
}

func TestParseModulesDep(t *testing.T) {
	deps, err := parseModulesDep(strings.NewReader(`kernel/fs/overlayfs/overlay.ko:
kernel/net/netfilter/ipvs/ip_vs_rr.ko: kernel/net/netfilter/ipvs/ip_vs.ko kernel/lib/crc-ccitt.ko
kernel/net/netfilter/ipvs/ip_vs.ko: kernel/lib/crc-ccitt.ko
kernel/lib/crc-ccitt.ko.xz:
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"kernel/fs/overlayfs/overlay.ko", "kernel/lib/crc-ccitt.ko",
		"kernel/net/netfilter/ipvs/ip_vs.ko", "kernel/net/netfilter/ipvs/ip_vs_rr.ko"}
	if diff := cmp.Diff(want, deps.order([]string{"overlay", "nosuch", "ip_vs_rr", "ip_vs"})); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if got := deps["crc_ccitt"]; !slices.Equal(got, []string{"kernel/lib/crc-ccitt.ko.xz"}) {
		t.Errorf("a packed module with a dash in its name: got %q", got)
	}
	if _, err := parseModulesDep(strings.NewReader("no colon\n")); err == nil {
		t.Error("a line without a colon was taken")
	}
}

func TestTestOutputs(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"profiles", "cover", "logs"} {
		if err := os.Mkdir(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name string
		args []string
		env  []string
		want []string
	}{
		{"none", []string{"-test.v=true", "-test.run", "^TestX$"}, nil, nil},
		{"a profile in its folder", []string{"-test.coverprofile=profiles/c.out"}, nil, []string{"profiles"}},
		{"a profile below the output folder", []string{"-test.outputdir=" + dir, "-test.cpuprofile=cpu.out"}, nil, []string{dir}},
		{"an absolute one next to it", []string{"-test.outputdir=profiles", "-test.testlogfile=" + dir + "/logs/l"}, nil, []string{"profiles", dir + "/logs"}},
		{"coverage of programs", []string{"-test.gocoverdir=cover"}, []string{"GOCOVERDIR=logs", "GOCOVERDIR="}, []string{"cover", "logs"}},
		{"each once", []string{"-test.cpuprofile=logs/a", "--test.memprofile=logs/b"}, nil, []string{"logs"}},
		{"not of the program itself", []string{"-coverprofile=logs/c"}, nil, nil},
		{"not there", []string{"-test.coverprofile=nosuch/c.out"}, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, TestOutputs(tt.args, tt.env)); diff != "" {
				t.Errorf("folders (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBackendFor(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(plain, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got := BackendFor(BackendAuto, ClockAuto, plain, "/nonexistent"); got != BackendAuto {
		t.Errorf("a script goes to %s", got)
	}
	if got := BackendFor(BackendUML, ClockAuto, plain); got != BackendUML {
		t.Errorf("what was asked for became %s", got)
	}
}

func TestStatusFor(t *testing.T) {
	tests := []struct {
		name   string
		status int
		err    error
		want   int
	}{
		{"passed", 0, nil, 0},
		{"failed", 1, nil, 1},
		{"no kernel", exitRunnerFailed, environmentf("none"), 3},
		{"wrong choice", exitRunnerFailed, ErrUsage, 2},
		{"deadline", ExitDeadline, &DeadlineError{}, 124},
		{"an error is never a success", 0, os.ErrClosed, exitRunnerFailed},
	}
	for _, tt := range tests {
		if got := statusFor(tt.status, tt.err); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestSummarize(t *testing.T) {
	if got, want := summarize(nil), (Calibration{}); got != want {
		t.Errorf("nothing measured: got %v", got)
	}
	if got, want := summarize([]time.Duration{5, 1, 9, 2, 3}), (Calibration{Waits: 5, Median: 3, Max: 9}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
