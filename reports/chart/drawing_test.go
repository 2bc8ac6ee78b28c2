package chart

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/lab/timeline"
)

func seconds(s float64) timeline.Time { return timeline.Time(s * 1e9) }

func TestAxis(t *testing.T) {
	for _, tc := range []struct {
		from, to float64
		want     []string
	}{
		{0, 30, []string{"0", "5", "10", "15", "20", "25", "30"}},
		{0, 3600, []string{"0", "500", "1000", "1500", "2000", "2500", "3000", "3500"}},
		{10.2, 11, []string{"10.2", "10.3", "10.4", "10.5", "10.6", "10.7", "10.8", "10.9", "11.0"}},
		{1, 1.0012, []string{"1.0000", "1.0002", "1.0004", "1.0006", "1.0008", "1.0010", "1.0012"}},
		{5, 5, nil},
	} {
		p := &painter{span: timeline.Span{From: seconds(tc.from), To: seconds(tc.to)}, plot: 900}
		var got []string
		for _, m := range p.marks(p.stride()) {
			got = append(got, axisLabel(m, p.stride()))
		}
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%v to %v (-want +got):\n%s", tc.from, tc.to, d)
		}
	}
}

// However many ticks there are, what is drawn is bounded, nothing that matters
// is lost under others, and all are told of.
func TestTicksPileUp(t *testing.T) {
	var ticks []Tick
	for i := range 36_000 {
		class := "ok-0"
		if i == 18_005 {
			class = "bad"
		}
		ticks = append(ticks, Tick{seconds(float64(i) / 10), class, fmt.Sprint(i)})
	}
	c := &Chart{Span: timeline.Span{To: seconds(3600)}, Groups: []Group{{"client", []Lane{{Label: "web", Ticks: ticks}}}}}
	d := c.Draw(1000)
	classes := map[string]int{}
	for _, r := range d.Rects {
		classes[r.Class]++
		if r.X < gutter-1 || r.X+r.W > d.Width || r.Y < 0 || r.Y+r.H > d.Height {
			t.Errorf("%+v lies outside of the drawing, %v x %v", r, d.Width, d.Height)
		}
	}
	want := map[string]int{"track": 1, "tick ok-0": 2, "tick bad": 1}
	if diff := cmp.Diff(want, classes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTickMixed(t *testing.T) {
	p := &painter{d: &Drawing{}, span: timeline.Span{To: seconds(3600)}, plot: 900}
	got := p.piles([]Tick{{1, "ok-0", "a"}, {2, "ok-1", "b"}, {3, "garp", "c"}, {4, "ok-0", "d"}, {seconds(60), "ok-0", "e"}})
	want := []pile{{190, "garp", 4, "c"}, {205, "ok-0", 1, "e"}}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(pile{})); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got := p.piles([]Tick{{1, "ok-0", "a"}, {2, "ok-1", "b"}}); got[0].class != "mixed" {
		t.Errorf("two answers on one place: %s; want mixed", got[0].class)
	}
}

func TestBandsPileUp(t *testing.T) {
	var bands []Band
	for i := range 20_000 {
		from := seconds(float64(i) / 10)
		bands = append(bands, Band{timeline.Span{From: from, To: from + 1e7}, "master", "Master", "m"})
	}
	bands = append(bands, Band{timeline.Span{From: seconds(3000), To: seconds(3500)}, "gap", "500 s", "g"},
		Band{timeline.Span{From: seconds(3550), To: seconds(3551)}, "gap", "1 s", "g"})
	c := &Chart{Span: timeline.Span{To: seconds(3600)}, Groups: []Group{{"a", []Lane{{Label: "VRID 51", Bands: bands}}}}}
	classes, labels := map[string]int{}, map[string]int{}
	d := c.Draw(1000)
	for _, r := range d.Rects {
		classes[r.Class]++
	}
	for _, text := range d.Texts {
		labels[text.Text]++
	}
	if n := classes["master"]; n == 0 || n > 800 {
		t.Errorf("%d bands drawn; want at most one for each unit of width", n)
	}
	if classes["gap"] != 1 || classes["bad"] != 1 {
		t.Errorf("gaps: %d wide, %d narrow; want one of each", classes["gap"], classes["bad"])
	}
	if labels["Master"] != 0 || labels["500 s"] != 1 || labels["1 s"] != 0 {
		t.Errorf("labels %v; want only the one that has room", labels)
	}
}

// Names of faults close together do not cover each other, and stay on the page.
func TestFaultNames(t *testing.T) {
	var faults []Band
	for i := range 6 {
		at := seconds(50 + float64(i)/10)
		faults = append(faults, Band{timeline.Span{From: at, To: at}, "fault", fmt.Sprintf("link-down web1:eth%d", i), "f"})
	}
	last := Band{timeline.Span{From: seconds(99), To: seconds(99)}, "fault", "stop web1/keepalived", "f"}
	before := Band{timeline.Span{From: seconds(-5), To: seconds(10)}, "fault", "pause web1/keepalived", "f"}
	c := &Chart{Span: timeline.Span{To: seconds(100)}, Faults: append(faults, last, before)}
	d := c.Draw(1000)
	rows := map[float64][]Text{}
	for _, text := range d.Texts {
		if text.Class == "fault-name" || text.Class == "heal-name" {
			rows[text.Y] = append(rows[text.Y], text)
			if end := text.X + float64(len(text.Text))*charWidth; end > d.Width {
				t.Errorf("%q ends at %v; the drawing at %v", text.Text, end, d.Width)
			}
		}
	}
	if len(rows) != 4 {
		t.Errorf("%d rows; want 4 for six at once", len(rows))
	}
	lines := map[string]int{}
	for _, l := range d.Lines {
		lines[l.Class]++
	}
	if lines["fault"] != 7 || lines["heal"] != 1 {
		t.Errorf("lines %v; want 7 of faults and 1 of a heal", lines)
	}
	if !slices.ContainsFunc(d.Texts, func(x Text) bool { return x.Text == "healed: pause web1/keepalived" }) {
		t.Error("the heal of the fault begun before has no name")
	}
}

func TestShorten(t *testing.T) {
	for _, tc := range []struct {
		in    string
		width float64
		want  string
	}{{"abcdef", 100, "abcdef"}, {"abcdefghijkl", 5 * charWidth, "abcd…"}, {"abcdefghijkl", 3 * charWidth, ""}, {"", -8, ""}} {
		if got := shorten(tc.in, tc.width); got != tc.want {
			t.Errorf("%q in %v: got %q; want %q", tc.in, tc.width, got, tc.want)
		}
	}
}

// The whole layout, so that a change of it is seen: look at the page before
// writing this anew.
func TestDraw(t *testing.T) {
	x := timeline.NewIndex(two())
	extent := Extent(x)
	d := Build(x, extent.From, extent.To).Draw(1000)
	var b strings.Builder
	fmt.Fprintf(&b, "%v x %v\n", d.Width, d.Height)
	for _, r := range d.Rects {
		fmt.Fprintf(&b, "rect %v,%v %v x %v %s: %s\n", r.X, r.Y, r.W, r.H, r.Class, r.Title)
	}
	for _, l := range d.Lines {
		fmt.Fprintf(&b, "line %v %v to %v %s: %s\n", l.X, l.Y1, l.Y2, l.Class, l.Title)
	}
	for _, text := range d.Texts {
		fmt.Fprintf(&b, "text %v,%v %s %s: %s\n", text.X, text.Y, text.Anchor, text.Class, text.Text)
	}
	golden(t, "drawing.txt", b.String())
}
