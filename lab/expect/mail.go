package expect

import (
	"fmt"
	"strings"

	"github.com/viplab/viplab/lab/timeline"
)

// Title implements Expectation.
func (m *Mail) Title() string {
	return fmt.Sprintf("%s gets mail: %s", m.Node, strings.Join(m.Subjects, ", "))
}

// A mail counts if its subject is the expected
// one and, where Body is given, its body contains it.
func (m *Mail) judge(r *Run, w Window) []Check {
	mails := r.index().OfNode(timeline.KindMail, m.Node).Between(w.From, w.To)
	c := Check{Node: m.Node, Want: m.want(), Got: describeMails(mails), Verdict: w.unmet(), At: w.To}
	next := 0
	for _, e := range mails {
		if next < len(m.Subjects) && e.Mail.Subject == m.Subjects[next] && strings.Contains(e.Mail.Body, m.Body) {
			next++
			c.At = e.At
		}
	}
	switch {
	case next < len(m.Subjects):
	case m.Only && len(mails) > next:
		c.Verdict, c.At = Fail, mails[len(mails)-1].At
		return []Check{c}
	default:
		c.Verdict = Pass
		return []Check{c}
	}
	c.At = w.To
	c.Got = fmt.Sprintf("missing %q; %s", m.Subjects[next], c.Got)
	return []Check{c}
}

func (m *Mail) want() string {
	want := "mails with subjects " + quoted(m.Subjects)
	if m.Only {
		want = "only " + want
	}
	if m.Body != "" {
		want += fmt.Sprintf(" and %q in the body", m.Body)
	}
	return want
}

func describeMails(mails timeline.Track) string {
	if len(mails) == 0 {
		return "no mail"
	}
	subjects := make([]string, len(mails))
	for i, e := range mails {
		subjects[i] = e.Mail.Subject
	}
	return quoted(subjects)
}

func quoted(words []string) string {
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = fmt.Sprintf("%q", w)
	}
	return strings.Join(parts, ", ")
}
