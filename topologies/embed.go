// Package topologies holds the labs that come with viplab, one directory each:
// topology.yaml, README.md, a folder of files for each node, and scenarios.
package topologies

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/viplab/viplab/lab/topology"
)

// all: takes files whose names begin with . or _ too, as nodes may have them.
//
//go:embed all:*
var files embed.FS

// Folder is the folder of the labs, as messages show it.
const Folder = "topologies"

// FS returns the directories of the labs.
func FS() fs.FS { return files }

// Names lists the labs in alphabetical order.
func Names() ([]string, error) { return NamesIn(files) }

// NamesIn lists the topologies among the directories of fsys: those that hold a
// topology.yaml.
func NamesIn(fsys fs.FS) ([]string, error) {
	found, err := fs.Glob(fsys, "*/"+topology.FileName)
	if err != nil {
		return nil, fmt.Errorf("list topologies: %w", err)
	}
	for i, file := range found {
		found[i] = file[:len(file)-len("/"+topology.FileName)]
	}
	slices.Sort(found)
	return found, nil
}

// Load reads the lab of that name. The error is a *topology.UnknownError where
// there is none, or what topology.Load says.
func Load(name string) (*topology.Topology, error) { return LoadFrom(files, Folder, name) }

// LoadFrom is Load among the directories of fsys, which messages show as folder.
func LoadFrom(fsys fs.FS, folder, name string) (*topology.Topology, error) {
	names, err := NamesIn(fsys)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(names, name) {
		return nil, topology.Unknown("topology", name, names)
	}
	dir, err := fs.Sub(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("load topology %s: %w", name, err)
	}
	return topology.Load(dir, path.Join(folder, name))
}
