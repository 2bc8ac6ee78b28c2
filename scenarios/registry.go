// Package scenarios is the registry of what viplab can run: the scenarios of the
// labs that come with it, or those of any other folder of labs.
package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/viplab/viplab/lab/scenario"
	"github.com/viplab/viplab/lab/topology"
	"github.com/viplab/viplab/topologies"
)

// All returns the scenarios of the labs that come with viplab, in the order of
// their IDs.
func All() ([]*scenario.Scenario, error) { return Load(topologies.FS(), topologies.Folder) }

// Load reads the scenarios of a folder of labs, LAB/scenarios/NAME.yaml, in the
// order of their IDs. Dir is that folder as messages show it. The error holds
// topology.Diagnostics of all files together: one look shows every mistake.
func Load(fsys fs.FS, dir string) ([]*scenario.Scenario, error) {
	var wrong mistakes
	labs, broken, err := loadLabs(fsys, dir, &wrong)
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(fsys, "*/"+topology.ScenarioFolder+"/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list scenarios: %w", err)
	}
	var found []*scenario.Scenario
	for _, file := range files {
		if broken[path.Dir(path.Dir(file))] {
			continue // what it says of its lab cannot be judged
		}
		s, err := scenario.Load(fsys, dir, file, labs)
		if !wrong.add(err) {
			found = append(found, s.Expand()...)
		}
	}
	if err := wrong.err(); err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b *scenario.Scenario) int { return cmp.Compare(a.ID(), b.ID()) })
	return found, nil
}

// loadLabs reads the topologies of a folder and says which have mistakes.
func loadLabs(fsys fs.FS, dir string, wrong *mistakes) (labs map[string]*topology.Topology, broken map[string]bool, err error) {
	names, err := topologies.NamesIn(fsys)
	if err != nil {
		return nil, nil, err
	}
	labs, broken = make(map[string]*topology.Topology), make(map[string]bool)
	for _, name := range names {
		top, err := topologies.LoadFrom(fsys, dir, name)
		if wrong.add(err) {
			broken[name] = true
		} else {
			labs[name] = top
		}
	}
	return labs, broken, nil
}

// mistakes gathers those of many files.
type mistakes struct {
	found  topology.Diagnostics
	others []error
}

// add takes err and says whether there was one.
func (m *mistakes) add(err error) bool {
	var found topology.Diagnostics
	switch {
	case err == nil:
		return false
	case errors.As(err, &found):
		m.found = append(m.found, found...)
	default:
		m.others = append(m.others, err)
	}
	return true
}

func (m *mistakes) err() error {
	if len(m.found) == 0 {
		return errors.Join(m.others...)
	}
	if len(m.others) == 0 {
		return m.found
	}
	return errors.Join(append(m.others, m.found)...)
}
