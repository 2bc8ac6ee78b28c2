package conf

import (
	"bytes"
	"encoding/json"
	"go/token"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rogpeppe/go-internal/txtar"
)

// sameModel compares what configurations ask for: not where the file says it,
// nor what is wrong with it, nor what a Config keeps for its own use.
func sameModel() cmp.Options {
	unexported := func(p cmp.Path) bool {
		field, ok := p.Index(-1).(cmp.StructField)
		return ok && !token.IsExported(field.Name())
	}
	return cmp.Options{
		cmp.FilterPath(unexported, cmp.Ignore()),
		cmpopts.IgnoreTypes(Origin{}, Pos{}, Diagnostics{}, []Use{}),
		cmpopts.IgnoreFields(Config{}, "Path"),
		cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}, netip.AddrPort{}),
		cmpopts.EquateEmpty(),
	}
}

// roundTrip prints cfg and reads that again.
func roundTrip(t *testing.T, cfg *Config) {
	t.Helper()
	var text, js bytes.Buffer
	if err := cfg.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	again, _ := Read(strings.NewReader(text.String()), "printed")
	if again == nil {
		t.Fatalf("what is printed cannot be read:\n%s", &text)
	}
	if diff := cmp.Diff(cfg, again, sameModel()); diff != "" {
		t.Errorf("printed and read again (-before +after):\n%s\nprinted:\n%s", diff, &text)
	}
	if err := cfg.WriteJSON(&js); err != nil || !json.Valid(js.Bytes()) {
		t.Errorf("JSON: %v\n%s", err, &js)
	}
}

// corpus are the configurations of the project: those of the topologies, of the
// comparison with keepalived and of this package's tests, as hosts' files with a
// keepalived.conf each.
func corpus(t testing.TB) map[string]fstest.MapFS {
	t.Helper()
	hosts := map[string]fstest.MapFS{}
	for _, root := range []string{"../../topologies", "testdata"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".conf") {
				return err
			}
			text, err := os.ReadFile(path)
			hosts[path] = fstest.MapFS{"keepalived.conf": {Data: text}}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	archives, err := filepath.Glob("differential/testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range archives {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		host := fstest.MapFS{}
		for _, f := range a.Files {
			host[f.Name] = &fstest.MapFile{Data: f.Data}
		}
		hosts[path] = host
	}
	if len(hosts) < 600 {
		t.Fatalf("only %d configurations found", len(hosts))
	}
	return hosts
}

func TestRoundTrip(t *testing.T) {
	for name, host := range corpus(t) {
		t.Run(name, func(t *testing.T) {
			cfg, err := Loader{ConfigID: "main"}.Parse(host, "keepalived.conf")
			if cfg == nil {
				t.Fatal(err)
			}
			roundTrip(t, cfg)
		})
	}
}

func FuzzRoundTrip(f *testing.F) {
	for _, host := range corpus(f) {
		f.Add(string(host["keepalived.conf"].Data))
	}
	f.Fuzz(func(t *testing.T, text string) {
		// A text that makes much of itself is another test's: package syntax bounds
		// what it may cost. Here it would take the time of thousands of others.
		cfg, err := Loader{work: 1 << 20}.Read(strings.NewReader(text), "fuzz")
		if cfg == nil {
			t.Fatal(err)
		}
		lines := strings.Count(strings.ReplaceAll(text, "\r", "\n"), "\n") + 1
		for _, d := range cfg.Diagnostics {
			if d.Pos.File == "fuzz" && (d.Pos.Line < 0 || int(d.Pos.Line) > lines) {
				t.Errorf("%v: the file has %d lines", d, lines)
			}
		}
		roundTrip(t, cfg)
	})
}
