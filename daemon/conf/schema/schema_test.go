package schema

import (
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// The table below is a small language that has each kind of row.

type host struct {
	Origin
	Name  string
	Beat  time.Duration
	Quiet bool
	Loud  bool
	Limit int
	Ports []port
}

type port struct {
	Origin
	Number int
	Speed  int
	Open   bool
}

type file struct {
	Origin
	Limit int
	Slack int
	Hosts []*host
}

func language() *Block {
	hostBlock := &Block{Path: "host", New: func() any { return new(host) }, Keywords: []Keyword{
		{Name: "beat", Status: Implemented, Default: "1.5", Field: Seconds(10*time.Millisecond, time.Minute, func(h *host) *time.Duration { return &h.Beat })},
		{Name: "pulse", Status: Implemented, Same: "beat", Instead: "beat", Field: Seconds(10*time.Millisecond, time.Minute, func(h *host) *time.Duration { return &h.Beat })},
		{Name: "quiet", Status: Accepted, Doc: "be silent", Field: Flag(true, func(h *host) *bool { return &h.Quiet })},
		{Name: "loud", Status: Implemented, Field: Bool(func(h *host) *bool { return &h.Loud })},
		{Name: "limit", Status: Implemented, Else: "the file's limit", Field: Int(1, 99, func(h *host) *int { return &h.Limit }),
			Fill: func(parent, obj any) { obj.(*host).Limit = parent.(*file).Limit }},
		{Name: "ports", Status: Implemented, Many: true, Field: Open(), Block: &Block{Path: "host/ports", Item: portItem()}},
	}}
	return &Block{Path: "(root)", New: func() any { return new(file) }, Keywords: []Keyword{
		{Name: "limit", Status: Implemented, Default: "7", Field: Int(0, 99, func(f *file) *int { return &f.Limit })},
		{Name: "bound", Same: "limit", Instead: "limit", Reported: true, Field: Int(0, 99, func(f *file) *int { return &f.Limit })},
		{Name: "slack", Lax: true, Many: true, Field: Int(0, 9, func(f *file) *int { return &f.Slack })},
		{Name: "host", Status: Implemented, Many: true, Block: hostBlock, Field: Field{Form: "NAME", Min: 1, Max: 1,
			Begin: func(_ *Context, obj any, s *syntax.Statement) any {
				h := New[host](hostBlock)
				h.Name = s.Words[1].Text
				obj.(*file).Hosts = append(obj.(*file).Hosts, h)
				return h
			},
			Each: func(obj any) iter.Seq2[[]string, any] {
				return func(yield func([]string, any) bool) {
					for _, h := range obj.(*file).Hosts {
						if !yield([]string{h.Name}, h) {
							return
						}
					}
				}
			}}},
	}}
}

func portItem() *Item {
	return &Item{
		Head: Keyword{Name: "NUMBER", Status: Implemented, Field: Int(1, 65535, func(p *port) *int { return &p.Number })},
		Options: []Keyword{
			{Name: "speed", Status: Implemented, Field: Int(1, 100, func(p *port) *int { return &p.Speed })},
			{Name: "open", Status: Refused, Field: Flag(true, func(p *port) *bool { return &p.Open })},
		},
		Begin: func(*Context, any, *syntax.Statement) any { return new(port) },
		End: func(_ *Context, obj, item any, _ *syntax.Statement, ok bool) {
			if ok {
				obj.(*host).Ports = append(obj.(*host).Ports, *item.(*port))
			}
		},
		Each: func(obj any) iter.Seq[any] {
			return func(yield func(any) bool) {
				for i := range obj.(*host).Ports {
					if !yield(&obj.(*host).Ports[i]) {
						return
					}
				}
			}
		},
	}
}

// read reads text with the language of this file.
func read(t *testing.T, text string) (*file, *Context, *Block, diag.List) {
	t.Helper()
	root := language()
	if err := Index(root); err != nil {
		t.Fatal(err)
	}
	var list diag.List
	report := func(d diag.Diagnostic) { list = append(list, d) }
	c, f := NewContext(root, report), New[file](root)
	for s := range syntax.NewReader(syntax.Options{}, report).Read(text, "", "/") {
		c.Read(f, s)
	}
	c.Fill()
	return f, c, root, list
}

const sample = `
host a {
  beat 0.25
  quiet
  loud off
  ports {
    80 speed 10 open
    speed 1 443
  }
}
host b {
  limit 3
  pulse 2
}
`

func TestRead(t *testing.T) {
	f, c, _, list := read(t, sample)
	if want := "13:3: warning: pulse is deprecated; write beat [deprecated-keyword]"; list.Error() != want {
		t.Errorf("diagnostics\n%v\nwant\n%v", list, want)
	}
	want := &file{Limit: 7, Hosts: []*host{
		{Name: "a", Beat: 250 * time.Millisecond, Quiet: true, Limit: 7, Ports: []port{{Number: 80, Speed: 10, Open: true}, {Number: 443, Speed: 1}}},
		{Name: "b", Beat: 2 * time.Second, Limit: 3},
	}}
	if diff := cmp.Diff(want, f, cmp.Comparer(func(Origin, Origin) bool { return true })); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := f.Hosts[1].Where("beat").String(); got != "13:3" {
		t.Errorf("beat of b was set at %s, by its deprecated name", got)
	}
	var uses []string
	for _, u := range c.Uses() {
		uses = append(uses, u.Pos.String()+" "+u.Keyword.Name+" "+u.Keyword.Status.String())
	}
	if diff := cmp.Diff([]string{"4:3 quiet accepted", "7:17 open refused"}, uses); diff != "" {
		t.Errorf("uses (-want +got)\n%s", diff)
	}
}

func TestMistakes(t *testing.T) {
	rows := []struct{ text, want string }{
		{"limit 1x\n", `1:7: error: limit: "1x" is not a whole number [bad-number]`},
		{"limit 100\n", `1:7: error: limit 100 is not from 0 to 99 [out-of-range]`},
		{"limit\n", `1:1: error: limit needs one word; write limit INT 0-99 [missing-argument]`},
		{"limit 1 2\n", `1:9: warning: "2" is passed over: limit takes one word [extra-argument]`},
		{"limit 1 host\n", `1:9: warning: "host" is passed over: limit takes one word; begin a new line with it [extra-argument]`},
		{"limit 1\nlimit 2\n", `2:1: warning: limit is given a second time [repeated-keyword]`},
		{"bound 1\n", `1:1: error: bound is deprecated; write limit [deprecated-keyword]`},
		{"slack 1x\n", `1:7: warning: slack: "1x" is not a whole number [bad-number]`},
		{"slack 10\n", `1:7: warning: slack 10 is not from 0 to 9 [out-of-range]`},
		{"slack\n", `1:1: warning: slack needs one word; write slack INT 0-9 [missing-argument]`},
		{"slack 1\nlimit\n", `2:1: error: limit needs one word; write limit INT 0-99 [missing-argument]`},
		{"limit 1 {\n}\n", `1:1: error: limit takes no block; what stands in the braces is passed over [unexpected-block]`},
		{"host a\n", `1:1: error: host needs a block; write host NAME { ... } [missing-block]`},
		{"limti 1\n", `1:1: error: unknown keyword "limti" at the top level; did you mean "limit"? [unknown-keyword]`},
		{"Limit 1\n", `1:1: error: unknown keyword "Limit" at the top level; keywords are case sensitive: write "limit" [unknown-keyword]`},
		{"beat 1\n", `1:1: error: "beat" does not stand at the top level; it belongs in host [misplaced-keyword]`},
		{"host a {\nbeat 61\n}\n", `2:6: error: beat 61 is not from 0.01 to 60 [out-of-range]`},
		{"host a {\nbeat 1.1234567\n}\n", `2:6: error: beat: "1.1234567" is not a number with at most 6 decimals [bad-number]`},
		{"host a {\nloud maybe\n}\n", `2:6: error: loud: "maybe" is neither true nor false; write true, on, yes, false, off or no [bad-choice]`},
		{"host a {\nports {\n80 sped 1\n}\n}\n", `3:4: error: unknown word "sped" in ports; did you mean "speed"? [unknown-keyword]`},
		{"host a {\nports {\n80 speed\n}\n}\n", `3:4: error: speed needs one word; write speed INT 1-100 [missing-argument]`},
		{"host a {\nports {\nspeed 1\n}\n}\n", `3:1: error: NUMBER in ports is missing [missing-argument]`},
	}
	for _, row := range rows {
		_, _, _, list := read(t, row.text)
		if got, _, _ := strings.Cut(list.Error(), "\n"); got != row.want {
			t.Errorf("%q\n got %s\nwant %s", row.text, got, row.want)
		}
	}
}

func TestPrint(t *testing.T) {
	f, _, root, _ := read(t, sample)
	var text, js strings.Builder
	if err := WriteText(&text, root.Entries(f)); err != nil {
		t.Fatal(err)
	}
	want := `limit 7                                         # default

host a {                                        # 2:1
    beat 0.25                                   # 3:3
    quiet                                       # 4:3
    loud false                                  # 5:3
    limit 7                                     # default
    ports {                                     # 6:3
        80 speed 10 open                        # 7:5
        443 speed 1                             # 8:5
    }
}

host b {                                        # 11:1
    beat 2                                      # 13:3
    limit 3                                     # 12:3
}
`
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Errorf("text (-want +got)\n%s", diff)
	}
	again, _, _, list := read(t, text.String())
	if diff := cmp.Diff(f, again, cmp.Comparer(func(Origin, Origin) bool { return true })); diff != "" || len(list) > 0 {
		t.Errorf("read again: %v\n(-before +after)\n%s", list, diff)
	}
	if err := WriteJSON(&js, root.Entries(f)); err != nil {
		t.Fatal(err)
	}
	wantJSON := `{"limit":7,"host":[` +
		`{"name":"a","_at":"2:1","beat":0.25,"quiet":true,"loud":false,"limit":7,"ports":[{"number":80,"speed":10,"open":true},{"number":443,"speed":1}],` +
		`"_from":{"beat":"3:3","loud":"5:3","quiet":"4:3"}},` +
		`{"name":"b","_at":"11:1","beat":2,"limit":3,"_from":{"beat":"13:3","limit":"12:3"}}]}`
	got := strings.NewReplacer("\n", "", "  ", "", `": `, `":`).Replace(js.String())
	if diff := cmp.Diff(wantJSON, got); diff != "" {
		t.Errorf("JSON (-want +got)\n%s", diff)
	}
}

func TestIndexFindsMistakes(t *testing.T) {
	bad := language()
	bad.Keywords[0].Default = "hundred"
	bad.Keywords = append(bad.Keywords, Keyword{Name: "limit"})
	err := Index(bad)
	for _, want := range []string{`"hundred" is not a whole number`, `keyword "limit" stands twice`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %s", err, want)
		}
	}
}

func TestExpandedWords(t *testing.T) {
	_, _, _, list := read(t, "$MANY=100\nlimit $MANY\n")
	if len(list) != 1 || list[0].Pos.String() != "2:7" || len(list[0].Notes) != 1 || list[0].Notes[0].Pos.String() != "1:7" {
		t.Errorf("got %+v, want one at 2:7 with a note at 1:7", list)
	}
}
