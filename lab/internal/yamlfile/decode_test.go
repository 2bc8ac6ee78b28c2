package yamlfile

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

type words []string

func (words) Listable() {}

type inner struct {
	Size  int           `yaml:"size,omitempty"`
	Every time.Duration `yaml:"every,omitempty"`
	Flag  *bool         `yaml:"flag,omitempty"`
}

type sample struct {
	Name   string                `yaml:"name"`
	Addr   netip.Addr            `yaml:"addr,omitempty"`
	Prefix []netip.Prefix        `yaml:"prefix,omitempty"`
	Parts  map[string]*inner     `yaml:"parts,omitempty"`
	Steps  []*inner              `yaml:"steps,omitempty"`
	Hosts  map[string]netip.Addr `yaml:"hosts,omitempty"`
	Text   map[string]string     `yaml:"text,omitempty"`
	Words  words                 `yaml:"words,omitempty"`
	Hidden string                `yaml:"-"`
}

func decode(src string) (sample, error) {
	var s sample
	d := Parse("f.yaml", []byte(src))
	d.Decode(&s)
	return s, d.Err()
}

func TestDecodeReadsEveryKind(t *testing.T) {
	yes := true
	got, err := decode(`
name: "one"            # quoted
addr: 10.0.0.1
prefix: [10.0.0.1/24, fe80::1/64]
parts:
  a: &a {size: 3, every: 100ms, flag: true}
  b: *a
steps:
  - every: 1m30s
  - {}
hosts: {gw: 10.0.0.254}
text:
  net.ipv4.ip_forward: 1
  long: |
    two
    lines
words: alone
`)
	if err != nil {
		t.Fatal(err)
	}
	a := &inner{Size: 3, Every: 100 * time.Millisecond, Flag: &yes}
	want := sample{
		Name:   "one",
		Addr:   netip.MustParseAddr("10.0.0.1"),
		Prefix: []netip.Prefix{netip.MustParsePrefix("10.0.0.1/24"), netip.MustParsePrefix("fe80::1/64")},
		Parts:  map[string]*inner{"a": a, "b": a},
		Steps:  []*inner{{Every: 90 * time.Second}, {}},
		Hosts:  map[string]netip.Addr{"gw": netip.MustParseAddr("10.0.0.254")},
		Text:   map[string]string{"net.ipv4.ip_forward": "1", "long": "two\nlines\n"},
		Words:  words{"alone"},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeReportsEveryMistake(t *testing.T) {
	for _, tc := range []struct {
		name, src string
		want      []string
	}{
		{"empty file", "", []string{`f.yaml:1:1: the file is empty`}},
		{"only a comment", "# nothing\n", []string{`f.yaml:1:1: the file is empty`}},
		{"two documents", "name: a\n---\nname: b\n", []string{`f.yaml:3:1: a second document begins here, only one is allowed`}},
		{"syntax", "name: [a\nwords: b\n", []string{`f.yaml:2:1: ',' or ']' must be specified`}},
		{"tab", "parts:\n\ta: {}\n", []string{"f.yaml:2:1: found character '\t' that cannot start any token"}},
		{"list at the top", "- a\n", []string{`f.yaml:1:1: must be a mapping (name: value), not a list`}},
		{"missing field", "words: a\n", []string{`f.yaml:1:1: field "name" is missing`}},
		{"unknown field", "name: a\nwodrs: b\n", []string{`f.yaml:2:1: unknown field "wodrs", did you mean words?`}},
		{"unknown field far from all", "name: a\nzzzzzz: b\n", []string{`f.yaml:2:1: unknown field "zzzzzz"`}},
		{"Go name of a hidden field", "name: a\nhidden: b\n", []string{`f.yaml:2:1: unknown field "hidden"`}},
		{"key twice", "name: a\nname: b\n", []string{`f.yaml:2:1: "name" is there twice, first in line 1`}},
		{"map key twice", "name: a\nparts:\n  x: {}\n  x: {}\n", []string{`f.yaml:4:3: "x" is there twice, first in line 3`}},
		{"no value", "name:\nparts:\n  x:\nwords:\n", []string{
			`f.yaml:1:1: name has no value`,
			`f.yaml:3:3: x has no value, write {} for the defaults`,
			`f.yaml:4:1: words has no value, write [] for an empty list`}},
		{"no list item", "name: a\nprefix:\n  - \n", []string{`f.yaml:3:5: prefix[0] has no value`}},
		{"mapping for text", "name: {a: b}\n", []string{`f.yaml:1:1: name must be text, not a mapping`}},
		{"list for text", "name:\n  - a\n", []string{`f.yaml:1:1: name must be text, not a list`}},
		{"boolean for text", "name: true\n", []string{`f.yaml:1:7: name must be text, not the boolean true; quote it if the word is meant`}},
		{"text for mapping", "name: a\nparts: b\n", []string{`f.yaml:2:8: parts must be a mapping (name: value), not "b"`}},
		{"text for list", "name: a\nprefix: 10.0.0.1/8\n", []string{`f.yaml:2:9: prefix must be a list, not "10.0.0.1/8"`}},
		{"text for number", "name: a\nsteps: [{size: big}]\n", []string{`f.yaml:2:16: size must be a whole number, not "big"`}},
		{"fraction for number", "name: a\nsteps: [{size: 1.5}]\n", []string{`f.yaml:2:16: size must be a whole number, not "1.5"`}},
		{"huge number", "name: a\nsteps: [{size: 99999999999}]\n", []string{`f.yaml:2:16: size must be a whole number, not "99999999999"`}},
		{"text for boolean", "name: a\nsteps: [{flag: yes}]\n", []string{`f.yaml:2:16: flag must be true or false, not "yes"`}},
		{"duration without unit", "name: a\nsteps: [{every: 5}]\n", []string{`f.yaml:2:17: every has no unit, write 5s or 5ms`}},
		{"no duration", "name: a\nsteps: [{every: soon}]\n", []string{`f.yaml:2:17: "soon" is no duration, write 100ms, 3s or 1m30s`}},
		{"list for duration", "name: a\nsteps: [{every: [1s]}]\n", []string{`f.yaml:2:10: every must be a duration such as 100ms, not a list`}},
		{"no address", "name: a\naddr: 10.0.0\n", []string{`f.yaml:2:7: "10.0.0" is no IP address`}},
		{"no prefix length", "name: a\nprefix: [10.0.0.1, fe80::1]\n", []string{
			`f.yaml:2:10: "10.0.0.1" has no prefix length, write 10.0.0.1/24`,
			`f.yaml:2:20: "fe80::1" has no prefix length, write fe80::1/64`}},
		{"no prefix at all", "name: a\nprefix: [lan]\n", []string{`f.yaml:2:10: "lan" is no address with prefix length, such as 192.168.0.3/24`}},
		{"prefix too long", "name: a\nprefix: [10.0.0.1/33]\n", []string{`f.yaml:2:10: "10.0.0.1/33" is no address with prefix length, such as 192.168.0.3/24`}},
		{"unknown anchor", "name: *a\n", []string{`f.yaml:1:7: unknown anchor *a`}},
		{"anchor within itself", "name: a\nparts: &p {x: *p}\n", []string{`f.yaml:2:15: unknown anchor *p`}},
		{"mistake that an alias repeats", "name: a\nparts: {x: &x {sze: 1}, y: *x}\n", []string{`f.yaml:2:16: unknown field "sze", did you mean size?`}},
		{"tag", "name: !!str a\n", []string{`f.yaml:1:7: tags are not used here`}},
		{"merge key", "name: a\nparts:\n  x: &x {size: 1}\n  y: {<<: *x}\n", []string{`f.yaml:4:7: merge keys (<<) are not used here, write the fields out`}},
		{"windows line ends", "name: a\r\nwodrs: b\r\n", []string{`f.yaml:2:1: unknown field "wodrs", did you mean words?`}},
		{"after wide characters", "name: \"ü\"\nparts: {äöü: {sze: 1}}\n", []string{`f.yaml:2:15: unknown field "sze", did you mean size?`}},
		{"all at once, in order", "wodrs: b\nsteps:\n  - size: x\n    evry: 1s\n", []string{
			`f.yaml:1:1: unknown field "wodrs", did you mean words?`,
			`f.yaml:1:1: field "name" is missing`,
			`f.yaml:3:11: size must be a whole number, not "x"`,
			`f.yaml:4:5: unknown field "evry", did you mean every?`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := decode(tc.src)
			if err == nil {
				t.Fatal("no mistake reported")
			}
			if diff := cmp.Diff(tc.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDiagnosticText(t *testing.T) {
	_, err := decode("name: a\nparts:\n  one: {sice: 1}\n")
	var found Diagnostics
	if !errors.As(err, &found) {
		t.Fatalf("error is %T", err)
	}
	want := "f.yaml:3:9: unknown field \"sice\", did you mean size?\n" +
		"      one: {sice: 1}\n" +
		"            ^\n"
	if diff := cmp.Diff(want, found.Text()); diff != "" {
		t.Error(diff)
	}
}

func TestTextKeepsTabsBeforeTheCaret(t *testing.T) {
	d := Diagnostic{File: "f", Line: 1, Column: 3, Message: "m", Source: "\tab"}
	if diff := cmp.Diff("f:1:3: m\n    \tab\n    \t ^\n", d.Text()); diff != "" {
		t.Error(diff)
	}
}

func TestReportsBesideDecoding(t *testing.T) {
	d := Parse("f.yaml", []byte("name: a\nparts:\n  x: {size: 1}\n"))
	var s sample
	d.Decode(&s)
	x := Path{"parts", "x"}
	d.Report(x.Key("size"), "at the value")
	d.Report(x.Key("every"), "around a value that is not there")
	d.ReportKey(x.Key("size"), "", "at the key")
	d.Report(Path{"hosts"}, "nothing around")
	want := []string{
		"f.yaml:1:1: nothing around",
		"f.yaml:3:3: around a value that is not there",
		"f.yaml:3:7: at the key",
		"f.yaml:3:13: at the value",
	}
	if diff := cmp.Diff(want, strings.Split(d.Err().Error(), "\n")); diff != "" {
		t.Error(diff)
	}
	if !d.Has(x.Key("size")) || d.Has(x.Key("every")) {
		t.Error("Has does not tell what is written from what is not")
	}
}

func TestWhatCouldNotBeReadIsReportedOnce(t *testing.T) {
	d := Parse("f.yaml", []byte("parts: {x: {size: big, every: }}\nwords: {}\n"))
	var s sample
	d.Decode(&s)
	x := Path{"parts", "x"}
	for _, p := range []Path{{"name"}, {"words"}, x.Key("size"), x.Key("every")} {
		d.Report(p, "out of range")
		d.ReportKey(p, "", "out of range")
	}
	d.Report(x.Key("flag"), "reported")
	want := []string{
		`f.yaml:1:1: field "name" is missing`,
		`f.yaml:1:9: reported`,
		`f.yaml:1:19: size must be a whole number, not "big"`,
		`f.yaml:1:24: every has no value`,
		`f.yaml:2:1: words must be text, not a mapping`,
	}
	if diff := cmp.Diff(want, strings.Split(d.Err().Error(), "\n")); diff != "" {
		t.Error(diff)
	}
}

func TestFieldsOfOtherTypesAreRefused(t *testing.T) {
	var v struct {
		Ratio float64 `yaml:"ratio"`
	}
	d := Parse("f.yaml", []byte("ratio: 1.5\n"))
	d.Decode(&v)
	if got, want := d.Err().Error(), "f.yaml:1:8: float64 cannot be read from YAML"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestUnplacedNamesThePath(t *testing.T) {
	d := Unplaced()
	d.Report(Path{"nodes", "a"}.Key("list").Index(2), "bad")
	if got, want := d.Err().Error(), "nodes.a.list[2]: bad"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := Unplaced().Err(); err != nil {
		t.Errorf("no mistakes give %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"name: a\nparts: {x: {size: 1, every: 1s}}\n", "a: &x [*x]\n", "? [a]\n: b\n", "<<: {a: b}\n",
		"name: |\n  x\n", "- - -\n", "steps:\n- \n-\n", "\"\": 1\n", "name: !!int 'a'\r\n", "%YAML 1.2\n---\nname: a\n...\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		_, err := decode(src)
		var found Diagnostics
		if err != nil && !errors.As(err, &found) {
			t.Fatalf("error of type %T", err)
		}
		for _, d := range found {
			if d.Line < 1 || d.Column < 1 || d.Message == "" {
				t.Errorf("incomplete diagnostic %+v", d)
			}
		}
		found.Text()
	})
}
