package scenarios

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/viplab/viplab/lab/scenario"
	"github.com/viplab/viplab/lab/topology"
)

// NameError says that a name selects no scenario, or cannot tell which one.
type NameError struct {
	Name string
	// Near is the nearest valid name; may be empty.
	Near string
	// Matches are the IDs that an ambiguous name could mean.
	Matches []string
	// Pattern is what is wrong with a pattern.
	Pattern error
}

// Error says what is wrong and, where it is known, what was probably meant.
func (e *NameError) Error() string {
	switch {
	case e.Pattern != nil:
		return fmt.Sprintf("bad pattern %q: %v", e.Name, e.Pattern)
	case len(e.Matches) > 0:
		return fmt.Sprintf("scenario %q could be %s", e.Name, strings.Join(e.Matches, " or "))
	case isPattern(e.Name):
		return fmt.Sprintf("no scenario matches %q", e.Name)
	default:
		return (&topology.UnknownError{Kind: "scenario or suite", Name: e.Name, Near: e.Near}).Error()
	}
}

// Select picks from All, as Choose does.
func Select(names ...string) ([]*scenario.Scenario, error) {
	all, err := All()
	if err != nil {
		return nil, err
	}
	return Choose(all, names...)
}

// Choose picks scenarios by name, each once, in the order of the names; no names
// pick all. A name is, in this order:
//   - a suite, a topology, or SUITE/TOPOLOGY: all scenarios of it
//   - SUITE/TOPOLOGY/NAME, TOPOLOGY/NAME or NAME
//   - a pattern of path.Match for any of those
//   - any part of an ID that no other has
//
// The error joins a *NameError for each name that is none of these.
func Choose(all []*scenario.Scenario, names ...string) ([]*scenario.Scenario, error) {
	if len(names) == 0 {
		return slices.Clone(all), nil
	}
	var chosen []*scenario.Scenario
	var errs []error
	for _, name := range names {
		found, err := choose(all, name)
		if err != nil {
			errs = append(errs, err)
		}
		for _, s := range found {
			if !slices.Contains(chosen, s) {
				chosen = append(chosen, s)
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return chosen, nil
}

func choose(all []*scenario.Scenario, name string) ([]*scenario.Scenario, error) {
	if isPattern(name) {
		return match(all, name)
	}
	if found := filter(all, func(s *scenario.Scenario) bool { return slices.Contains(groups(s), name) }); len(found) > 0 {
		return found, nil
	}
	found := filter(all, func(s *scenario.Scenario) bool { return slices.Contains(singles(s), name) })
	if len(found) == 0 && name != "" {
		found = filter(all, func(s *scenario.Scenario) bool { return strings.Contains(s.ID(), name) })
	}
	switch len(found) {
	case 0:
		return nil, &NameError{Name: name, Near: nearest(all, name)}
	case 1:
		return found, nil
	}
	e := &NameError{Name: name}
	for _, s := range found {
		e.Matches = append(e.Matches, s.ID())
	}
	return nil, e
}

func match(all []*scenario.Scenario, pattern string) ([]*scenario.Scenario, error) {
	if _, err := path.Match(pattern, ""); err != nil {
		return nil, &NameError{Name: pattern, Pattern: err}
	}
	found := filter(all, func(s *scenario.Scenario) bool {
		return slices.ContainsFunc(append(groups(s), singles(s)...), func(name string) bool {
			ok, _ := path.Match(pattern, name) // the pattern was checked above
			return ok
		})
	})
	if len(found) == 0 {
		return nil, &NameError{Name: pattern}
	}
	return found, nil
}

// groups are the names that s shares with others.
func groups(s *scenario.Scenario) []string {
	return []string{s.Suite, s.Topology, s.Suite + "/" + s.Topology}
}

// singles are the names of s alone.
func singles(s *scenario.Scenario) []string {
	return []string{s.ID(), s.Topology + "/" + s.Name, s.Name}
}

func nearest(all []*scenario.Scenario, name string) string {
	var known []string
	for _, s := range all {
		known = append(append(known, groups(s)...), singles(s)...)
	}
	var unknown *topology.UnknownError
	if errors.As(topology.Unknown("scenario", name, known), &unknown) {
		return unknown.Near
	}
	return ""
}

func filter(all []*scenario.Scenario, keep func(*scenario.Scenario) bool) []*scenario.Scenario {
	return slices.DeleteFunc(slices.Clone(all), func(s *scenario.Scenario) bool { return !keep(s) })
}

func isPattern(name string) bool { return strings.ContainsAny(name, `*?[\`) }
