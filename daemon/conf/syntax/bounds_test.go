package syntax

import (
	"fmt"
	"strings"
	"testing"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// only wants one diagnostic, or several of one code, and a part of the first.
func only(t *testing.T, problems diag.List, code diag.Code, text string) {
	t.Helper()
	if len(problems) == 0 || problems[0].Code != code || !strings.Contains(problems[0].Text, text) {
		t.Fatalf("want %s %q, got\n%.2000s", code, text, show(problems))
	}
	for _, d := range problems {
		if d.Code != code {
			t.Errorf("and %v", d)
		}
	}
}

func TestNesting(t *testing.T) {
	deep := strings.Repeat("a {", maxDepth)
	out, problems := host{}.read(deep + strings.Repeat("}", maxDepth) + "\nlast")
	if len(problems) > 0 || !strings.HasSuffix(out, "\nlast\n") {
		t.Errorf("%d blocks: %q %v", maxDepth, out, problems)
	}
	out, problems = host{}.read(deep + "a { b { c } d { e } } f" + strings.Repeat("}", maxDepth) + "\nlast")
	only(t, problems, diag.NestedDeep, "more than 32")
	if strings.ContainsAny(out, "bcde") || !strings.Contains(out, "f\n") || !strings.HasSuffix(out, "\nlast\n") {
		t.Errorf("what is nested too deep: %q", out)
	}
	out, problems = host{}.read(strings.Repeat("{", 1_000_000))
	if len(out) > 0 || len(problems) != maxDepth+2 { // and the long line
		t.Errorf("many braces: %q, %d problems", out, len(problems))
	}
}

func TestLongLines(t *testing.T) {
	for _, c := range []struct {
		length int
		code   diag.Code
	}{{theirLine, ""}, {theirLine + 1, diag.LongLine}, {maxLine, diag.LongLine}, {maxLine + 1, diag.LongLine}} {
		out, problems := host{}.read(strings.Repeat("x", c.length) + "\nb\n")
		if want := strings.Repeat("x", min(c.length, maxLine)) + "\nb\n"; out != want {
			t.Errorf("%d bytes: read %d", c.length, len(out))
		}
		if c.code == "" {
			if len(problems) > 0 {
				t.Errorf("%d bytes: %v", c.length, problems)
			}
			continue
		}
		only(t, problems, c.code, "bytes")
		if tooLong := c.length > maxLine; (problems.Worst() == diag.Error) != tooLong {
			t.Errorf("%d bytes: %v", c.length, problems)
		}
	}
}

// TestLargestExample is the one of keepalived.conf(5) with 65,024 instances.
func TestLargestExample(t *testing.T) {
	const text = `$VI4= \
track_file offset_instance_4.${IF}.${NUM}.${ID} { \
    file "${_PWD}/679/track_files/4.${IF}.${NUM}.${ID}" \
    weight -100 \
} \
vrrp_instance vrrp4.${IF}.${NUM}.${ID} { \
    interface bond${IF}.${NUM} \
    use_vmac vrrp4.${IF}.${NUM}.${ID} \
    virtual_router_id ${ID} \
    priority 130 \
    virtual_ipaddress { \
        10.${IF}.${NUM}.${ID}/24 \
    } \
    track_file { \
        offset_instance_4.${IF}.${NUM}.${ID} \
    } \
}

~SEQ(IF,0,7) ~SEQ(NUM,0,31) ~SEQ(ID,1,254) $VI4
`
	instances, last := 0, ""
	r := NewReader(Options{}, func(d diag.Diagnostic) { t.Error(d) })
	for s := range r.Read(text, "t.conf", "") {
		if s.Keyword() == "vrrp_instance" {
			instances++
			last = s.Args()[0].Text
		}
	}
	if instances != 65024 || last != "vrrp4.7.31.254" {
		t.Errorf("%d instances, the last %s", instances, last)
	}
	if spent := maxWork - r.work; spent > maxWork/2 {
		t.Errorf("it takes %d of %d", spent, maxWork)
	} else {
		t.Logf("it takes %d of %d", spent, maxWork)
	}
}

// TestBombs reads what stands for far more than it says, with a small limit.
func TestBombs(t *testing.T) {
	h := host{limit: limits{work: 1 << 20, nodes: 1 << 14}}
	var powers strings.Builder
	for n := range 60 {
		fmt.Fprintf(&powers, "$A%d=${A%d}${A%d}\n", n+1, n, n)
	}
	for _, c := range []struct{ name, text string }{
		{"sequence", "~SEQ(A,1,1000000000000) x${A}"},
		{"sequence of nothing", "$N=\n~SEQ(A,1,1000000000000) $N"},
		{"sequences", strings.Repeat("~SEQ(A,1,1000) ", 50) + "x"},
		{"sequence in a block", "a {\n~SEQ(A,1,1000000000000) x\n}"},
		{"powers of nothing", "$A0=\n" + powers.String() + "${A60}"},
		{"powers", "$A0=x\n" + powers.String() + "${A60}"},
		{"lines of itself", "$A= \\\nx \\\n$A\n$A"},
		{"lines of each other", "$A= \\\n$B \\\n$B\n$B= \\\n$A \\\n$A\n$A"},
		{"braces", "~SEQ(A,1,1000000000000) x {"},
		{"mistakes", "~SEQ(A,1,1000000000000) }"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, problems := h.read(c.text)
			if len(out) > 16<<20 || len(problems) > maxReports {
				t.Errorf("%d bytes, %d problems", len(out), len(problems))
			}
			if problems.Worst() < diag.Error {
				t.Errorf("only %v", problems)
			}
		})
	}
	// So are lines in lines, and a line.
	out, problems := host{}.read("$A= \\\nx \\\n$A\n$A")
	only(t, problems, diag.TooMuch, "nested more than")
	if n := strings.Count(out, "\n"); n != maxNested {
		t.Errorf("%d lines", n)
	}
	out, problems = host{}.read("$A0=0123456789abcdef\n" + powers.String() + "a ${A20}\nb")
	only(t, problems, diag.TooMuch, "longer than")
	if len(out) > maxLine+10 || !strings.HasSuffix(out, "\nb\n") {
		t.Errorf("%d bytes", len(out))
	}
}

func TestTooManyWords(t *testing.T) {
	h := host{limit: limits{work: maxWork, nodes: 100}}
	out, problems := h.read("a {\n" + strings.Repeat("b c { d }\n", 1000) + "}\ne { f }")
	only(t, problems, diag.TooMuch, "more than 100")
	if len(problems) != 1 || strings.Count(out, "\n") > 100 || !strings.HasSuffix(out, "\ne {\n  f\n") {
		t.Errorf("%d problems, %q", len(problems), out)
	}
}

func TestManyMistakes(t *testing.T) {
	_, problems := host{}.read(strings.Repeat("}\n", 2*maxReports))
	if len(problems) != maxReports || problems[maxReports-1].Code != diag.TooMuch {
		t.Errorf("%d problems, the last %v", len(problems), problems[len(problems)-1])
	}
}

// TestManyNames: looking for what was meant must not cost a time that grows with
// the definitions and the mistakes both.
func TestManyNames(t *testing.T) {
	var text strings.Builder
	for n := range 20_000 {
		fmt.Fprintf(&text, "$NAME%d=x\n", n)
	}
	text.WriteString("~SEQ(I,1,20000) word $NAMX1\n")
	_, problems := host{}.read(text.String())
	if len(problems) != maxReports || problems[0].Help == "" || problems[maxHints].Help != "" {
		t.Errorf("%d problems, the first %+v, a late one %+v", len(problems), problems[0], problems[maxHints])
	}
}
