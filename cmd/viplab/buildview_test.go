package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/lab/kernel/kbuild"
)

func TestBuildViewSpeaksInTenths(t *testing.T) {
	var out strings.Builder
	v := newBuildView(&out)
	for done := 0; done <= 50; done++ {
		v.step(kbuild.Step{Name: "unpack", Done: done, Total: 40}) // the estimate was too low
	}
	v.step(kbuild.Step{Name: "configure"})
	v.step(kbuild.Step{Name: "configure"})
	v.step(kbuild.Step{Name: "compile", Done: 0, Total: 1000})
	v.step(kbuild.Step{Name: "compile", Done: 500, Total: 1000})
	v.close()
	var want strings.Builder
	want.WriteString("viplab: unpack\n")
	for _, tenth := range "123456789" {
		want.WriteString("viplab: unpack " + string(tenth) + "0 %\n")
	}
	want.WriteString("viplab: configure\nviplab: compile\nviplab: compile 50 %\n")
	if diff := cmp.Diff(want.String(), out.String()); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}
