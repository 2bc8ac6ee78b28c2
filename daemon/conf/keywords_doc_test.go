package conf

import (
	_ "embed"
	"flag"
	"os"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf/schema"
)

//go:generate go test -run 'TestKeywordsPageIsCurrent|TestGlobalMistakes' -update .

var update = flag.Bool("update", false, "rewrite golden files")

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not what is written now; make generate rewrites it (-want +got):\n%s", file, diff)
	}
}

//go:embed testdata/keywords.md.tmpl
var pageTemplate string

// keywordsPage is where the keywords are documented.
const keywordsPage = "../../docs/keywords.md"

func TestKeywordsPageIsCurrent(t *testing.T) {
	list, err := rows()
	if err != nil {
		t.Fatal(err)
	}
	page := template.Must(template.New("page").Funcs(template.FuncMap{"anchor": anchor}).Parse(pageTemplate))
	var b strings.Builder
	if err := page.Execute(&b, map[string]any{"Blocks": pageBlocks(list)}); err != nil {
		t.Fatal(err)
	}
	golden(t, keywordsPage, b.String())
}

// pageBlock is a block on the page. As is a block with the same lines.
type pageBlock struct {
	Path, As string
	Lines    []string
}

func pageBlocks(list []schema.Row) []*pageBlock {
	var blocks []*pageBlock
	at := map[string]*pageBlock{}
	for _, r := range list {
		b := at[r.Path]
		if b == nil {
			b = &pageBlock{Path: r.Path}
			at[r.Path] = b
			blocks = append(blocks, b)
		}
		b.Lines = append(b.Lines, pageLine(r.Keyword))
	}
	first := map[string]string{}
	for _, b := range blocks {
		text := strings.Join(b.Lines, "\n")
		if as, ok := first[text]; ok && len(b.Lines) > 1 {
			b.As = as
		} else {
			first[text] = b.Path
		}
	}
	return blocks
}

// pageLine is the line of k in the table of its block.
func pageLine(k *schema.Keyword) string {
	since := "2.2.7"
	if k.Newer {
		since = "after 2.2.7"
	}
	if k.Own {
		since = "vipd only"
	}
	value := code(k.Default)
	if value == "" {
		value = cell(k.Else)
	}
	cells := []string{code(k.Name), cell(k.Field.Form), k.Field.Unit, value, k.Status.String(), since, cell(k.Doc) + cell(pageNote(k))}
	line := "|"
	for _, c := range cells {
		if c != "" {
			line += " " + c
		}
		line += " |"
	}
	return line
}

// pageNote is what else there is to say of k: its other names.
func pageNote(k *schema.Keyword) string {
	switch {
	case len(k.Aliases) > 0:
		return "; also written " + strings.Join(k.Aliases, ", ")
	case k.Instead != "":
		return "; deprecated: write " + k.Instead
	case k.Same != "":
		return "; the same as " + k.Same
	}
	return ""
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// code is text as the page shows what is typed.
func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + cell(text) + "`"
}

// anchor is how a heading is linked to.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(heading))
}
