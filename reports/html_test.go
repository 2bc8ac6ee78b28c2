package reports

import (
	"bytes"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	"github.com/viplab/viplab/lab/timeline"
)

func writePage(t *testing.T, run fs.FS) string {
	t.Helper()
	var b bytes.Buffer
	if err := sampleReport().WriteHTML(&b, run); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// withTimeline is a run directory in which the first result has its timeline.
func withTimeline(t *testing.T, list []timeline.Event) fs.FS {
	t.Helper()
	var b bytes.Buffer
	rec := timeline.NewRecorder(func() timeline.Time { return 1 }, &b)
	for _, e := range list {
		rec.Record(e)
	}
	if err := rec.Err(); err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{"stop/timeline.ndjson": {Data: b.Bytes()}}
}

// walk calls do with each element of a page.
func walk(t *testing.T, page string, do func(*html.Node)) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			do(n)
		}
	}
}

// The page needs nothing but itself: every reference is to a place in it or to
// a file beside it, and nothing is loaded.
func TestPageIsSelfContained(t *testing.T) {
	page := writePage(t, withTimeline(t, sampleEvents()))
	if m := regexp.MustCompile(`(?i)(https?:)?//[a-z]|url\(|@import`).FindString(strings.ReplaceAll(page, "// Hides", "")); m != "" {
		t.Errorf("page refers to something outside: %q", m)
	}
	anchors := map[string]bool{}
	walk(t, page, func(n *html.Node) {
		for _, a := range n.Attr {
			if a.Key == "id" {
				anchors[a.Val] = true
			}
		}
	})
	walk(t, page, func(n *html.Node) {
		for _, a := range n.Attr {
			switch {
			case a.Key == "src":
				t.Errorf("<%s> loads %s", n.Data, a.Val)
			case a.Key == "href" && n.Data != "a":
				t.Errorf("<%s> refers to %s", n.Data, a.Val)
			case a.Key == "href" && strings.HasPrefix(a.Val, "#") && !anchors[a.Val[1:]]:
				t.Errorf("link to %s, which is not there", a.Val)
			}
		}
	})
}

func TestPageHasTimeline(t *testing.T) {
	page := writePage(t, withTimeline(t, sampleEvents()))
	classes, texts := map[string]int{}, map[string]bool{}
	charts := 0
	walk(t, page, func(n *html.Node) {
		for _, a := range n.Attr {
			if a.Key == "class" && a.Val == "chart" && n.Data == "svg" {
				charts++
			}
			if a.Key == "class" && (n.Data == "rect" || n.Data == "line") {
				for _, c := range strings.Fields(a.Val) {
					classes[c]++
				}
			}
		}
		if n.Data == "text" && n.FirstChild != nil {
			texts[n.FirstChild.Data] = true
		}
	})
	if charts != 5 { // only the first result has a timeline: the whole, and four steps
		t.Errorf("%d charts; want 5", charts)
	}
	for _, c := range []string{"process", "backup", "master", "failing", "vip", "advert", "resign", "garp", "gap", "bad",
		"ok-0", "ok-1", "fault", "heal", "step-even", "step-odd", "grid"} {
		if classes[c] == 0 {
			t.Errorf("nothing of class %s is drawn", c)
		}
	}
	for _, s := range []string{"web1", "web2", "client", "keepalived", "httpd", "VRID 51", "192.168.0.5", "packets", "Master",
		"VIP", "kill-all web1/keepalived", "kill the Master", "3.600 s", "healed: kill-all web1/keepalived"} {
		if !texts[s] {
			t.Errorf("%q is not written", s)
		}
	}
	for _, s := range []string{"3.824688 s", "3.804688 s ± 0.001 s", "20.000 ms", "R3768-6.1-03"} {
		if !strings.Contains(page, s) && !strings.Contains(page, strings.ReplaceAll(s, "20.000", "&#43;20.000")) {
			t.Errorf("page does not say %q", s)
		}
	}
}

// What the lab's programs said is text on the page, not part of it.
func TestPageEscapes(t *testing.T) {
	events := sampleEvents()
	for i := range events {
		if p := events[i].Probe; p != nil {
			p.Name, p.Body = `"><script>alert(1)</script>`, `</title></svg><script>alert(2)</script>`
		}
		if f := events[i].Fault; f != nil {
			f.Target = `<img src=x onerror=alert(3)>`
		}
	}
	scripts := 0
	walk(t, writePage(t, withTimeline(t, events)), func(n *html.Node) {
		switch n.Data {
		case "script":
			scripts++
		case "img", "b":
			t.Errorf("an element <%s> came out of the data", n.Data)
		}
	})
	if scripts != 1 {
		t.Errorf("%d scripts; want the page's own", scripts)
	}
}

// An hour with 7,200 advertisements and 36,000 requests stays a page that a
// browser opens at once.
func TestPageOfAnHour(t *testing.T) {
	page := writePage(t, withTimeline(t, (&recorder{}).lab(3600.0/32)))
	const most = 1 << 20
	if len(page) > most {
		t.Errorf("page has %d bytes; want at most %d", len(page), most)
	}
	shapes := 0
	walk(t, page, func(n *html.Node) {
		if n.Data == "rect" || n.Data == "line" {
			shapes++
		}
	})
	if shapes > 4000 {
		t.Errorf("page has %d shapes; want at most 4000", shapes)
	}
}

func TestPageWithoutTimeline(t *testing.T) {
	page := writePage(t, fstest.MapFS{})
	if !strings.Contains(page, "No picture: open timeline: open stop/timeline.ndjson: file does not exist") {
		t.Error("page does not say why there is no picture")
	}
	if page := writePage(t, withTimeline(t, nil)); !strings.Contains(page, "the timeline is empty") {
		t.Error("page does not say that the timeline is empty")
	}
	if strings.Contains(writePage(t, nil), "<svg class=\"chart\"") {
		t.Error("a picture out of nothing")
	}
}
