package diag

import (
	_ "embed"
	"strings"
	"testing"
	"text/template"
)

//go:generate go test -run TestDocsAreCurrent -update .

//go:embed testdata/diagnostics.md.tmpl
var docsTemplate string

// TestDocsAreCurrent holds docs/diagnostics.md against the registry and what
// is written now.
func TestDocsAreCurrent(t *testing.T) {
	page := template.Must(template.New("docs").Funcs(template.FuncMap{
		"indent": func(s string) string { return "    " + strings.ReplaceAll(s, "\n", "\n    ") },
	}).Parse(docsTemplate))

	example := sample()[:1]
	var asJSON strings.Builder
	if err := example.WriteJSON(&asJSON, JSON{Source: sampleSource()}); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	err := page.Execute(&b, map[string]any{
		"Text":       text(t, example, Text{Source: sampleSource()}),
		"JSON":       asJSON.String(),
		"Severities": []Severity{Fatal, Error, Insecure, Warning},
		"Meaning": map[Severity]string{
			Fatal:    "it cannot be run",
			Error:    "it runs without what is wrong, or with a default in its place",
			Insecure: "a script is not run, since others than its user could change it",
			Warning:  "it runs as written, and is probably not what was meant",
		},
		"MaxSource": maxSource,
		"Rules":     Rules(),
	})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "../../../docs/diagnostics.md", b.String())
}
