package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"github.com/viplab/viplab/lab/expect"
)

// WriteJUnit writes junit.xml: a suite for each suite and daemon, a case for
// each check, with its requirement as a property. A scenario that gave no
// checks is a case itself.
func (r *Report) WriteJUnit(w io.Writer) error {
	all := suites{Name: "viplab", Time: decimal(r.WallSeconds)}
	for i := range r.Results {
		all.suite(r, &r.Results[i]).add(&r.Results[i])
	}
	for _, s := range all.Suites {
		s.Time = decimal(s.seconds)
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
		all.Skipped += s.Skipped
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write junit: %w", err)
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return fmt.Errorf("write junit: %w", err)
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return fmt.Errorf("write junit: %w", err)
	}
	return nil
}

// suites is junit.Testsuites with the suites below.
type suites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Time     string   `xml:"time,attr"`
	Tests    int      `xml:"tests,attr"`
	Errors   int      `xml:"errors,attr"`
	Failures int      `xml:"failures,attr"`
	Skipped  int      `xml:"skipped,attr"`
	Suites   []*suite `xml:"testsuite"`
}

// suite is junit.Testsuite whose cases may have properties.
type suite struct {
	junit.Testsuite
	Cases   []testcase `xml:"testcase"`
	seconds float64
}

// testcase is junit.Testcase with properties, as JUnit 5 and pytest write them.
type testcase struct {
	Properties *[]junit.Property `xml:"properties>property,omitempty"`
	junit.Testcase
}

// suite returns the suite that a result belongs to, made where it is the first.
func (s *suites) suite(r *Report, res *Result) *suite {
	name := res.Suite + " " + res.Daemon
	for _, known := range s.Suites {
		if known.Name == name {
			return known
		}
	}
	made := &suite{Testsuite: junit.Testsuite{Name: name, ID: len(s.Suites), Package: "viplab"}}
	made.SetTimestamp(r.Started)
	for _, p := range []junit.Property{
		{Name: "daemon", Value: strings.TrimSpace(res.Daemon + " " + res.DaemonVersion)},
		{Name: "kernel", Value: r.Kernel.String()},
	} {
		made.AddProperty(p.Name, p.Value)
	}
	s.Suites = append(s.Suites, made)
	return made
}

func (s *suite) add(r *Result) {
	s.seconds += r.WallSeconds
	class := r.Scenario + "." + r.Daemon
	if len(r.Checks) == 0 || r.Reason != "" {
		s.addCase(testcase{Testcase: junit.Testcase{
			Name: "scenario", Classname: class, Time: decimal(r.WallSeconds),
		}}, r.Verdict, r.Reason, r.Reason)
	}
	for _, c := range r.Checks {
		s.addCase(caseOf(class, c), c.Verdict, c.Got, explain(c))
	}
}

func caseOf(class string, c expect.Check) testcase {
	properties := []junit.Property{{Name: "id", Value: c.ID}}
	name := c.ID + " " + c.Title
	if c.Node != "" {
		properties = append(properties, junit.Property{Name: "node", Value: c.Node})
		name += " [" + c.Node + "]"
	}
	if c.ErrorSeconds != nil {
		properties = append(properties, junit.Property{Name: "error_seconds", Value: fmt.Sprintf("%.9f", *c.ErrorSeconds)})
	}
	return testcase{&properties, junit.Testcase{Name: name, Classname: class, Time: "0.000"}}
}

func explain(c expect.Check) string {
	text := "want: " + c.Want + "\ngot:  " + c.Got
	if c.ErrorSeconds != nil {
		text += "\nerror: " + millis(*c.ErrorSeconds)
	}
	return text
}

// addCase counts and adds a case. What was left pending is no pass.
func (s *suite) addCase(c testcase, v expect.Verdict, message, data string) {
	message = printable(message)
	result := &junit.Result{Message: message, Type: string(v), Data: printable(data)}
	s.Tests++
	switch v {
	case expect.Pass:
	case expect.Skip:
		s.Skipped++
		c.Skipped = &junit.Result{Message: message}
	case expect.Fail:
		s.Failures++
		c.Failure = result
	default:
		s.Errors++
		c.Error = result
	}
	s.Cases = append(s.Cases, c)
}

func decimal(s float64) string { return fmt.Sprintf("%.3f", s) }

// printable replaces what XML 1.0 cannot hold and a terminal would obey, such as
// the colours of a log line.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
