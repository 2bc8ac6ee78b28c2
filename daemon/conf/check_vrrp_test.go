package conf

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestVRRPDiagnostics reads the configurations in testdata/vrrp, NAME.conf, and
// compares what is found wrong with NAME.txt. With -update it writes the latter.
func TestVRRPDiagnostics(t *testing.T) {
	files, err := filepath.Glob("testdata/vrrp/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for n := 0; n+1 < len(ar.Files); n += 2 {
				text, want := ar.Files[n], &ar.Files[n+1]
				t.Run(strings.TrimSuffix(text.Name, ".conf"), func(t *testing.T) {
					_, got := readVRRP(t, string(text.Data))
					if got != "" {
						got += "\n"
					}
					if updating() {
						want.Data = []byte(got)
					}
					if diff := cmp.Diff(string(want.Data), got); diff != "" {
						t.Errorf("(-want +got):\n%s", diff)
					}
				})
			}
			if updating() {
				if err := os.WriteFile(name, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// updating reports whether -update is given, the flag of the package's golden
// files.
func updating() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}
