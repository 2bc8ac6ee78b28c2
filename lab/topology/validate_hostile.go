package topology

import (
	"slices"
	"strings"

	"github.com/viplab/viplab/internal/suggest"
	"github.com/viplab/viplab/lab/internal/yamlfile"
)

// hasPort says whether h listens on a port.
func (h *Hostile) hasPort() bool { return h.Speaks != "ping" && slices.Contains(Protocols(), h.Speaks) }

func (c *checker) checkHostile(p yamlfile.Path, h *Hostile) {
	if !slices.Contains(Protocols(), h.Speaks) {
		c.ReportNear(p.Key("speaks"), suggest.Nearest(h.Speaks, Protocols()), "unknown protocol %q, want one of %s",
			h.Speaks, strings.Join(Protocols(), ", "))
		return
	}
	if h.Listen != "" && h.Speaks == "ping" {
		c.ReportKey(p.Key("listen"), "", "ping has no port to listen on")
	}
	if len(h.Pages) > 0 && h.Speaks != "http" && h.Speaks != "https" {
		c.ReportKey(p.Key("pages"), "", "pages belong to http and https, not to %s", h.Speaks)
	}
	CheckManner(c.Document, p.Key("as"), h.Speaks, &h.As)
}

// CheckManner reports what is wrong with a manner, at p of a document, for a
// server that speaks a protocol.
func CheckManner(d *yamlfile.Document, p yamlfile.Path, speaks string, m *Manner) {
	can := Manners(speaks)
	if m.Do != "" && !slices.Contains(can, m.Do) {
		d.ReportNear(p.Key("do"), suggest.Nearest(m.Do, can), "%s cannot %q, but %s", speaks, m.Do, strings.Join(can, ", "))
		return
	}
	delayed := []string{Reset, Slow, Drip, Endless, Gigantic}
	for _, of := range []struct {
		field string
		set   bool
		with  []string
	}{
		{"status", m.Status != 0, []string{Status}},
		{"body", m.Body != "", []string{Body}},
		{"delay", m.Delay != 0 && m.Delay != DefaultMannerDelay, delayed},
	} {
		if of.set && !slices.Contains(of.with, m.Do) {
			d.ReportKey(p.Key(of.field), "", "%s belongs to %s", of.field, strings.Join(of.with, ", "))
		}
	}
	if m.Do == Status && m.Status == 0 {
		d.Report(p, "status says no status")
	}
	if m.Delay < 0 {
		d.Report(p.Key("delay"), "delay must not be negative")
	}
	if m.On != "" && !slices.Contains([]string{"http", "https", "smtp", "dns"}, speaks) {
		d.ReportKey(p.Key("on"), "", "%s has no questions to tell apart", speaks)
	}
	checkFlap(d, p, m)
}

func checkFlap(d *yamlfile.Document, p yamlfile.Path, m *Manner) {
	if len(m.Flap) > 0 && (m.Do == "" || m.Do == Serve) {
		d.ReportKey(p.Key("flap"), "", "flap needs a manner to change to")
	}
	for i, interval := range m.Flap {
		if interval <= 0 {
			d.Report(p.Key("flap").Index(i), "an interval must be longer than 0")
		}
	}
}
