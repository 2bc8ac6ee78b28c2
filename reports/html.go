package reports

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/timeline"
	"github.com/viplab/viplab/reports/chart"
)

//go:embed page
var pageFiles embed.FS

// chartWidth is the width that charts are laid out on, in SVG user units.
const chartWidth = 1180

// WriteHTML writes report.html: one file that needs nothing else. run is the run
// directory, from which it draws the timelines; nil for no pictures. A result
// whose timeline cannot be read is shown without its picture, and why.
func (r *Report) WriteHTML(w io.Writer, run fs.FS) error {
	t, err := template.ParseFS(pageFiles, "page/page.html")
	if err != nil {
		return fmt.Errorf("read page template: %w", err)
	}
	style, err := pageFiles.ReadFile("page/style.css")
	if err != nil {
		return fmt.Errorf("read page style: %w", err)
	}
	script, err := pageFiles.ReadFile("page/script.js")
	if err != nil {
		return fmt.Errorf("read page script: %w", err)
	}
	p := page{
		Report: r, Style: template.CSS(style), Script: template.JS(script),
		Started: r.Started.Format("2006-01-02 15:04:05 MST"), Counts: tallies(r),
	}
	for i := range r.Results {
		p.Results = append(p.Results, sectionOf(&r.Results[i], i, run))
	}
	if err := t.ExecuteTemplate(w, "page.html", p); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

// page is what the template shows.
type page struct {
	*Report
	Style   template.CSS
	Script  template.JS
	Started string
	Counts  []tally
	Results []section
}

type tally struct {
	Verdict expect.Verdict
	N       int
}

func tallies(r *Report) []tally {
	counts := r.Counts()
	var all []tally
	for _, v := range []expect.Verdict{expect.Pass, expect.Fail, expect.Error, expect.Skip, expect.Pending} {
		if counts[v] > 0 {
			all = append(all, tally{v, counts[v]})
		}
	}
	return all
}

// section is a result with its pictures.
type section struct {
	*Result
	Anchor, Fraction, Worst string
	Files                   []file
	Whole                   *chart.Drawing
	NoChart                 string
	Steps                   []stepChart
	Legend                  []legend
	Checks                  []checkRow
}

type file struct{ Name, Path string }

type stepChart struct {
	Name    string
	Drawing *chart.Drawing
}

type checkRow struct {
	expect.Check
	Error string
}

func sectionOf(r *Result, n int, run fs.FS) section {
	s := section{Result: r, Anchor: fmt.Sprintf("result-%d", n+1), Fraction: fraction(r), Worst: worst(r), Files: files(r.Artifacts)}
	for _, c := range r.Checks {
		row := checkRow{Check: c}
		row.Title, row.Want, row.Got = printable(c.Title), printable(c.Want), printable(c.Got)
		if c.ErrorSeconds != nil {
			row.Error = millis(*c.ErrorSeconds)
		}
		s.Checks = append(s.Checks, row)
	}
	if run == nil || r.Artifacts.Timeline == "" {
		return s
	}
	list, err := readTimeline(run, r.Artifacts.Timeline)
	if err != nil {
		s.NoChart = err.Error()
		return s
	}
	s.draw(timeline.NewIndex(list))
	return s
}

func readTimeline(run fs.FS, path string) ([]timeline.Event, error) {
	f, err := run.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open timeline: %w", err)
	}
	defer f.Close()
	return timeline.Read(f)
}

// files are links to what lies beside the page, by their names.
func files(a Artifacts) []file {
	var all []file
	add := func(name, p string) {
		if p != "" && !strings.Contains(p, ":") {
			all = append(all, file{name, p})
		}
	}
	add(path.Base(a.Timeline), a.Timeline)
	add(path.Base(a.Pcap), a.Pcap)
	for _, p := range a.Logs {
		add(path.Join(path.Base(path.Dir(p)), path.Base(p)), p) // NODE/SERVICE.log
	}
	return all
}

// draw makes the picture of the whole run and, where there is more than one
// step, of each: a takeover is a moment in a long run.
func (s *section) draw(x *timeline.Index) {
	extent := chart.Extent(x)
	if extent.From >= extent.To {
		s.NoChart = "the timeline is empty"
		return
	}
	whole := chart.Build(x, extent.From, extent.To)
	s.Whole = whole.Draw(chartWidth)
	s.Legend = legendOf(s.Whole, whole.Bodies)
	steps := chart.Steps(x)
	if len(steps) < 2 {
		return
	}
	for _, step := range steps {
		span := step.Span
		s.Steps = append(s.Steps, stepChart{
			fmt.Sprintf("%s (%.3f s to %.3f s)", step.Label, span.From.Seconds(), span.To.Seconds()),
			chart.Build(x, span.From, span.To).Draw(chartWidth),
		})
	}
}

// legend explains a colour.
type legend struct {
	Class, Text string
	X, W        float64
}

// legendOf explains the colours that a drawing uses, and no others.
func legendOf(d *chart.Drawing, bodies []string) []legend {
	used := map[string]bool{}
	for _, r := range d.Rects {
		for _, class := range strings.Fields(r.Class) {
			used[class] = true
		}
	}
	all := []legend{
		{Class: "process", Text: "process runs", W: 14}, {Class: "backup", Text: "Backup", W: 14},
		{Class: "master", Text: "Master", W: 14}, {Class: "failing", Text: "Fault", W: 14},
		{Class: "vip", Text: "owns the VIP", W: 14}, {Class: "advert", Text: "advertisement", X: 6, W: 2},
		{Class: "resign", Text: "resignation (priority 0)", X: 5.5, W: 3}, {Class: "garp", Text: "gratuitous ARP", X: 5.5, W: 3},
		{Class: "ipvs", Text: "IPVS change", X: 5.5, W: 3},
	}
	for n := range 6 {
		text := "answer"
		if n < len(bodies) {
			text = "answer “" + clip(bodies[n], 40) + "”"
		}
		all = append(all, legend{Class: fmt.Sprintf("ok-%d", n), Text: text, X: 5, W: 4})
	}
	all = append(all, legend{Class: "mixed", Text: "several answers", X: 5, W: 4},
		legend{Class: "bad", Text: "failed request", X: 5, W: 4}, legend{Class: "gap", Text: "no answer", W: 14})
	var shown []legend
	for _, l := range all {
		if used[l.Class] {
			shown = append(shown, l)
		}
	}
	return shown
}

func clip(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}
