package reports

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/mattn/go-isatty"

	"github.com/viplab/viplab/lab/expect"
)

// Colours reports whether text for w should be coloured: on a terminal, unless
// the user has set NO_COLOR (no-color.org) or says that it is a dumb one.
func Colours(w io.Writer, getenv func(string) string) bool {
	f, ok := w.(*os.File)
	if !ok || getenv("NO_COLOR") != "" || getenv("TERM") == "dumb" {
		return false
	}
	return isatty.IsTerminal(f.Fd())
}

// paint gives text its verdict's colour, or leaves it.
type paint bool

// SGR parameters of each verdict.
var verdictColour = map[expect.Verdict]string{
	expect.Pass: "32", expect.Fail: "1;31", expect.Error: "1;35", expect.Skip: "33", expect.Pending: "36",
}

func (p paint) verdict(v expect.Verdict, s string) string {
	if !p {
		return s
	}
	return "\x1b[" + verdictColour[v] + "m" + s + "\x1b[0m"
}

// WriteText writes a table with a line for each result, and under it why what
// did not pass did not. It is coloured on a terminal that wants that.
func (r *Report) WriteText(w io.Writer) error {
	return paint(Colours(w, os.Getenv)).write(w, r)
}

func (p paint) write(w io.Writer, r *Report) error {
	var b strings.Builder
	b.WriteString(p.table(r))
	b.WriteByte('\n')
	for i := range r.Results {
		p.troubles(&b, &r.Results[i])
	}
	b.WriteString(p.summary(r))
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func (p paint) table(r *Report) string {
	t := table.NewWriter()
	t.SetStyle(table.StyleRounded)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(table.Row{"scenario", "daemon", "verdict", "checks", "lab s", "wall s", "worst timing error"})
	right := table.ColumnConfig{Align: text.AlignRight, AlignHeader: text.AlignRight}
	var columns []table.ColumnConfig
	for n := 4; n <= 7; n++ {
		right.Number = n
		columns = append(columns, right)
	}
	t.SetColumnConfigs(columns)
	for i := range r.Results {
		res := &r.Results[i]
		t.AppendRow(table.Row{
			res.Scenario, res.Daemon, p.verdict(res.Verdict, string(res.Verdict)), fraction(res),
			fmt.Sprintf("%.3f", res.LabSeconds), fmt.Sprintf("%.1f", res.WallSeconds), worst(res),
		})
	}
	return t.Render()
}

func fraction(r *Result) string {
	passed, total := r.Passed()
	if total == 0 {
		return "–"
	}
	return fmt.Sprintf("%d/%d", passed, total)
}

// worst writes the worst timing error of a result.
func worst(r *Result) string {
	s, measured := r.WorstError()
	if !measured {
		return "–"
	}
	return millis(s)
}

// millis writes seconds as signed milliseconds: "+0.002 ms".
func millis(s float64) string { return fmt.Sprintf("%+.3f ms", s*1000) }

// troubles lists what of a result is not a pass. Where the reason says why a run
// did not get to its end, the checks that could not be evaluated for it are only
// counted.
func (p paint) troubles(b *strings.Builder, r *Result) {
	var bad []expect.Check
	unseen := 0
	for _, c := range r.Checks {
		switch {
		case c.Verdict == expect.Error && r.Reason != "":
			unseen++
		case c.Verdict != expect.Pass:
			bad = append(bad, c)
		}
	}
	if len(bad)+unseen == 0 && r.Reason == "" && r.Record == "" {
		return
	}
	fmt.Fprintf(b, "\n%s (%s): %s\n", r.Scenario, r.Daemon, p.verdict(r.Verdict, string(r.Verdict)))
	if r.Record != "" {
		fmt.Fprintf(b, "  %s\n", printable(r.Record))
	}
	if r.Reason != "" {
		fmt.Fprintf(b, "  %s\n", printable(r.Reason))
	}
	for _, c := range bad {
		p.trouble(b, c)
	}
	if unseen > 0 {
		fmt.Fprintf(b, "  %d checks could not be evaluated for that\n", unseen)
	}
}

func (p paint) trouble(b *strings.Builder, c expect.Check) {
	node := ""
	if c.Node != "" {
		node = " [" + c.Node + "]"
	}
	fmt.Fprintf(b, "  %s %s%s: %s\n", p.verdict(c.Verdict, string(c.Verdict)), c.ID, node, printable(c.Title))
	detail(b, "want", c.Want)
	detail(b, "got", c.Got)
	if c.ErrorSeconds != nil {
		detail(b, "error", millis(*c.ErrorSeconds))
	}
}

func detail(b *strings.Builder, name, value string) {
	if value != "" {
		fmt.Fprintf(b, "    %-5s %s\n", name, printable(value))
	}
}

// summary is the last line: how many of each verdict, and where it ran.
func (p paint) summary(r *Report) string {
	counts := r.Counts()
	var parts []string
	for _, v := range []expect.Verdict{expect.Pass, expect.Fail, expect.Error, expect.Skip} {
		if n := counts[v]; n > 0 {
			parts = append(parts, p.verdict(v, fmt.Sprintf("%d %s", n, v)))
		}
	}
	if len(parts) == 0 {
		parts = []string{"nothing was run"}
	}
	return fmt.Sprintf("\n%s in %.1f s, on %s\n", strings.Join(parts, ", "), r.WallSeconds, r.Kernel)
}

// String says in words where a run was: "uml kernel 6.1.1, ideal clock, IPVS".
func (k Kernel) String() string {
	ipvs := "IPVS"
	if !k.IPVS {
		ipvs = "no IPVS"
	}
	return fmt.Sprintf("%s kernel %s, %s clock, %s", k.Backend, k.Release, k.Clock, ipvs)
}
