package diag

import (
	"errors"
	"strings"
	"testing"
)

func text(t *testing.T, l List, o Text) string {
	t.Helper()
	var b strings.Builder
	if err := l.Write(&b, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWrite(t *testing.T) {
	for _, row := range []struct {
		name string
		o    Text
	}{
		{"plain", Text{}},
		{"colour", Text{Color: true}},
		{"narrow", Text{Width: 1}},
		{"limit", Text{Limit: 3}},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.o.Source = sampleSource()
			golden(t, testdata(row.name+".golden"), text(t, sample(), row.o))
		})
	}
}

func TestWriteOptions(t *testing.T) {
	one := sample()[:1]
	head := "keepalived.conf:5:5: error: unknown keyword \"advert_itn\" in vrrp_instance [unknown-keyword]\n"
	note := "/etc/keepalived/vars.conf:3:1: note: expanded from here\n"
	lines := "    5 |     advert_itn 1\n      |     ^~~~~~~~~~ did you mean \"advert_int\"?\n"
	for _, row := range []struct {
		name string
		l    List
		o    Text
		want string
	}{
		{"nothing", nil, Text{}, ""},
		{"lines", one, Text{Source: sampleSource()}, head + lines + note + "1 error\n"},
		{"no source", one, Text{}, head + "      = help: did you mean \"advert_int\"?\n" + note + "1 error\n"},
		{"no summary", one, Text{Source: sampleSource(), NoSummary: true}, head + lines + note},
		{"limit reached", one, Text{Limit: 1, NoSummary: true, Source: sampleSource()}, head + lines + note},
		{"limit passed", List{one[0], {Severity: Fatal}, {Severity: Warning}}, Text{Limit: 1, NoSummary: true, Source: sampleSource()},
			head + lines + note + "2 more not shown: 1 fatal error, 1 warning\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := text(t, row.l, row.o); got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
		})
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteFails(t *testing.T) {
	if err := sample().Write(brokenWriter{}, Text{}); !errors.Is(err, errBroken) {
		t.Errorf("Write: %v", err)
	}
	if err := sample().WriteJSON(brokenWriter{}, JSON{}); !errors.Is(err, errBroken) {
		t.Errorf("WriteJSON: %v", err)
	}
}

// TestLongLine has many diagnostics on one line of megabytes: the output must
// not have the line in it many times.
func TestLongLine(t *testing.T) {
	line := strings.Repeat("界 word ", 1<<18)
	var c Collector
	for i := range 1000 {
		c.Error(TooLong, Span{Pos{"long", 1, int32(i*len(line)/1000 + 1)}, int32(len(line))}, "word %d", i)
	}
	source := func(string, int) (string, bool) { return line, true }
	got := text(t, c.List(), Text{Source: source})
	for row := range strings.Lines(got) {
		if n := cells(strings.TrimSuffix(row, "\n")); n > defaultWidth {
			t.Fatalf("%d cells: %s", n, row)
		}
	}
	var b strings.Builder
	if err := c.List().WriteJSON(&b, JSON{Source: source}); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 1<<20 {
		t.Errorf("%d bytes of JSON", b.Len())
	}
}
