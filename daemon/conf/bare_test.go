package conf

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestBare: what children are given reads back to the same model, with nothing
// left out that would not be there by itself.
func TestBare(t *testing.T) {
	files, err := filepath.Glob("differential/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	for _, name := range files {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			cfg, _ := Read(strings.NewReader(string(f.Data)), f.Name)
			if filepath.Ext(f.Name) != ".conf" || cfg == nil || len(cfg.Diagnostics.AtLeast(Fatal)) > 0 {
				continue
			}
			var bare, full strings.Builder
			if err := cfg.WriteBare(&bare); err != nil {
				t.Fatal(err)
			}
			if err := cfg.WriteText(&full); err != nil {
				t.Fatal(err)
			}
			got, _ := Read(strings.NewReader(bare.String()), f.Name)
			want, _ := Read(strings.NewReader(full.String()), f.Name)
			if d := cmp.Diff(plainText(t, want), plainText(t, got)); d != "" {
				t.Errorf("%s %s: -read from the full text +from the bare one\n%s", name, f.Name, d)
			}
		}
	}
}

// plainText is the effective configuration without comments.
func plainText(t *testing.T, c *Config) []string {
	t.Helper()
	var text strings.Builder
	if err := c.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(text.String()) {
		line, _, _ = strings.Cut(line, " # ")
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return lines
}
