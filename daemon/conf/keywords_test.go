package conf

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/viplab/viplab/daemon/conf/schema"
)

// fact is what the reference says of a keyword.
type fact struct {
	path, keyword, form, value, has227 string
}

// reference reads testdata/keywords.tsv: all keywords of keepalived 2.4.3, with
// the places, forms and defaults that its source and its dumps have.
func reference(t *testing.T) []fact {
	t.Helper()
	f, err := os.Open("testdata/keywords.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []fact
	for lines := bufio.NewScanner(f); lines.Scan(); {
		c := strings.Split(lines.Text(), "\t")
		if len(c) != 5 {
			t.Fatalf("line %q has %d columns, want 5", lines.Text(), len(c))
		}
		list = append(list, fact{c[0], c[1], c[2], c[3], c[4]})
	}
	return list[1:]
}

// places are the paths of the table for paths of the reference that stand for
// several blocks, of which the first one is what it describes.
var places = map[string][]string{
	"vrrp_instance/virtual_ipaddress (line token; also _excluded, static_ipaddress)": {
		"vrrp_instance/virtual_ipaddress", "vrrp_instance/virtual_ipaddress_excluded", "static_ipaddress"},
	"vrrp_instance/virtual_routes (line token; also static_routes)": {"vrrp_instance/virtual_routes", "static_routes"},
	"vrrp_instance/virtual_rules (line token; also static_rules)":   {"vrrp_instance/virtual_rules", "static_rules"},
	"vrrp_instance/track_* (line token)": {
		"vrrp_instance/track_interface", "vrrp_instance/track_script", "vrrp_instance/track_file", "vrrp_instance/track_process", "vrrp_instance/track_bfd",
		"vrrp_sync_group/track_interface", "vrrp_sync_group/track_script", "vrrp_sync_group/track_file", "vrrp_sync_group/track_process", "vrrp_sync_group/track_bfd"},
	"vrrp_instance/unicast_peer (line token)": {"vrrp_instance/unicast_peer"},
	"virtual_server_group (line token)":       {"virtual_server_group"},
}

// corrected are rows where keepalived 2.2.7, run and dumped, differs from the
// reference, with the form and the default that were seen; empty ones agree.
var corrected = map[place]struct{ form, value string }{
	{"global_defs", "nftables_ipvs_priority"}:       {value: "-1"},
	{"global_defs", "vrrp_higher_prio_send_advert"}: {value: "on"},                        // ours, on purpose
	{"vrrp_instance", "interface"}:                  {value: "required, but for unicast"}, // default_interface is for addresses
	{"vrrp_instance", "garp_lower_prio_delay"}:      {value: "global setting"},            // not the instance's garp_master_delay
	{"vrrp_instance", "garp_lower_prio_repeat"}:     {value: "global setting"},
	{"vrrp_instance", "debug"}:                      {form: "INT 0-4"}, // it ends at once without a number
	{"vrrp_instance/virtual_ipaddress", "peer"}:     {form: "IP"},      // a length is an error
	{"vrrp_instance/virtual_ipaddress", "use_vmac"}: {form: "flag"},    // words behind it are unknown
}

// place is a row at one path of the table.
type place struct{ path, keyword string }

// ours are the keywords that no keepalived has.
var ours = map[place]bool{
	{"virtual_server/real_server/SSL_GET", "tls_verify"}: true,
}

// expected spreads the reference over the paths of the table.
func expected(t *testing.T) map[place]fact {
	want := map[place]fact{}
	for _, f := range reference(t) {
		paths := places[f.path]
		if paths == nil {
			paths = []string{f.path}
		}
		if better := corrected[place{paths[0], f.keyword}]; better.form != "" {
			f.form = better.form
		} else if better.value != "" {
			f.value = better.value
		}
		for _, p := range paths {
			want[place{p, f.keyword}] = f
		}
	}
	return want
}

// TestReference holds the table to the reference: every keyword of keepalived at
// its place, with its form, its default and its version, and no other.
func TestReference(t *testing.T) {
	if n := len(reference(t)); n != 646 {
		t.Fatalf("the reference has %d rows, want 646", n)
	}
	list, err := rows()
	if err != nil {
		t.Fatal(err)
	}
	want := expected(t)
	seen := map[place]bool{}
	for _, r := range list {
		at := place{r.Path, r.Keyword.Name}
		f, ok := want[at]
		if ours[at] && r.Keyword.Own && !ok {
			continue
		}
		if !ok {
			t.Errorf("surplus: %s %s", at.path, at.keyword)
			continue
		}
		if seen[at] {
			t.Errorf("twice: %s %s", at.path, at.keyword)
		}
		seen[at] = true
		compareRow(t, r, f)
	}
	for _, at := range unseen(want, seen) {
		t.Errorf("missing: %s %s", at.path, at.keyword)
	}
}

func unseen(want map[place]fact, seen map[place]bool) []place {
	var list []place
	for at := range want {
		if !seen[at] {
			list = append(list, at)
		}
	}
	slices.SortFunc(list, func(a, b place) int { return strings.Compare(a.path+"\t"+a.keyword, b.path+"\t"+b.keyword) })
	return list
}

// compareRow compares what the table says of a keyword. The default is that of
// the first place of the reference's row; others may have their own.
func compareRow(t *testing.T, r schema.Row, f fact) {
	k := r.Keyword
	differs := func(what, got, want string) {
		if got != want {
			t.Errorf("differs: %s %s: %s %q, want %q", r.Path, k.Name, what, got, want)
		}
	}
	differs("form", k.Field.Form, f.form)
	if paths := places[f.path]; paths == nil || paths[0] == r.Path {
		differs("default", k.Default+k.Else, f.value)
	}
	has := "yes"
	if k.Newer {
		has = "no"
	}
	differs("in 2.2.7", has, f.has227)
}

// TestWriteKeywords holds the listing to the reference.
func TestWriteKeywords(t *testing.T) {
	var b strings.Builder
	if err := WriteKeywords(&b); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if lines[0] != "block_path\tkeyword\tstatus" {
		t.Errorf("first line %q", lines[0])
	}
	want, seen := expected(t), map[place]bool{}
	for _, line := range lines[1:] {
		c := strings.Split(line, "\t")
		if len(c) != 3 {
			t.Fatalf("line %q has %d columns, want 3", line, len(c))
		}
		if at := (place{c[0], c[1]}); want[at] == (fact{}) && !ours[at] {
			t.Errorf("surplus: %q", line)
		} else {
			seen[at] = true
		}
		if c[2] != "implemented" && c[2] != "accepted" && c[2] != "refused" {
			t.Errorf("status of %q", line)
		}
	}
	for _, at := range unseen(want, seen) {
		t.Errorf("missing: %s %s", at.path, at.keyword)
	}
}

// TestKeywordsPage holds docs/keywords.md, as it is, to the reference.
func TestKeywordsPage(t *testing.T) {
	text, err := os.ReadFile(keywordsPage)
	if err != nil {
		t.Fatal(err)
	}
	want, seen := expected(t), map[place]bool{}
	path := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "## "):
			path = strings.TrimPrefix(line, "## ")
		case strings.HasPrefix(line, "The same as in ["):
			as, _, _ := strings.Cut(strings.TrimPrefix(line, "The same as in ["), "]")
			for at := range seen {
				if at.path == as {
					seen[place{path, at.keyword}] = true
				}
			}
		case strings.HasPrefix(line, "| `"):
			seen[comparePage(t, path, line, want)] = true
		}
	}
	for at := range seen {
		if want[at] == (fact{}) && !ours[at] {
			t.Errorf("surplus: %s %s", at.path, at.keyword)
		}
	}
	for _, at := range unseen(want, seen) {
		t.Errorf("missing: %s %s", at.path, at.keyword)
	}
}

// comparePage compares a line of the page with the reference, and returns whose
// it is.
func comparePage(t *testing.T, path, line string, want map[place]fact) place {
	line = strings.ReplaceAll(line, `\|`, "\x00")
	cells := strings.Split(strings.Trim(line, "|"), "|")
	for i := range cells {
		cells[i] = strings.ReplaceAll(strings.Trim(strings.TrimSpace(cells[i]), "`"), "\x00", "|")
	}
	at := place{path, cells[0]}
	f, since := want[at], "2.2.7"
	if f.has227 == "no" {
		since = "after 2.2.7"
	}
	switch {
	case len(cells) != 7:
		t.Errorf("%s %s: %d cells, want 7", path, cells[0], len(cells))
	case f != (fact{}) && (cells[1] != f.form || cells[5] != since):
		t.Errorf("differs: %s %s: form %q since %q, want %q since %q", path, cells[0], cells[1], cells[5], f.form, since)
	case cells[6] == "":
		t.Errorf("%s %s: nothing says what it does", path, cells[0])
	}
	return at
}
