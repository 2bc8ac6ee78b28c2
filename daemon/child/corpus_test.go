package child

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/viplab/viplab/daemon/conf"
)

// TestEffective: a child can run what its parent can, whatever mistakes the file
// has that it was made of.
func TestEffective(t *testing.T) {
	files, err := filepath.Glob("../conf/differential/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	for _, name := range files {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if filepath.Ext(f.Name) != ".conf" {
				continue
			}
			cfg, _ := conf.Read(strings.NewReader(string(f.Data)), f.Name)
			if cfg == nil || len(cfg.Diagnostics.AtLeast(conf.Fatal)) > 0 {
				continue
			}
			text, err := Memory(cfg)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := readMemory(text); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			text.Close()
		}
	}
}
