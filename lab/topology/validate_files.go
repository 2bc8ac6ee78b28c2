package topology

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/viplab/viplab/internal/suggest"
	"github.com/viplab/viplab/lab/internal/yamlfile"
)

// checkFolders looks for folders that belong to no node: a typo in a folder's
// name would leave the node without its files.
func (c *checker) checkFolders() {
	if c.t.Files == nil {
		return
	}
	entries, err := fs.ReadDir(c.t.Files, ".")
	if err != nil {
		c.ReportKey(yamlfile.Path{"nodes"}, "", "the topology's directory cannot be read: %v", err)
		return
	}
	var loose []string
	missing := append(c.t.NodeNames(), ScenarioFolder)
	for _, e := range entries {
		name := e.Name()
		if !e.IsDir() || strings.HasPrefix(name, ".") {
			continue
		}
		if i := slices.Index(missing, name); i >= 0 {
			missing = slices.Delete(missing, i, i+1)
		} else {
			loose = append(loose, name)
		}
	}
	for _, name := range loose {
		near := suggest.Nearest(name, missing)
		c.ReportKey(yamlfile.Path{"nodes"}, near, "folder %s belongs to no node", name)
	}
}

// filesOf lists the files in a node's folder, by their path in the topology's
// directory.
func (c *checker) filesOf(node string) []string {
	var files []string
	// What cannot be read cannot be suggested.
	_ = fs.WalkDir(c.t.Files, node, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return fs.SkipDir
		}
		if !d.IsDir() {
			files = append(files, p)
		}
		return nil
	})
	return files
}
