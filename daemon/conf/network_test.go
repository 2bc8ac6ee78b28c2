package conf

import (
	"bytes"
	"iter"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// owner has a block of each kind of line, as an instance and a sync group have.
type owner struct {
	Origin
	Addresses, Excluded []Address
	Routes              []Route
	Rules               []Rule

	Scripts, Interfaces, Files, Processes, Sessions []Track
}

// lineTable is a table with the rows of this package that hold lines, in an
// "owner" block of the configuration o.
func lineTable(t testing.TB, o *owner) *schema.Block {
	t.Helper()
	block := func(name string, b *schema.Block) schema.Keyword {
		return schema.Keyword{Name: name, Many: true, Field: schema.Open(), Block: b}
	}
	track := func(name string, limit int, at func(*owner) *[]Track) schema.Keyword {
		return block(name, trackBlock("vrrp_instance/"+name, limit, at))
	}
	root := &schema.Block{Path: "(root)", Keywords: slices.Concat(networkRoot(), trackRoot(), []schema.Keyword{{
		Name: "owner", Many: true,
		Field: schema.Field{
			Begin: func(*schema.Context, any, *syntax.Statement) any { return o },
			Each:  func(any) iter.Seq2[[]string, any] { return func(yield func([]string, any) bool) { yield(nil, o) } }},
		Block: &schema.Block{Path: "owner", Keywords: []schema.Keyword{
			block("virtual_ipaddress", addressBlock("vrrp_instance/virtual_ipaddress", func(o *owner) *[]Address { return &o.Addresses })),
			block("virtual_ipaddress_excluded", addressBlock("vrrp_instance/virtual_ipaddress_excluded", func(o *owner) *[]Address { return &o.Excluded })),
			block("virtual_routes", routeBlock("vrrp_instance/virtual_routes", func(o *owner) *[]Route { return &o.Routes })),
			block("virtual_rules", ruleBlock("vrrp_instance/virtual_rules", func(o *owner) *[]Rule { return &o.Rules })),
			track("track_script", 253, func(o *owner) *[]Track { return &o.Scripts }),
			track("track_interface", 253, func(o *owner) *[]Track { return &o.Interfaces }),
			track("track_file", 254, func(o *owner) *[]Track { return &o.Files }),
			track("track_process", 254, func(o *owner) *[]Track { return &o.Processes }),
			track("track_bfd", 253, func(o *owner) *[]Track { return &o.Sessions }),
		}},
	}})}
	if err := schema.Index(root); err != nil {
		t.Fatal(err)
	}
	return root
}

// lines reads text with lineTable and returns what was read and found wrong, a
// line each. It fails unless what is printed is read as the same again.
func lineFile(t testing.TB, text string) (*Config, *owner, []string) {
	t.Helper()
	cfg, o, root, wrong := readLines(t, text)
	var out bytes.Buffer
	if err := schema.WriteText(&out, root.Entries(cfg)); err != nil {
		t.Fatal(err)
	}
	cfg2, o2, _, _ := readLines(t, out.String())
	same := modelOptions()
	if diff := cmp.Diff(cfg, cfg2, same); diff != "" {
		t.Errorf("after printing and reading again (-before +after):\n%s\n%s", diff, out.String())
	}
	if diff := cmp.Diff(o, o2, same); diff != "" {
		t.Errorf("after printing and reading again (-before +after):\n%s\n%s", diff, out.String())
	}
	return cfg, o, wrong
}

// modelOptions compare models without the places that they come from.
func modelOptions() cmp.Options {
	return cmp.Options{cmpopts.IgnoreTypes(Origin{}, Global{}), cmpopts.IgnoreUnexported(Config{}, Address{}, Track{}, Route{}, Rule{}),
		cmpopts.IgnoreFields(Config{}, "Diagnostics", "Global"), cmpopts.IgnoreTypes(Pos{}), cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})}
}

func readLines(t testing.TB, text string) (*Config, *owner, *schema.Block, []string) {
	t.Helper()
	cfg, o := newConfig(""), &owner{}
	wrong := readInto(t, cfg, o, text)
	return cfg, o, lineTable(t, o), wrong
}

// readInto reads text into cfg and o, and returns what is wrong.
func readInto(t testing.TB, cfg *Config, o *owner, text string) []string {
	t.Helper()
	wrong := []string{}
	report := func(d diag.Diagnostic) { wrong = append(wrong, d.Error()) }
	c := schema.NewContext(lineTable(t, o), report)
	for s := range syntax.NewReader(syntax.Options{}, report).Read(text, "", "/") {
		c.Read(cfg, s)
	}
	c.Fill()
	checkNetwork(c, cfg)
	checkTrack(c, cfg)
	return wrong
}

// in puts lines into a block of the owner.
func in(block, lines string) string {
	return "owner {\n" + block + " {\n" + lines + "\n}\n}\n"
}

func expectWrong(t *testing.T, got []string, want string) {
	t.Helper()
	if diff := cmp.Diff(want, strings.Join(got, "\n")); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
}
