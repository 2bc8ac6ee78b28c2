package differential_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// mainFile is the file of a case that is loaded.
const mainFile = "keepalived.conf"

// testCase is a configuration of testdata: the archive <name>.txtar.
type testCase struct {
	Name  string
	About string // the archive's comment: what it tests
	// ConfigID is that of the line "args: --config-id ID".
	ConfigID string
	// Root is the line "needs: root": the result hangs on files that root owns,
	// which in a user namespace nobody does.
	Root  bool
	files []txtar.File
}

// args are the options of keepalived beside -t and -f.
func (c testCase) args() []string {
	if c.ConfigID == "" {
		return nil
	}
	return []string{"--config-id", c.ConfigID}
}

// cases returns all cases in the order of their names.
func cases(t *testing.T) []testCase {
	t.Helper()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	list := make([]testCase, 0, len(names))
	for _, name := range names {
		c, err := parseCase(name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		list = append(list, c)
	}
	return list
}

func parseCase(name string) (testCase, error) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		return testCase{}, err
	}
	c := testCase{Name: strings.TrimSuffix(filepath.Base(name), ".txtar"), files: archive.Files}
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch {
		case key == "args":
			id, ok := strings.CutPrefix(value, "--config-id ")
			if !ok {
				return testCase{}, fmt.Errorf("args are %q; the reader knows --config-id alone", value)
			}
			c.ConfigID = id
		case key == "needs" && value == "root":
			c.Root = true
		case c.About == "":
			c.About = strings.TrimSpace(line)
		case strings.TrimSpace(line) != "":
			return testCase{}, fmt.Errorf("comment has a second line %q", line)
		}
	}
	return c, c.check()
}

// check finds what the rest of the test relies on: lines are told by the base
// names of their files.
func (c testCase) check() error {
	if c.About == "" || !strings.Contains(c.Name, "-") {
		return fmt.Errorf("has no comment, or a name that is not <area>-<what>")
	}
	seen := map[string]bool{}
	for _, f := range c.files {
		if base := filepath.Base(f.Name); seen[base] {
			return fmt.Errorf("two files called %s", base)
		} else {
			seen[base] = true
		}
	}
	if !seen[mainFile] {
		return fmt.Errorf("has no %s", mainFile)
	}
	return nil
}

// write puts the files into a new folder. Scripts (.sh) are executable;
// insecure.sh may be written by everybody.
func (c testCase) write(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range c.files {
		name := filepath.Join(dir, f.Name)
		mode := os.FileMode(0o644)
		if strings.HasSuffix(name, ".sh") {
			mode = 0o755
		}
		if filepath.Base(name) == "insecure.sh" {
			mode = 0o777
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(name, mode); err != nil { // whatever the umask
			t.Fatal(err)
		}
	}
	return dir
}
