package diag

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// constants returns the codes that code.go declares, in its order.
func constants(t *testing.T) []Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "code.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []Code
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); !ok || name.Name != "Code" || len(spec.Values) != 1 {
			t.Fatalf("%s is not declared as NAME Code = \"...\"", spec.Names[0])
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, Code(text))
		return true
	})
	if len(codes) == 0 {
		t.Fatal("code.go declares no code")
	}
	return codes
}

// TestRules holds the registry to the constants of code.go.
func TestRules(t *testing.T) {
	var codes []Code
	titles := map[string]Code{}
	form := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	for _, r := range Rules() {
		codes = append(codes, r.Code)
		if !form.MatchString(string(r.Code)) {
			t.Errorf("code %q is not in lower case with hyphens", r.Code)
		}
		if first, ok := titles[r.Title]; ok {
			t.Errorf("%s has the title of %s", r.Code, first)
		}
		titles[r.Title] = r.Code
		if r.Title == "" || strings.HasSuffix(r.Title, ".") {
			t.Errorf("%s: title %q is to be a sentence without its full stop", r.Code, r.Title)
		}
		if !strings.HasSuffix(r.Why, ".") {
			t.Errorf("%s: why %q is to be of whole sentences", r.Code, r.Why)
		}
		if strings.Count(r.Example, "\n") > 10 || strings.HasSuffix(r.Example, "\n") {
			t.Errorf("%s: the example is not short", r.Code)
		}
	}
	if diff := cmp.Diff(constants(t), codes); diff != "" {
		t.Errorf("constants of code.go and codes of Rules (-constants +rules):\n%s", diff)
	}
	seen := map[Code]bool{}
	for _, c := range codes {
		if seen[c] {
			t.Errorf("code %s stands twice", c)
		}
		seen[c] = true
	}
}
