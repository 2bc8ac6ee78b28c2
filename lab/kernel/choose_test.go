package kernel

import (
	"errors"
	"strings"
	"testing"
)

// Kernels as they are found on real machines.
var (
	hostPlain = Candidate{Name: "host", Backend: BackendHost, Clocks: []Clock{ClockReal}, Release: "6.18", Usable: true,
		Features: []Feature{FeatureVeth, FeatureBridge, FeatureOverlay}}
	hostLocked = Candidate{Name: "host", Backend: BackendHost, Clocks: []Clock{ClockReal}, Why: "no namespaces"}
	built      = Candidate{Name: "built", Backend: BackendUML, Clocks: []Clock{ClockIdeal, ClockVirtual, ClockReal}, Release: "6.1.192",
		Path: "/k/linux", Usable: true, Features: Features()}
	notBuilt = Candidate{Name: "built", Backend: BackendUML, Clocks: built.Clocks, Why: "not built yet", Mend: mendBuild}
	packaged = Candidate{Name: "packaged", Backend: BackendUML, Clocks: []Clock{ClockReal}, Release: "6.1.176", Path: packagedKernel,
		Usable: true, Features: []Feature{FeatureVeth, FeatureBridge, FeatureOverlay, FeatureIPVS}}
	notPackaged = Candidate{Name: "packaged", Backend: BackendUML, Clocks: []Clock{ClockReal}, Why: "not installed", Mend: mendPackage}
)

func TestChoose(t *testing.T) {
	everything := Status{[]Candidate{hostPlain, built, packaged}}
	fresh := Status{[]Candidate{hostPlain, notBuilt, packaged}}
	bare := Status{[]Candidate{hostLocked, notBuilt, notPackaged}}
	tests := []struct {
		name    string
		status  Status
		backend Backend
		clock   Clock
		needs   []Feature
		want    string   // kernel, empty for none
		says    []string // in the reason or the refusal
	}{
		{"auto takes the exact clock", everything, BackendAuto, ClockAuto, nil, "uml 6.1.192, ideal clock", []string{"exact"}},
		{"virtual when asked", everything, BackendAuto, ClockVirtual, nil, "uml 6.1.192, virtual clock", []string{"costs lab time"}},
		{"real means the host", everything, BackendAuto, ClockReal, nil, "host 6.18, real clock", []string{"host time"}},
		{"real with ipvs means the built guest", everything, BackendAuto, ClockReal, []Feature{FeatureIPVS}, "uml 6.1.192, real clock", []string{"not host: it has no ipvs"}},
		{"uml with the real clock", everything, BackendUML, ClockReal, nil, "uml 6.1.192, real clock", []string{"--kernel uml"}},
		{"host when asked", everything, BackendHost, ClockAuto, nil, "host 6.18, real clock", nil},
		{"host cannot be what it is not", everything, BackendHost, ClockReal, []Feature{FeatureIPVS}, "", []string{"host: it has no ipvs"}},
		{"nothing built: the host", fresh, BackendAuto, ClockAuto, nil, "host 6.18, real clock", []string{mendBuild}},
		{"nothing built, ipvs: the package", fresh, BackendAuto, ClockAuto, []Feature{FeatureIPVS}, "uml 6.1.176, real clock", []string{"not host: it has no ipvs", mendBuild}},
		{"nothing built, virtual clock", fresh, BackendAuto, ClockVirtual, nil, "", []string{"not built yet", mendBuild}},
		{"nothing can do netem and is told apart", fresh, BackendUML, ClockAuto, []Feature{FeatureNetem}, "", []string{"packaged: it has no netem", mendBuild}},
		{"nothing at all", bare, BackendAuto, ClockAuto, nil, "", []string{"host: no namespaces", mendBuild, mendPackage}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k, reason, err := choose(tt.status, tt.backend, tt.clock, tt.needs)
			got, text := k.String(), reason
			if err != nil {
				got, text = "", err.Error()
				if !errors.Is(err, ErrEnvironment) {
					t.Errorf("%v is no ErrEnvironment", err)
				}
			}
			if got != tt.want {
				t.Errorf("took %q, want %q (%s)", got, tt.want, text)
			}
			for _, words := range tt.says {
				if !strings.Contains(text, words) {
					t.Errorf("%q does not say %q", text, words)
				}
			}
		})
	}
}

func TestChooseRefusesWhatCannotBe(t *testing.T) {
	tests := []struct {
		backend Backend
		clock   Clock
		says    string
	}{
		{"qemu", ClockAuto, `unknown kernel "qemu"`},
		{BackendAuto, "fast", `unknown clock "fast"`},
		{BackendHost, ClockIdeal, "--kernel uml"},
	}
	for _, tt := range tests {
		_, _, err := Choose(t.Context(), tt.backend, tt.clock)
		if !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s, %s: got error %v, want ErrUsage with %q", tt.backend, tt.clock, err, tt.says)
		}
	}
}
