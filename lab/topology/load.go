package topology

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/viplab/viplab/internal/suggest"
	"github.com/viplab/viplab/lab/internal/yamlfile"
)

// FileName is the file that describes a topology in its directory.
const FileName = "topology.yaml"

// ScenarioFolder is the folder of a topology's directory that holds its
// scenarios; no node may have this name.
const ScenarioFolder = "scenarios"

// Diagnostics are the mistakes of files, each with line, column and the nearest
// valid name. Loading returns them as its error.
type Diagnostics = yamlfile.Diagnostics

// UnknownError says that nothing of a kind has a name that was asked for, and
// which is nearest.
type UnknownError = yamlfile.UnknownError

// Load reads and checks the topology whose directory is the root of fsys, and
// fills in its defaults. Dir is the directory as messages show it; its last part
// must be the topology's name unless dir is "" or ".". The error wraps what fsys
// said, or is Diagnostics with every mistake.
func Load(fsys fs.FS, dir string) (*Topology, error) {
	return load(fsys, dir, path.Base(filepath.ToSlash(dir)))
}

// LoadDir reads the topology of a directory of the system, as Load.
func LoadDir(dir string) (*Topology, error) {
	full, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("load topology %s: %w", dir, err)
	}
	return load(os.DirFS(dir), dir, filepath.Base(full))
}

func load(fsys fs.FS, dir, name string) (*Topology, error) {
	src, err := fs.ReadFile(fsys, FileName)
	if err != nil {
		return nil, fmt.Errorf("load topology %s: %w", dir, err)
	}
	doc := yamlfile.Parse(filepath.Join(dir, FileName), src)
	t := &Topology{Files: fsys, Dir: dir}
	doc.Decode(t)
	if doc.Has(yamlfile.Path{}) {
		if doc.Has(yamlfile.Path{"name"}) && name != "." && name != "/" && t.Name != name {
			doc.Report(yamlfile.Path{"name"}, "the name is %q, but the directory is %q", t.Name, name)
		}
		t.check(doc)
	}
	if err := doc.Err(); err != nil {
		return nil, err
	}
	t.FillDefaults()
	return t, nil
}

// Unknown returns the UnknownError for a name that is none of known.
func Unknown(kind, name string, known []string) error {
	return &UnknownError{Kind: kind, Name: name, Near: suggest.Nearest(name, known)}
}
